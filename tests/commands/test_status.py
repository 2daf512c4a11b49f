"""`fisioflow status`: for people at 80 columns, and for monitors."""

import os
import pty
import re
import subprocess
import sys
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from fisioflow_cli import console
from fisioflow_cli.clinic import schema
from fisioflow_cli.commands import show_status
from fisioflow_cli.context.status import status
from fisioflow_cli.engine.agenda import Fate
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.commands.inside import run_inside
from tests.workflows.people import NOW, patient
from tests.workflows.place import Place


@pytest.fixture
def place(clinic: Place) -> Place:
    """A clinic in which everything due is done; the time is NOW."""
    assert run_inside("due", env=clinic.given).rc == 0
    return clinic


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    """Three days on, in which nothing was started; the end of the third."""
    then = NOW.astimezone(UTC).replace(hour=23) + timedelta(days=3)
    monkeypatch.setattr("fisioflow_cli.clock.Clock.now", lambda _: then)


def test_all_in_order(place: Place) -> None:
    done = run_inside("status", env=place.given)
    assert (done.rc, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    birthdays = "birthdays 02 Mar 10:30 2026-03-02 done 03 Mar 09:00 0.0 s –"
    assert " ".join(lines[3]) == birthdays, "there is no history to hold 0.0 s against"
    assert " ".join(lines[6]) == "appointment-reminders – – not yet due 02 Mar 18:00 – –"
    assert len(lines) == 8
    quiet = run_inside("status", "--quiet", env=place.given)
    assert (quiet.rc, quiet.stdout, quiet.stderr) == (0, "", "")


@pytest.mark.usefixtures("later")
def test_misses_are_named_and_end_it_with_1(place: Place) -> None:
    for options in ([], ["--quiet"]):
        done = run_inside("status", *options, env=place.given)
        assert (done.rc, done.stderr) == (
            ExitCode.FAILED,
            "Something is late or missed in development.\n",
        )
        said = [" ".join(line.split()) for line in done.stdout.splitlines()]
        assert "missed birthdays 2026-03-03: too late to be done" in said
        assert "late birthdays 2026-03-04, 2026-03-05: not started at 09:00" in said
        assert "late daily-reports 2026-03-03, 2026-03-04, 2026-03-05: not started at 08:00" in said
        assert not any(line.startswith("late weekly-summary") for line in said)


@pytest.mark.usefixtures("later")
def test_json_is_exactly_one_document(place: Place) -> None:
    done = run_inside("status", "--json", env=place.given)
    assert (done.rc, done.stdout.count("\n"), done.stderr) == (ExitCode.FAILED, 1, "")
    assert set(done.json) == {
        "environment",
        "at",
        "in_order",
        "workflows",
        "events",
        "deliveries",
        "stuck",
    }
    [birthdays] = [w for w in done.json["workflows"] if w["command"] == "birthdays"]
    assert [slot["slot"] for slot in birthdays["missed"]] == ["2026-03-03"]
    assert birthdays["late"][0] == {
        "slot": "2026-03-04",
        "state": "late",
        "late": True,
        "due_at": "2026-03-04T12:00:00+00:00",
        "expires_at": "2026-03-06T03:00:00+00:00",
        "run_id": None,
        "error": None,
        "why": "not started at 09:00",
    }
    assert birthdays["missed"][0]["why"] == "too late to be done"
    assert birthdays["last_success"]["slot"] == "2026-03-02"
    assert birthdays["duration"]["seconds"] >= 0
    assert done.json["events"] == {"waiting": 0, "due": 0, "dead": 0}


@pytest.mark.usefixtures("later")
def test_grace_and_how_long_a_miss_is_named(place: Place) -> None:
    patient_ = run_inside("status", "--grace", "200h", "--since", "1m", env=place.given)
    assert (patient_.rc, patient_.stderr) == (0, "")
    assert run_inside("status", "--grace", "soon", env=place.given).rc == ExitCode.USAGE


def test_never_started_and_no_ledger(tmp_path: Path, postgres_url: str) -> None:
    done = run_inside("status", env={"DATABASE_URL": postgres_url})
    assert (done.rc, done.stdout) == (ExitCode.CONFIGURATION, "")
    assert "run `fisioflow db upgrade`" in done.stderr
    place = Place(url=f"sqlite:///{tmp_path / 'new.db'}", folder=tmp_path).create()
    done = run_inside("status", "--json", env=place.given)
    assert not any(w["started"] for w in done.json["workflows"])


def on_terminal(place: Place, *words: str) -> str:
    """What a terminal of 80 columns shows, colours included."""
    leader, follower = pty.openpty()
    env = {**place.given, "COLUMNS": "80", "TERM": "xterm", "PATH": os.environ["PATH"]}
    env["HOME"] = str(place.folder)
    line = [sys.executable, "-m", "fisioflow_cli", *words]
    process = subprocess.Popen(line, env=env, stdout=follower, stderr=follower, stdin=follower)
    os.close(follower)
    shown = b""
    try:
        while part := os.read(leader, 65536):
            shown += part
    except OSError:  # the terminal is closed when the process has ended
        pass
    process.wait()
    os.close(leader)
    return shown.decode()


def test_fits_a_terminal_and_is_coloured_there_alone(place: Place) -> None:
    """Whatever the day: last success, slot, state and next are all there."""
    shown = on_terminal(place, "status")
    assert "\x1b[" in shown
    plain = [_bare(line) for line in shown.splitlines()]
    assert max(map(len, plain)) <= 80
    assert "…" not in shown
    assert "appointment-reminders" in shown
    assert "\x1b[" not in run_inside("status", env=place.given).stdout


def test_fits_a_terminal_where_something_unfinished_is_late(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The longest state, beside the longest slot."""
    runs = place.ledger_table("runs")
    with place.writing() as connection:
        connection.execute(runs.update().values(status="running", lease_until=None, owner=None))
    narrow = Console(width=80, markup=False, emoji=False, highlight=False, record=True)
    monkeypatch.setattr(console, "out", lambda: narrow)
    context = place.context(at=NOW)
    show_status.show(status(context, WORKFLOWS, grace=timedelta()), context.zone)
    shown = narrow.export_text()
    assert "unfinished, late" in shown
    assert "…" not in shown


def test_a_long_stretch_is_told_by_its_ends_and_no_line_is_filled_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fixed: a mail of cron named a hundred slots in a line, and all lines were as long as that."""
    then = NOW.astimezone(UTC) + timedelta(days=40)
    monkeypatch.setattr("fisioflow_cli.clock.Clock.now", lambda _: then)
    shown = run_inside("status", "--since", "30d", env=place.given).stdout
    assert re.search(
        r"^missed  birthdays \d\d from 2026-03-\d\d to 2026-04-\d\d: too", shown, re.MULTILINE
    )
    assert max(map(len, shown.splitlines())) < 200
    assert not [line for line in shown.splitlines() if line != line.rstrip()]


def test_what_is_opened_to_be_done_once_more_has_lost_no_process(place: Place) -> None:
    place.add(schema.patients, patient("ana"))
    assert run_inside("birthdays", "--force", env=place.given).rc == 0
    deliveries, runs = place.ledger_table("deliveries"), place.ledger_table("runs")
    with place.writing() as connection:
        connection.execute(deliveries.update().values(state="in_doubt", reason="timeout"))
        connection.execute(runs.update().values(status="partial"))
    words = ("deliveries", "resolve", "birthday/ana/2026", "--resend")
    assert run_inside(*words, env=place.given).rc == 0
    for command in (("status", "--grace", "0s"), ("due", "--list"), ("runs", "list")):
        shown = run_inside(*command, env=place.given).stdout
        assert "process is gone" not in shown, command
        assert "stopped without a word" not in shown, command
    assert "has begun it yet" in run_inside("due", "--list", env=place.given).stdout
    [run] = run_inside("runs", "list", "--status", "running", "--json", env=place.given).json[
        "runs"
    ]
    assert "nobody: nothing has begun it yet" in (
        run_inside("runs", "show", run["run_id"], env=place.given).stdout
    )
    assert run_inside("status", "--json", env=place.given).json["stuck"] == []


def test_stuck_run_names_the_command_that_takes_it_up(place: Place) -> None:
    """It said that a process is gone, and not what to type."""
    runs = place.ledger_table("runs")
    gone = {"status": "running", "lease_until": NOW - timedelta(hours=1), "owner": None}
    with place.writing() as connection:
        birthdays = runs.c.workflow == "fisioflow-birthday-messages"
        connection.execute(runs.update().where(birthdays).values(**gone))
        events_run = runs.c.workflow == "fisioflow-daily-cleanup"
        connection.execute(
            runs.update().where(events_run).values(workflow="fisioflow-send-email", **gone)
        )
    told = show_status.document(status(place.context(), WORKFLOWS), place.context().zone)
    words = {one["workflow"]: one["why"].partition(": ")[2] for one in told["stuck"]}
    assert words == {
        "fisioflow-birthday-messages": "`fisioflow due` takes it up",
        "fisioflow-send-email": "`fisioflow dispatch` takes it up",
    }


def _bare(line: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line).rstrip()


def test_hostile_error_text_cannot_break_the_output(place: Place) -> None:
    place.add(schema.patients, patient("ana"))
    runs = place.ledger_table("runs")
    hostile = "x\n::error::pwned\x1b[31m ##[error]oops"
    with place.writing() as connection:
        connection.execute(runs.update().values(status="failed", error=hostile, finished_at=NOW))
    done = run_inside("status", "--grace", "1s", env=place.given)
    assert done.rc == ExitCode.FAILED
    assert "pwned" in done.stdout
    assert "\x1b" not in done.stdout
    assert not any(line.lstrip().startswith("::") for line in done.stdout.splitlines())


def test_document_explains_every_state_and_key(place: Place) -> None:
    text = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text(encoding="utf-8")
    assert [fate for fate in Fate if f"| `{fate}` |" not in text] == []
    document = run_inside("status", "--json", env=place.given).json
    [first, *_] = document["workflows"]
    keys = {*document, *first, *first["now"], *first["duration"], *document["events"]}
    assert [key for key in keys if f'"{key}"' not in text] == []
