"""Insights in the two real clinics: their notes, their people, and where the clinic shows them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import URL

from tests.clinic.real_clinic import RealClinic, real_clinic, someone
from tests.clinic.real_schema import NEON, SUPABASE
from tests.gateways.openai_answers import suggesting
from tests.workflows.consulting import MAIL, NAME, PHONE, Consulting
from tests.workflows.place import Place

NOTE = f"Zuleika ({PHONE}) dói menos; marido Haroldo e Bragança concordam. Mora em Campinas."
only_supabase = pytest.mark.parametrize("real", [SUPABASE], indirect=True)
SECRETS = ("zuleika", "quaresma", "98765", "haroldo", "bragança", "campinas", "1985")


@pytest.fixture(params=[SUPABASE, NEON])
def real(request: pytest.FixtureRequest, postgres_server: URL) -> Iterator[RealClinic]:
    with real_clinic(postgres_server, request.param) as real:
        yield real


@pytest.fixture
def asking(real: RealClinic, httpserver: HTTPServer, tmp_path: Path) -> Consulting:
    """A deployment on that clinic, whose changes are allowed."""
    place = Place(url=real.engine.url.render_as_string(hide_password=False), folder=tmp_path)
    place.environ = {
        "FISIOFLOW_CLINIC_PROFILE": real.name,
        "FISIOFLOW_ALLOW_CLINIC_WRITES": "true",
        "FISIOFLOW_AI_ORGANIZATIONS": "all",
        "OPENAI_API_KEY": "sk-test",
        "OPENAI_BASE_URL": httpserver.url_for("/v1"),
    }
    place.create()
    made = Consulting(place=place, server=httpserver)
    made.answer(suggesting())
    return made


def somebody(real: RealClinic) -> dict[str, str]:
    """A patient with a session, in the columns of this clinic."""
    organization = real.insert("organizations", name="Clínica Sul")
    real.insert(
        "profiles", full_name="Tito Bragança", organization_id=organization, user_id=someone()
    )
    person = {"full_name": NAME, "email": MAIL, "phone": PHONE, "birth_date": "1985-06-14"}
    own = {"emergency_contact": "Haroldo", "city": "Campinas"}
    notes = {"subjective": NOTE, "eva_score": 4, "started_at": "2026-02-20 12:00+00"}
    if real.name == NEON:
        own = {
            "emergency_contact": json.dumps({"nome": "Haroldo"}),
            "address": '{"cidade": "Campinas"}',
        }
        notes = {"observacao": f"<p>{NOTE}</p>", "pain_scale": 4, "date": "2026-02-20 12:00"}
    patient = real.insert("patients", organization_id=organization, **person, **own)
    real.insert("sessions", patient_id=patient, organization_id=organization, **notes)
    return {"patientId": patient, "organizationId": organization}


def test_insight_about_a_real_record(real: RealClinic, asking: Consulting) -> None:
    done = asking.ask(**somebody(real))
    assert (done.event.status, done.result["status"]) == ("completed", "stored")
    shown = asking.shown()
    assert [secret for secret in SECRETS if secret in shown.lower()] == []
    assert "Dor, de 0 a 10: 4" in shown
    assert "dói menos; marido [pessoa] e [profissional] concordam. Mora em [endereço]." in shown


@only_supabase
def test_insight_is_shown_where_the_clinic_has_a_place(
    real: RealClinic, asking: Consulting
) -> None:
    """Unacknowledged, and without a confidence that nobody measured."""
    data = somebody(real)
    done = asking.ask(**data)
    asking.ask(**data)
    assert real.values("SELECT count(*) FROM patient_insights") == ["1"]
    row = real.record("patient_insights", done.result["insight_id"])
    assert str(row.patient_id) == data["patientId"]
    assert (row.insight_type, row.is_acknowledged, row.confidence_score) == (
        *("progress_summary", False, None),
    )
    assert "Paciente evolui com menos dor" in row.insight_text


@only_supabase
def test_clinic_is_left_alone_where_changes_are_not_allowed(
    real: RealClinic, asking: Consulting
) -> None:
    done = asking.ask(env={"FISIOFLOW_ALLOW_CLINIC_WRITES": "false"}, **somebody(real))
    assert done.event.status == "completed"
    assert len(asking.stored()) == 1
    assert real.values("SELECT count(*) FROM patient_insights") == ["0"]
