"""Patients of the Supabase database, and what they consent to."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import URL

from tests.clinic.real_clinic import RealClinic, real_clinic, someone
from tests.clinic.real_schema import SUPABASE

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(postgres_server: URL) -> Iterator[RealClinic]:
    with real_clinic(postgres_server, SUPABASE) as real:
        yield real


@pytest.fixture
def clinic(database: RealClinic) -> RealClinic:
    return database.empty()


@pytest.mark.parametrize(
    ("status", "active"),
    [("active", True), ("inactive", False), ("archived", False), (None, False)],
)
def test_active_patient(clinic: RealClinic, status: str | None, active: bool) -> None:
    assert clinic.row("patients", clinic.insert("patients", status=status)).active is active


@pytest.mark.parametrize(
    ("full_name", "name"),
    [
        ("Maria da Silva", "Maria"),
        ("  João  Souza", "João"),
        ("\tZoë", "Zoë"),
        ("D'Ávila [b]", "D'Ávila"),
        ("  ", None),
    ],
)
def test_patient_is_addressed_by_the_first_word(
    clinic: RealClinic, full_name: str, name: str | None
) -> None:
    assert clinic.row("patients", clinic.insert("patients", full_name=full_name)).name == name


def test_contacts_stay_as_typed_but_trimmed(clinic: RealClinic) -> None:
    patient = clinic.insert(
        "patients",
        phone=" (11) 98765-4321\n",
        email="\tMaria@Example.com ",
        birth_date=date(1988, 2, 29),
        created_at=NOW,
    )
    row = clinic.row("patients", patient)
    assert (row.phone, row.email) == ("(11) 98765-4321", "Maria@Example.com")
    assert (row.birth_date, row.created_at) == (date(1988, 2, 29), NOW)
    assert (row.organization_id, row.user_id, row.preferred_channel) == (None, None, None)


def test_empty_contacts_are_none(clinic: RealClinic) -> None:
    row = clinic.row("patients", clinic.insert("patients", phone="  ", email=""))
    assert (row.phone, row.email) == (None, None)


def allowances(
    clinic: RealClinic, *, consent_data: bool | None = None, **rows: list[dict[str, Any]]
) -> tuple[bool | None, bool | None, bool | None]:
    """Whether e-mail, WhatsApp and marketing are allowed to a patient with these consent rows."""
    user = someone()
    patient = clinic.insert("patients", user_id=user, consent_data=consent_data)
    for table, values in rows.items():
        for row in values:
            clinic.insert(table, user_id=user, **row)
    # refusals and consents of somebody else are nobody's business
    clinic.insert("notification_consent", user_id=someone(), notifications_enabled=False)
    clinic.insert("lgpd_consents", user_id=someone(), granted=False, consent_type="marketing")
    found = clinic.row("patients", patient)
    return found.allows_email, found.allows_whatsapp, found.allows_marketing


def test_no_record_of_consent_is_unknown(clinic: RealClinic) -> None:
    assert allowances(clinic) == (None, None, None)


def test_consent_data_decides_when_it_stands_alone(clinic: RealClinic) -> None:
    assert allowances(clinic, consent_data=True) == (True, True, True)
    assert allowances(clinic, consent_data=False) == (False, False, False)


def test_notification_consent(clinic: RealClinic) -> None:
    yes = {"notifications_enabled": True, "marketing_consent": True}
    no_marketing = {"notifications_enabled": True, "marketing_consent": False}
    off = {"notifications_enabled": False, "marketing_consent": True}
    assert allowances(clinic, notification_consent=[yes]) == (True, True, True)
    assert allowances(clinic, notification_consent=[no_marketing]) == (True, True, False)
    assert allowances(clinic, notification_consent=[off]) == (False, False, False)
    assert allowances(clinic, notification_consent=[off, yes]) == (False, False, False)
    assert allowances(clinic, notification_consent=[yes, no_marketing]) == (True, True, False)
    assert allowances(clinic, consent_data=False, notification_consent=[yes]) == (False,) * 3


REVOKED = {"granted": True, "revoked_at": NOW}


@pytest.mark.parametrize(
    ("consent_type", "refused", "granted"),
    [
        ("envio_de_mensagens", (False, False, False), (True, True, True)),
        ("Notificações", (False, False, False), (True, True, True)),
        ("communication messages", (False, False, False), (True, True, True)),
        ("comunicacao", (False, False, False), (True, True, True)),
        ("email", (False, None, None), (True, None, None)),
        ("E-mail", (False, None, None), (True, None, None)),
        ("WhatsApp", (None, False, None), (None, True, None)),
        ("marketing", (None, None, False), (None, None, True)),
        ("email_marketing", (False, None, False), (True, None, True)),
        ("dados_sensiveis", (None, None, None), (None, None, None)),
        ("consent_image", (None, None, None), (None, None, None)),
    ],
)
def test_lgpd_consent_forbids_what_its_type_names(
    clinic: RealClinic,
    consent_type: str,
    refused: tuple[bool | None, ...],
    granted: tuple[bool | None, ...],
) -> None:
    for refusal in ({"granted": False}, REVOKED):
        row = {"consent_type": consent_type, **refusal}
        assert allowances(clinic, lgpd_consents=[row]) == refused
    row = {"consent_type": consent_type, "granted": True}
    assert allowances(clinic, lgpd_consents=[row]) == granted


def test_revocation_wins_over_every_consent(clinic: RealClinic) -> None:
    revoked = {"consent_type": "messages", **REVOKED}
    granted = {"consent_type": "messages", "granted": True}
    assert allowances(clinic, consent_data=True, lgpd_consents=[revoked, granted]) == (False,) * 3
    no_whatsapp = {"consent_type": "whatsapp", "granted": False}
    assert allowances(clinic, consent_data=True, lgpd_consents=[no_whatsapp]) == (True, False, True)
