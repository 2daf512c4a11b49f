"""`fisioflow doctor`: readable off a terminal, one JSON document, exit code 78 when a check fails."""

import re
from pathlib import Path

import pytest
from rich.console import Console

from fisioflow_cli import console
from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.commands import show_findings
from fisioflow_cli.commands.show_findings import AREAS
from tests.cli import run_cli
from tests.commands.inside import run_inside

LINE = re.compile(r"(✓ ok|! warning|✗ failure|– skipped) +([\w.-]+)(?: \+(\d+))? {2,}(\S.+)")


def test_demo_clinic_is_well(tmp_path: Path) -> None:
    run_inside("demo")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.db")}
    done = run_inside("doctor")
    assert (done.rc, done.stderr) == (0, "")
    assert re.search(r"✓ ok +ledger\.writable ", done.stdout)
    assert re.search(r"✓ ok +profile\.patients ", done.stdout)
    assert "failure: 0" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.db")} == before


def test_what_is_wrong_stands_at_the_end_under_its_own_heading() -> None:
    done = run_inside(
        "doctor", env={"FISIOFLOW_TIMEZON": "UTC", "VAPID_SUBJECT": "mailto:x@example.com"}
    )
    *sections, last = [part.splitlines() for part in done.stdout.split("\n\n")]
    assert [section[0] for section in sections[-2:]] == ["To be looked at", "To be mended"]
    assert sections[0][0] == "Settings"
    for number, (title, *lines) in enumerate(sections):
        assert not LINE.fullmatch(title)
        wrong = number >= len(sections) - 2
        for line in lines:
            match = LINE.fullmatch(line)
            assert match or (wrong and line.startswith("           → "))
            assert not match or (match[1][0] in "!✗") == wrong
    assert last[0].startswith("ok: ")
    assert last[1] == "Some commands fail until this is mended."
    assert "\x1b" not in done.stdout


def test_fresh_machine_is_told_how_to_begin(tmp_path: Path) -> None:
    done = run_cli("doctor")
    assert done.rc == 0
    assert "fisioflow demo" in done.stdout
    assert list(tmp_path.rglob("*.db")) == []


def test_json_is_one_document_with_the_same_findings() -> None:
    lines = [
        match for line in run_inside("doctor").stdout.splitlines() if (match := LINE.match(line))
    ]
    done = run_inside("doctor", "--json")
    assert done.rc == 0
    assert done.json["status"] == "warning"
    ids = [finding["id"] for finding in done.json["findings"]]
    assert {match[2] for match in lines} <= set(ids)
    assert len(lines) + sum(int(match[3] or 0) for match in lines) == len(ids) == len(set(ids))
    for finding in done.json["findings"]:
        assert set(finding) == {"id", "verdict", "message", "remedy"}


def test_every_area_has_a_heading() -> None:
    findings = run_inside("doctor", "--json").json["findings"]
    assert {finding["id"].partition(".")[0] for finding in findings} == set(AREAS)


def test_setting_that_cannot_be_read_is_a_finding() -> None:
    environ = {"FISIOFLOW_ENV": "prod", "FISIOFLOW_TIMEZON": "UTC"}
    done = run_inside("doctor", "--json", env=environ)
    assert (done.rc, done.stderr) == (78, "")
    assert done.json["status"] == "failure"
    first = done.json["findings"][0]
    assert (first["id"], first["verdict"]) == ("settings.readable", "failure")
    assert "FISIOFLOW_ENV" in first["message"]
    judged = {finding["id"]: finding["verdict"] for finding in done.json["findings"]}
    assert judged["variables.misspelt"] == "warning"


def test_several_failures_at_once(sqlite_url: str) -> None:
    environ = {
        "DATABASE_URL": sqlite_url,
        "FISIOFLOW_ENV": "production",
        "FISIOFLOW_CLINIC_PROFILE": "nowhere.toml",
    }
    done = run_inside("doctor", "--json", env=environ)
    assert done.rc == 78
    failed = {f["id"] for f in done.json["findings"] if f["verdict"] == "failure"}
    assert failed == {
        *("settings.resend-api-key", "settings.resend-from"),
        *("database.clinic", "profile.readable"),
    }


@pytest.mark.parametrize("form", [(), ("--json",), ("--verify-keys",)])
def test_nothing_secret_is_printed(tmp_path: Path, form: tuple[str, ...]) -> None:
    key = tmp_path / "key"
    key.write_text("s3cret-key")
    environ = {
        "DATABASE_URL": "postgresql://ana:s3cret-word@127.0.0.1:1/clinic",
        "FISIOFLOW_LEDGER_URL": "postgresql://ana:s3cret-word@127.0.0.1:port/clinic",
        "RESEND_API_KEY_FILE": str(key),
        "RESEND_API_URL": "http://127.0.0.1:1",
        "WHATSAPP_ACCESS_TOKEN": "s3cret-token",
        "WHATSAPP_API_URL": "http://127.0.0.1:1",
        "FISIOFLOW_ALLOW_RECIPIENTS": "bia.secreta@example.com,secreta",
    }
    done = run_inside("doctor", *form, env=environ)
    assert done.rc == 78
    said = done.stdout + done.stderr
    assert not any(word in said for word in ("s3cret", "secreta", "ana:"))


def test_profile_cannot_write_on_the_terminal(sqlite_url: str, tmp_path: Path) -> None:
    """A profile is a file from elsewhere: its texts are cleaned before they are shown."""
    profile = tmp_path / "odd.toml"
    profile.write_text(
        '[profile]\nname = "odd\\u001b[31m"\nsummary = "::set-output name=x::[bold]y"\n'
        'dialects = ["postgresql"]\nids = "text"\n[relations]\n'
        + "".join(
            f'{name} = "SELECT 1"\n'
            for name in (
                *("organizations", "staff", "patients"),
                *("appointments", "sessions", "vouchers"),
            )
        )
    )
    environ = {"DATABASE_URL": sqlite_url, "FISIOFLOW_CLINIC_PROFILE": str(profile)}
    done = run_inside("doctor", env=environ)
    assert done.rc == 78
    assert "\x1b" not in done.stdout
    assert "[bold]y" in done.stdout
    assert not any(line.startswith("::") for line in done.stdout.splitlines())


def test_offline_and_keys_exclude_each_other() -> None:
    done = run_inside("doctor", "--offline", "--verify-keys")
    assert (done.rc, done.stdout) == (2, "")


def test_help_ends_with_an_example() -> None:
    done = run_inside("doctor", "--help")
    assert done.rc == 0
    assert "Example: fisioflow doctor" in done.stdout


def test_on_a_terminal_a_long_id_pushes_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fixed: ids over 34 letters, and messages that went on at the first column."""
    narrow = Console(width=80, markup=False, emoji=False, highlight=False, record=True)
    monkeypatch.setattr(console, "out", lambda: narrow)
    found = [
        Finding(id="settings.short", verdict=Verdict.OK, message="word " * 20),
        Finding(id="settings.fisioflow-allow-clinic-writes", verdict=Verdict.OK, message="Kept."),
        Finding(id="settings.x", verdict=Verdict.WARNING, message="so " * 30, remedy="do " * 30),
    ]
    show_findings.show(found)
    lines = narrow.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert "           Kept." in lines
    assert {
        len(line) - len(line.lstrip()) for line in lines if line.strip().startswith("word")
    } == {41}
    assert {line[:11].strip() for line in lines if line.strip().startswith(("so", "do", "→"))} == {
        ""
    }
