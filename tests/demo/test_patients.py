"""The demo's patients: birthdays for every case, hostile names, and nobody who could be real."""

import re
from datetime import date

import phonenumbers
import pytest

from fisioflow_cli.demo import MONDAY, people
from fisioflow_cli.demo.organizations import CLINICS, COLUNA, RIO_NEGRO
from fisioflow_cli.demo.patients import patients
from fisioflow_cli.demo.rows import Row, dice

PATIENTS = patients(MONDAY)
ADDRESS = re.compile(r"[a-z.]+\d*@example\.(com|org|net)")


def is_birthday(patient: Row) -> bool:
    born = patient["birth_date"]
    return isinstance(born, date) and (born.month, born.day) == (MONDAY.month, MONDAY.day)


BIRTHDAYS = [patient for patient in PATIENTS if is_birthday(patient)]


def normalised(phone: object) -> str | None:
    """The E.164 form, if this is a number that a message could go to."""
    try:
        number = phonenumbers.parse(str(phone), "BR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def reachable(patient: Row) -> set[str]:
    found = set()
    if normalised(patient["phone"]) and patient["organization_id"] != COLUNA.id:
        found.add("whatsapp")
    if ADDRESS.fullmatch(str(patient["email"])):
        found.add("email")
    return found


def test_ids_are_all_different() -> None:
    assert len({patient["id"] for patient in PATIENTS}) == len(PATIENTS) == 500


def test_ten_have_their_birthday_on_the_monday() -> None:
    assert len(BIRTHDAYS) == 10


def test_each_reason_to_skip_a_birthday_occurs_once_and_alone() -> None:
    reasons = [
        {
            reason
            for reason, applies in {
                "inactive": not patient["active"],
                "opted_out": patient["consent_marketing"] is False,
                "no_contact": patient["phone"] is None and patient["email"] is None,
                "invalid_contact": patient["phone"] == "123" and not reachable(patient),
                "minor": str(patient["birth_date"])
                > MONDAY.replace(year=MONDAY.year - 18).isoformat(),
            }.items()
            if applies
        }
        for patient in BIRTHDAYS
    ]
    assert [reason for reason in reasons if reason] == [
        {"inactive"},
        {"opted_out"},
        {"no_contact"},
        {"invalid_contact"},
        {"minor"},
    ]


def test_birthday_greetings_use_both_channels() -> None:
    to_greet = BIRTHDAYS[:5]
    assert [sorted(reachable(patient)) for patient in to_greet] == [
        ["whatsapp"],
        ["email"],
        ["whatsapp"],
        ["email"],  # a phone too, but the clinic has WhatsApp switched off
        ["whatsapp"],
    ]
    assert {patient["organization_id"] for patient in to_greet} == {clinic.id for clinic in CLINICS}


@pytest.mark.parametrize("name", people.HOSTILE_NAMES)
def test_every_hostile_name_belongs_to_an_active_patient(name: str) -> None:
    assert any(patient["name"] == name and patient["active"] for patient in PATIENTS)


def test_hostile_names_attack_every_kind_of_output() -> None:
    names = "\n".join(people.HOSTILE_NAMES)
    for attack in ("[/b]", "<script>", "=HYPERLINK", "::error::", "\u202e", "\x1b[", "{{", "🌻"):
        assert attack in names
    assert "D'Ávila" in people.HOSTILE_NAMES


def test_every_usable_phone_is_of_the_invented_range() -> None:
    found = {normalised(patient["phone"]) for patient in PATIENTS} - {None}
    assert len(found) > 400
    assert all(str(number).startswith("+551190000") for number in found)


def test_usable_phones_belong_to_one_patient_each() -> None:
    found = [number for patient in PATIENTS if (number := normalised(patient["phone"]))]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("style", people.PHONE_STYLES)
def test_every_style_of_phone_is_one_that_people_dial(style: str) -> None:
    written = style.format(area="11", head="90000", tail="0042")
    assert normalised(written) == "+5511900000042"


@pytest.mark.parametrize("phone", people.UNUSABLE_PHONES)
def test_unusable_phones_are_unusable_and_occur(phone: str) -> None:
    assert normalised(phone) is None
    assert any(patient["phone"] == phone for patient in PATIENTS)


def test_every_address_is_at_an_example_domain_or_broken() -> None:
    addresses = {str(patient["email"]) for patient in PATIENTS if patient["email"]}
    broken = {address for address in addresses if not ADDRESS.fullmatch(address)}
    assert len(addresses) > 300
    assert broken >= {"edu.invalido@"}
    assert broken <= {*people.BROKEN_EMAILS, "edu.invalido@"}
    assert not any(re.search(r"@(?!example\b)\w", address) for address in broken)


def test_address_is_plain_ascii_whatever_the_name() -> None:
    assert people.email("D'Ávila Assunção", 3) == "d.assuncao.3@example.com"
    assert people.email("🌻", 4) == "paciente.paciente.4@example.org"


def test_all_that_a_clinic_has_to_cope_with_occurs() -> None:
    years = [born.year for p in PATIENTS if isinstance(born := p["birth_date"], date)]
    assert min(years) < 1900
    assert max(years) > MONDAY.year
    for key, value in (
        *(("active", False), ("organization_id", None), ("organization_id", RIO_NEGRO.id)),
        *(("phone", None), ("email", None), ("birth_date", None), ("preferred_channel", None)),
        *(("consent_email", False), ("consent_whatsapp", False), ("consent_marketing", False)),
        *(("consent_email", True), ("consent_marketing", None), ("user_id", None)),
    ):
        assert any(patient[key] == value for patient in PATIENTS), key


def test_nobody_is_born_on_the_29th_of_february() -> None:
    """They are greeted on 1 March, which may be the Monday of another build."""
    born = [patient["birth_date"] for patient in PATIENTS]
    assert not any(isinstance(day, date) and (day.month, day.day) == (2, 29) for day in born)


def test_dice_of_one_topic_do_not_disturb_another() -> None:
    alone = dice("a").random()
    dice("b").random()
    assert dice("a").random() == alone
    assert dice("b").random() != alone
