"""Sessions of the Neon database: what is finished, and what is a health record."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import URL

from tests.clinic.real_clinic import RealClinic, real_clinic
from tests.clinic.real_schema import NEON, facts


@pytest.fixture(scope="module")
def database(postgres_server: URL) -> Iterator[RealClinic]:
    with real_clinic(postgres_server, NEON) as real:
        yield real


@pytest.fixture
def clinic(database: RealClinic) -> RealClinic:
    return database.empty()


JSON = (
    *("subjective", "objective", "assessment", "plan", "procedures", "exercises", "measurements"),
    *("home_exercises", "blocks", "required_tests", "raw_force_data", "biomechanics_data"),
)
TEXT = ("observacao", "notes", "side", "measurement_mode", "protocol_name", "body_part")
NUMBERS = (
    *("pain_scale", "session_number", "duration_minutes", "duration", "time_to_peak"),
    *("total_reps", "avg_peak_force", "peak_force_nkg", "body_weight", "rfd_50", "rfd_100"),
    *("rfd_200", "peak_force_n", "peak_force", "avg_force", "rate_of_force_development"),
    *("repetitions", "sensitivity", "sample_rate"),
)
FLAGS = ("alerts_acknowledged", "is_simulated")
OTHERS = {"observacao_ydoc": "\\x01", "observacao_tsv": "dor", "biomechanics_type": "gait"}
ADMINISTRATIVE = {
    **dict.fromkeys(
        (
            *("id", "patient_id", "appointment_id", "therapist_id", "organization_id"),
            *("contact_id", "finalized_by", "replicated_from_id"),
        ),
        "10000000-0000-4000-8000-000000000000",
    ),
    **dict.fromkeys(
        (
            *("date", "created_at", "updated_at", "archived_at", "finalized_at"),
            *("last_auto_save_at", "pdf_generated_at"),
        ),
        "2026-03-02 12:00",
    ),
    "status": "draft",
    "version": "3",
    "last_edited_device_id": "phone",
    "device_battery": "80",
    "device_firmware": "1.2",
    "device_model": "X",
    "pdf_url": "https://example.com/s.pdf",
}


def content(clinic: RealClinic, **columns: object) -> bool:
    row = clinic.row("sessions", clinic.insert("sessions", **columns))
    assert isinstance(row.has_clinical_content, bool)
    return row.has_clinical_content


def test_every_column_of_a_session_is_classified() -> None:
    known = {*JSON, *TEXT, *NUMBERS, *FLAGS, *OTHERS, *ADMINISTRATIVE, "deleted_at"}
    assert set(facts(NEON).tables["sessions"]) == known


def test_administrative_columns_are_no_content(clinic: RealClinic) -> None:
    assert content(clinic, **ADMINISTRATIVE) is False


@pytest.mark.parametrize(
    "empty",
    [
        *("null", "{}", "[]", '""', '"  \\n\\t"', "[[]]", "[{}, null]", '{"dor": ""}'),
        '{"a": {"b": [" ", {"c": null}]}}',
    ],
)
def test_empty_json_is_no_content(clinic: RealClinic, empty: str) -> None:
    assert content(clinic, **dict.fromkeys(JSON, empty)) is False


@pytest.mark.parametrize(
    "written",
    [
        *('"x"', "0", "false", '{"dor": "leve"}', '[{"nome": "ponte", "series": 3}]'),
        *('{"a": {"b": [" ", {"c": "."}]}}', '[[["x"]]]', '"\\u00e9"', '" \\\\ "'),
    ],
)
def test_anything_in_json_is_content(clinic: RealClinic, written: str) -> None:
    assert content(clinic, subjective=written) is True


@pytest.mark.parametrize("column", JSON)
def test_every_json_column_is_read(clinic: RealClinic, column: str) -> None:
    assert content(clinic, **{column: '{"nota": "dor"}'}) is True


@pytest.mark.parametrize("column", TEXT)
def test_text_is_content_once_not_blank(clinic: RealClinic, column: str) -> None:
    assert content(clinic, **{column: " \n"}) is False
    assert content(clinic, **{column: "."}) is True


@pytest.mark.parametrize("column", NUMBERS)
def test_zero_is_content(clinic: RealClinic, column: str) -> None:
    assert content(clinic, **{column: "0"}) is True


@pytest.mark.parametrize("column", FLAGS)
def test_flag_is_content_once_set(clinic: RealClinic, column: str) -> None:
    assert content(clinic, **{column: False}) is False
    assert content(clinic, **{column: True}) is True


@pytest.mark.parametrize("column", OTHERS)
def test_binary_and_search_index_are_content(clinic: RealClinic, column: str) -> None:
    assert content(clinic, **{column: OTHERS[column]}) is True


def test_empty_binary_and_search_index_are_no_content(clinic: RealClinic) -> None:
    assert content(clinic, observacao_ydoc="", observacao_tsv="") is False


@pytest.mark.parametrize(
    ("written", "status"),
    [("finalized", "completed"), ("draft", "incomplete"), ("cancelled", "cancelled")],
)
def test_session_status(clinic: RealClinic, written: str, status: str) -> None:
    assert clinic.row("sessions", clinic.insert("sessions", status=written)).status == status


def test_notes_of_a_session_are_text(clinic: RealClinic) -> None:
    row = clinic.row(
        "sessions",
        clinic.insert(
            "sessions",
            subjective='"dor lombar"',
            objective={"adm": "90°"},
            plan="null",
            pain_scale=3,
            date="2026-03-02 12:00",
            updated_at="2026-03-02 13:00",
        ),
    )
    assert (row.subjective, row.objective) == ("dor lombar", '{"adm": "90°"}')
    assert (row.assessment, row.plan, row.pain) == (None, None, 3)
    assert row.held_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert row.updated_at == datetime(2026, 3, 2, 13, tzinfo=UTC)
