"""A patient's record for an insight: which sessions, and everything that would tell who they are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import URL

from fisioflow_cli.clinic import records, schema
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.records import Identifier, Record
from tests.clinic.plain import add, plain_clinic
from tests.clinic.real_clinic import SAO_PAULO, RealClinic, real_clinic, someone
from tests.clinic.real_schema import NEON, SUPABASE
from tests.workflows.people import ago, member, organization, patient, session

HELD = datetime(2026, 2, 20, 12, tzinfo=UTC)


@pytest.fixture
def clinic(database_url: str) -> Iterator[Clinic]:
    """Two organizations, `sul` with one patient and one therapist."""
    with plain_clinic(database_url) as clinic:
        add(clinic, schema.organizations, organization(), organization("norte"))
        add(clinic, schema.patients, patient("ana") | {"full_name": "Ana Braga de Exemplo"})
        add(clinic, schema.staff, member("tito"), member("nora", "norte"), member("otto", "norte"))
        yield clinic


def read(clinic: Clinic, patient_id: str = "ana", organization_id: str = "sul") -> Record:
    person = records.owned_patient(clinic, patient_id, organization_id)
    assert person is not None
    assert person.organization is not None
    return records.record(clinic, person, person.organization)


def seen(clinic: Clinic) -> list[str]:
    return [session.id for session in read(clinic).sessions]


def known(record: Record, kind: str) -> set[str]:
    return {one.text for one in record.identifiers if one.kind == kind}


def test_newest_ten_sessions(clinic: Clinic) -> None:
    for days in range(1, 13):
        add(clinic, schema.sessions, session(f"s{days:02}", ago(days), plan="x"))
    assert seen(clinic) == [f"s{days:02}" for days in range(1, 11)]


@pytest.mark.parametrize(
    ("columns", "is_seen"),
    [
        *(({note: "dor"}, True) for note in records.NOTES),
        *(({"pain": 0}, True), ({"pain": None}, False), ({"plan": " \n\t"}, False)),
        *(({"plan": "<p> </p>"}, False), ({"plan": "{}"}, False), ({"plan": "."}, True)),
        ({"plan": "x", "status": "incomplete"}, True),
        ({"plan": "x", "status": "cancelled"}, False),
        ({"plan": "x", "organization_id": "norte"}, False),
        ({"plan": "x", "organization_id": None}, True),
        ({"plan": "x", "patient_id": "bia"}, False),
    ],
)
def test_which_sessions_count(clinic: Clinic, columns: dict[str, Any], is_seen: bool) -> None:
    add(clinic, schema.sessions, session("s1", HELD, **columns))
    assert seen(clinic) == (["s1"] if is_seen else [])


def test_layout_without_words_takes_nobodys_place(clinic: Clinic) -> None:
    """They look written on to SQL; ten of them must not hide the note behind them."""
    for days in range(1, 13):
        add(clinic, schema.sessions, session(f"e{days}", ago(days), plan="<p></p>"))
    add(clinic, schema.sessions, session("said", ago(30), plan="x"))
    assert seen(clinic) == ["said"]


def test_notes_of_a_session(clinic: Clinic) -> None:
    notes = {"subjective": "<b>Dor</b>", "objective": None, "assessment": "", "plan": "Alta"}
    add(clinic, schema.sessions, session("s1", HELD, pain=3, **notes))
    [found] = read(clinic).sessions
    assert (found.held_at, found.pain) == (HELD, 3)
    assert (found.subjective, found.objective, found.assessment, found.plan) == (
        "Dor",
        "",
        "",
        "Alta",
    )


def test_session_without_a_date_is_of_when_it_was_written(clinic: Clinic) -> None:
    add(clinic, schema.sessions, session("s1", None, plan="x") | {"created_at": HELD})
    assert [one.held_at for one in read(clinic).sessions] == [HELD]


def test_everybody_who_could_be_named_is_known(clinic: Clinic) -> None:
    """Also the therapist of a session who works elsewhere now."""
    add(clinic, schema.sessions, session("s1", HELD, plan="x", therapist_id="nora"))
    record = read(clinic)
    assert record.birth_date == date(1985, 3, 2)
    assert known(record, "name") == {"Ana", "Ana Braga de Exemplo"}
    assert known(record, "staff") == {"Tito", "Nora"}
    assert known(record, "clinic") == {"Clínica Sul"}
    assert known(record, "contact") == {
        *("ana@example.com", "(11) 98765-0304", "tito@example.com", "nora@example.com"),
    }


def test_profile_without_the_relation_knows_what_patients_gives(clinic: Clinic) -> None:
    selects = {name: sql for name, sql in clinic.profile.selects.items() if name != "identifiers"}
    bare = replace(clinic, profile=replace(clinic.profile, selects=MappingProxyType(selects)))
    assert known(read(bare), "name") == {"Ana"}


def test_blanks_are_no_identifiers(clinic: Clinic) -> None:
    add(clinic, schema.patients, patient("bia", email=" ", phone=None) | {"full_name": ""})
    record = read(clinic, "bia")
    assert known(record, "name") == {"Bia"}
    assert Identifier(kind="contact", text=" ") not in record.identifiers


@pytest.mark.parametrize(
    ("patient_id", "organization_id"),
    [
        *(("ana", "norte"), ("nobody", "sul"), ("ana", ""), ("", "sul"), ("ana", "nowhere")),
        *(("stray", "sul"), ("stray", "None"), ("a\0", "sul"), ("' OR 1=1", "sul")),
    ],
)
def test_who_is_not_the_organizations_patient(
    clinic: Clinic, patient_id: str, organization_id: str
) -> None:
    add(clinic, schema.patients, patient("stray", organization_id=None))
    assert records.owned_patient(clinic, patient_id, organization_id) is None


@pytest.fixture(scope="module", params=[SUPABASE, NEON])
def real(request: pytest.FixtureRequest, postgres_server: URL) -> Iterator[RealClinic]:
    with real_clinic(postgres_server, request.param) as real:
        yield real


@pytest.fixture(scope="module")
def neon(postgres_server: URL) -> Iterator[RealClinic]:
    with real_clinic(postgres_server, NEON) as real:
        yield real


@pytest.fixture(scope="module")
def supabase(postgres_server: URL) -> Iterator[RealClinic]:
    with real_clinic(postgres_server, SUPABASE) as real:
        yield real


def opened(real: RealClinic) -> Clinic:
    return Clinic(engine=real.engine, profile=real.profile, timezone=SAO_PAULO, may_change=False)


def owner(real: RealClinic, **columns: Any) -> tuple[str, str]:
    """A patient and their organization."""
    organization_id = real.insert("organizations", name="Clínica Sul")
    row = {"full_name": "Zuleika das Dores Quaresma", "organization_id": organization_id}
    return real.insert("patients", **row, **columns), organization_id


def test_real_profiles_tell_the_whole_name_contacts_and_documents(real: RealClinic) -> None:
    patient_id, organization_id = owner(
        real,
        cpf="123.456.789-09",
        rg="12.345.678-9",
        email="z@example.com",
        phone="(11) 98765-1357",
    )
    therapist = someone()
    real.insert("profiles", full_name="Tito Bragança", user_id=therapist)
    real.insert(
        "sessions", patient_id=patient_id, organization_id=organization_id, therapist_id=therapist,
        **({"eva_score": 3} if real.name == SUPABASE else {"pain_scale": 3}),
    )  # fmt: skip
    record = read(opened(real), patient_id, organization_id)
    assert "Zuleika das Dores Quaresma" in known(record, "name")
    assert known(record, "contact") >= {"z@example.com", "(11) 98765-1357"}
    assert known(record, "document") == {"123.456.789-09", "12.345.678-9"}
    assert known(record, "staff") == {"Tito Bragança"}
    assert known(record, "clinic") == {"Clínica Sul"}
    assert [one.pain for one in record.sessions] == [3]


def test_supabase_people_and_places(supabase: RealClinic) -> None:
    patient_id, organization_id = owner(
        supabase,
        address="Rua das Acácias, 120",
        city="Campinas",
        zip_code="13010-111",
        emergency_contact="Haroldo",
        emergency_phone="11 91234-5678",
        insurance_number="0088123456",
    )
    record = read(opened(supabase), patient_id, organization_id)
    assert known(record, "place") == {"Rua das Acácias, 120", "Campinas", "13010-111"}
    assert known(record, "person") == {"Haroldo"}
    assert known(record, "contact") == {"11 91234-5678"}
    assert known(record, "document") == {"0088123456"}


def test_supabase_notes_of_the_appointment_fill_the_gaps(supabase: RealClinic) -> None:
    patient_id, organization_id = owner(supabase)
    appointment = supabase.insert("appointments", patient_id=patient_id)
    supabase.insert(
        "soap_records",
        patient_id=patient_id,
        appointment_id=appointment,
        subjective="não vale",
        plan="Alta",
        pain_level=4,
    )
    supabase.insert(
        "sessions",
        patient_id=patient_id,
        organization_id=organization_id,
        appointment_id=appointment,
        subjective="Dor menor",
        plan=" ",
    )
    [found] = read(opened(supabase), patient_id, organization_id).sessions
    assert (found.subjective, found.plan, found.pain) == ("Dor menor", "Alta", 4)


def test_neon_people_and_places_in_json(neon: RealClinic) -> None:
    patient_id, organization_id = owner(
        neon,
        social_name="Zuca",
        nickname="Zu",
        phone_secondary="11 3555-0199",
        professional_name="Caio Prado",
        address={"rua": "Rua das Acácias", "numero": 120, "bairro": {"nome": "Jardim Aurora"}},
        emergency_contact=[{"nome": "Haroldo", "telefone": "11 91234-5678"}],
        insurance={"plano": "Ouro", "numero": "0088123456", "ativo": True, "validade": None},
    )
    record = read(opened(neon), patient_id, organization_id)
    assert known(record, "name") == {"Zuleika das Dores Quaresma", "Zuca", "Zu"}
    assert known(record, "place") == {"Rua das Acácias", "120", "Jardim Aurora"}
    assert known(record, "person") == {"Caio Prado", "Haroldo", "11 91234-5678"}
    assert known(record, "contact") == {"11 3555-0199"}
    assert known(record, "document") >= {"Ouro", "0088123456"}


@pytest.mark.parametrize("empty", [None, "null", "{}", "[]", '""', '"Rua das Acácias, 120"'])
def test_neon_json_of_any_shape(neon: RealClinic, empty: str | None) -> None:
    patient_id, organization_id = owner(neon, address=empty)
    place = known(read(opened(neon), patient_id, organization_id), "place")
    assert place == ({"Rua das Acácias, 120"} if empty and "Rua" in empty else set())


def test_neon_notes_read_as_text(neon: RealClinic) -> None:
    """The free note, where therapists write, comes first; JSON reads as lines."""
    patient_id, organization_id = owner(neon)
    neon.insert(
        "sessions",
        patient_id=patient_id,
        organization_id=organization_id,
        observacao="<p>Dor <b>menor</b></p>",
        subjective={"queixa": "lombar"},
        objective='"Lasègue negativo"',
        plan=[{"text": "Manter"}],
        pain_scale=2,
    )
    neon.insert("sessions", patient_id=patient_id, organization_id=organization_id, subjective="{}")
    [found] = read(opened(neon), patient_id, organization_id).sessions
    assert found.subjective == "Dor menor\nqueixa: lombar"
    assert (found.objective, found.assessment, found.plan) == ("Lasègue negativo", "", "Manter")
    assert found.pain == 2


def test_real_profiles_find_nobody_by_what_is_no_id(real: RealClinic) -> None:
    _, organization_id = owner(real)
    assert records.owned_patient(opened(real), "1' OR '1'='1", organization_id) is None
    assert records.owned_patient(opened(real), someone(), organization_id) is None
