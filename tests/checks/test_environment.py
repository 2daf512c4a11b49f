"""What the environment means: who is written to, what is changed, who can read the secrets."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fisioflow_cli.checks.environment import check_environment
from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.clock import Clock
from fisioflow_cli.settings import surmise
from tests.checks.subjects import by_id, settings

PRODUCTION = {"FISIOFLOW_ENV": "production"}
MORNING = Clock(starting_at=datetime(2026, 3, 2, 12, tzinfo=UTC))


def found(folder: Path, **environ: str) -> dict[str, Finding]:
    return by_id(check_environment(settings(folder, **environ), MORNING, {}))


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ("production", "production: messages leave"),
        ("preview:agenda", "preview:agenda: messages land in the outbox"),
        ("development", "development: messages land in the outbox"),
    ],
)
def test_environment_says_where_messages_go(tmp_path: Path, environment: str, said: str) -> None:
    finding = found(tmp_path, FISIOFLOW_ENV=environment)["settings.fisioflow-env"]
    assert finding.verdict is Verdict.OK
    assert said in finding.message


@pytest.mark.parametrize(
    ("platform", "verdict", "said"),
    [
        ({"GITHUB_HEAD_REF": "agenda"}, Verdict.OK, "preview:agenda: messages land in the outbox"),
        ({"GITHUB_HEAD_REF": "agenda"}, Verdict.OK, "GITHUB_HEAD_REF names the branch"),
        ({"VERCEL_ENV": "production"}, Verdict.WARNING, "development: messages land in the outbox"),
        ({"VERCEL_ENV": "production"}, Verdict.WARNING, "VERCEL_ENV says production, but only"),
        ({"VERCEL_ENV": "production", **PRODUCTION}, Verdict.OK, "production: messages leave"),
        ({"GITHUB_HEAD_REF": "agenda", **PRODUCTION}, Verdict.WARNING, "makes this production"),
    ],
)
def test_environment_says_what_it_was_derived_from(
    tmp_path: Path, platform: dict[str, str], verdict: Verdict, said: str
) -> None:
    read = settings(tmp_path, **platform)
    finding = by_id(check_environment(read, MORNING, {}, surmise(platform)))[
        "settings.fisioflow-env"
    ]
    assert finding.verdict is verdict
    assert said in finding.message


@pytest.mark.parametrize(
    ("environ", "verdict", "said"),
    [
        ({"FISIOFLOW_ENV": "production"}, Verdict.OK, "are kept"),
        ({}, Verdict.OK, "are kept"),
        ({"FISIOFLOW_CLINIC_PROFILE": "neon-2026-08"}, Verdict.OK, "rolled back"),
        (
            {"FISIOFLOW_CLINIC_PROFILE": "neon-2026-08", "FISIOFLOW_ALLOW_CLINIC_WRITES": "true"},
            Verdict.WARNING,
            "are kept although",
        ),
    ],
)
def test_changes_to_the_clinic(
    tmp_path: Path, environ: dict[str, str], verdict: Verdict, said: str
) -> None:
    finding = found(tmp_path, **environ)["settings.fisioflow-allow-clinic-writes"]
    assert finding.verdict is verdict
    assert said in finding.message


def test_unusable_recipients_are_counted_and_not_shown(tmp_path: Path) -> None:
    listed = "ana@example.com, 98765-4321, +55 11 98765-4321, bia@example"
    finding = found(tmp_path, FISIOFLOW_ALLOW_RECIPIENTS=listed)[
        "settings.fisioflow-allow-recipients"
    ]
    assert finding.verdict is Verdict.WARNING
    assert "Of 4 entries, no. 2, 4 " in finding.message
    assert not any(part in finding.message for part in ("ana", "bia", "98765"))


@pytest.mark.parametrize(
    ("environ", "verdict", "said"),
    [
        ({}, Verdict.OK, "nothing leaves"),
        ({"FISIOFLOW_ALLOW_RECIPIENTS": "ana@example.com"}, Verdict.OK, "1 listed"),
        (
            {"FISIOFLOW_ENV": "production", "FISIOFLOW_ALLOW_RECIPIENTS": "nobody"},
            Verdict.SKIPPED,
            "no meaning",
        ),
    ],
)
def test_recipients(tmp_path: Path, environ: dict[str, str], verdict: Verdict, said: str) -> None:
    finding = found(tmp_path, **environ)["settings.fisioflow-allow-recipients"]
    assert finding.verdict is verdict
    assert said in finding.message


def test_time_zone_shows_its_present_time(tmp_path: Path) -> None:
    finding = found(tmp_path, FISIOFLOW_TIMEZONE="America/Manaus")["settings.fisioflow-timezone"]
    assert "in America/Manaus it is 2026-03-02 08:" in finding.message


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [(0o600, Verdict.OK), (0o640, Verdict.OK), (0o644, Verdict.WARNING), (0o604, Verdict.WARNING)],
)
def test_secret_file_that_everybody_reads(tmp_path: Path, mode: int, verdict: Verdict) -> None:
    file = tmp_path / "key"
    file.write_text("s3cret")
    file.chmod(mode)
    files = {"RESEND_API_KEY_FILE": file}
    finding = by_id(check_environment(settings(tmp_path), MORNING, files))[
        "settings.resend-api-key-file"
    ]
    assert finding.verdict is verdict
    assert "s3cret" not in f"{finding.message} {finding.remedy}"


def test_secret_file_that_has_gone(tmp_path: Path) -> None:
    files = {"RESEND_API_KEY_FILE": tmp_path / "nowhere"}
    finding = by_id(check_environment(settings(tmp_path), MORNING, files))[
        "settings.resend-api-key-file"
    ]
    assert finding.verdict is Verdict.WARNING
