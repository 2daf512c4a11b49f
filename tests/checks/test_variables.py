"""Variables that are set and do not do what somebody expects."""

from pathlib import Path

import pytest

from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.checks.variables import ELSEWHERE, OF_INNGEST, check_variables
from fisioflow_cli.settings import Settings
from tests.checks.subjects import by_id, settings, verdicts


def found(folder: Path, **environ: str) -> dict[str, Finding]:
    return by_id(check_variables(settings(folder, **environ), environ))


def test_plain_environment(tmp_path: Path) -> None:
    environ = {"PATH": "/bin", "FISIOFLOW_TIMEZONE": "America/Belem", "RESEND_API_KEY_FILE": ""}
    judged = verdicts(check_variables(settings(tmp_path), environ))
    assert set(judged.values()) == {Verdict.OK}


@pytest.mark.parametrize("name", OF_INNGEST)
def test_variables_of_the_system_replaced(tmp_path: Path, name: str) -> None:
    finding = found(tmp_path, **{name: "s3cret"})["variables.inngest"]
    assert (finding.verdict, name in finding.message) == (Verdict.WARNING, True)
    assert "s3cret" not in finding.message
    assert "INNGEST_EVENT_KEY" in str(finding.remedy)


@pytest.mark.parametrize(("name", "ours"), ELSEWHERE.items())
def test_names_that_others_give(tmp_path: Path, name: str, ours: str) -> None:
    finding = found(tmp_path, **{name: "s3cret"})["variables.other-names"]
    assert (finding.verdict, finding.remedy) == (Verdict.WARNING, f"Call it {ours}.")
    environ = {name: "s3cret", f"{ours}_FILE": "/somewhere"}
    judged = verdicts(check_variables(settings(tmp_path), environ))
    assert judged["variables.other-names"] is Verdict.OK


def test_every_name_that_is_ours_exists() -> None:
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert set(ELSEWHERE.values()) <= known
    assert not set(ELSEWHERE) & known


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("FISIOFLOW_TIMEZON", "FISIOFLOW_TIMEZONE"),
        ("FISIOFLOW_ENVIRONMENT", None),
        ("WHATSAPP_TEMPLATE_BIRTHDAYS", "WHATSAPP_TEMPLATE_BIRTHDAY"),
        ("FISIOFLOW_\x1b[31m::error::x", None),
    ],
)
def test_misspelt(tmp_path: Path, name: str, meant: str | None) -> None:
    finding = found(tmp_path, **{name: "x"})["variables.misspelt"]
    assert finding.verdict is Verdict.WARNING
    assert "\x1b" not in finding.message
    assert meant is None or f"to {meant};" in str(finding.remedy)


@pytest.mark.parametrize(
    ("environ", "verdict"),
    [
        ({"WHATSAPP_API_KEY": "s3cret"}, Verdict.FAILURE),
        ({"WHATSAPP_PROVIDER": "evolution", "WHATSAPP_ACCESS_TOKEN": "s"}, Verdict.FAILURE),
        ({"WHATSAPP_PROVIDER": "evolution", "WHATSAPP_API_KEY": "s3cret"}, Verdict.OK),
        ({"WHATSAPP_API_KEY": "s3cret", "WHATSAPP_ACCESS_TOKEN": "s"}, Verdict.OK),
        ({}, Verdict.OK),
    ],
)
def test_provider_that_is_not_the_one_configured(
    tmp_path: Path, environ: dict[str, str], verdict: Verdict
) -> None:
    assert found(tmp_path, **environ)["variables.whatsapp-provider"].verdict is verdict


def test_library_that_would_log_records(tmp_path: Path) -> None:
    environ = {"OPENAI_LOG": "debug"}
    assert found(tmp_path, **environ)["variables.openai-log"].verdict is Verdict.WARNING
    environ["FISIOFLOW_ENV"] = "production"
    assert found(tmp_path, **environ)["variables.openai-log"].verdict is Verdict.FAILURE
