"""`fisioflow runs retry` and `runs cancel`: one run, or all that the options mean."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.commands.confirm import code_of, to_each
from fisioflow_cli.errors import DatabaseUnavailable, ExitCode
from tests.cli import Done
from tests.commands.inside import run_inside
from tests.workflows.conftest import here, made_sqlite
from tests.workflows.inbox import event, give, work
from tests.workflows.people import NOW, patient
from tests.workflows.place import Place

__all__ = ["here", "made_sqlite"]
NIGHT = NOW.replace(hour=5)


def fisioflow(place: Place, *args: str, **env: str) -> Done:
    return run_inside(*args, env={**place.given, "FISIOFLOW_SEND_WINDOW": "always", **env})


def runs_of(place: Place) -> dict[str, str]:
    return {f"{row['slot']}/{row['generation']}": row["status"] for row in place.ledger("runs")}


@pytest.fixture
def waiting(here: Place) -> Place:
    """A clinic with one run that has a greeting pending, for it is night."""
    here.add(schema.patients, patient("ana"))
    assert here.start("birthdays", at=NIGHT).status == "timed_out"
    return here


def run_id(place: Place) -> str:
    [row] = place.ledger("runs")
    return str(row["id"])


def test_cancelled_at_once_and_its_messages_skipped(waiting: Place) -> None:
    done = fisioflow(waiting, "runs", "cancel", run_id(waiting)[:8])
    assert (done.rc, done.stderr) == (0, "")
    assert done.stdout == f"{run_id(waiting)} is cancelled.\n"
    assert waiting.deliveries() == {"birthday/ana/2026": "skipped cancelled_by_hand"}
    [row] = waiting.ledger("runs")
    assert (row["status"], row["result"]["skipped"]) == ("cancelled", {"cancelled_by_hand": 1})
    assert row["result"]["pending"] == 0
    shown = fisioflow(waiting, "runs", "show", run_id(waiting)).stdout
    assert "asked for by hand at" in shown
    again = fisioflow(waiting, "runs", "cancel", run_id(waiting))
    assert (again.rc, again.stderr.count("\n")) == (ExitCode.USAGE, 1)
    assert "cancelled already" in again.stderr


def test_retried_after_it_was_cancelled(waiting: Place) -> None:
    fisioflow(waiting, "runs", "cancel", run_id(waiting))
    late = fisioflow(waiting, "runs", "retry", run_id(waiting))
    assert (late.rc, "--allow-late" in late.stderr) == (ExitCode.USAGE, True)
    assert runs_of(waiting) == {"2026-03-02/1": "cancelled"}
    done = fisioflow(waiting, "runs", "retry", run_id(waiting), "--allow-late", "--json")
    assert (done.rc, done.json["status"], done.json["attempt"]) == (0, "completed", 3)
    assert waiting.deliveries() == {"birthday/ana/2026": "sent whatsapp"}


def test_partial_run_is_done_once_more_and_sends_nothing_twice(here: Place) -> None:
    here.add(schema.patients, patient("ana"), patient("bia"))
    here.start("birthdays")
    with here.writing() as connection:
        d, r = here.ledger_table("deliveries"), here.ledger_table("runs")
        failed = d.c.message_key == "birthday/bia/2026"
        connection.execute(d.update().where(failed).values(state="failed", reason="http_500"))
        connection.execute(r.update().values(status="partial"))
    done = fisioflow(here, "runs", "retry", run_id(here), "--allow-late", "--json")
    assert (done.rc, done.json["status"]) == (0, "completed")
    assert done.json["result"]["skipped"] == {"already_sent": 1}
    assert done.json["result"]["sent"] == 1
    assert runs_of(here) == {"2026-03-02/1": "partial", "2026-03-02/2": "completed"}
    assert set(here.deliveries().values()) == {"sent whatsapp"}


@pytest.fixture
def several(here: Place) -> Place:
    """Three runs that wait, and one that is completed."""
    here.add(schema.patients, patient("ana"))
    here.start("birthdays", at=NIGHT)
    here.start("birthdays", at=NIGHT, organization="sul")
    here.start("expiring-vouchers", at=NIGHT)
    here.start("birthdays", at=NIGHT - timedelta(days=365), catch_up=False)
    return here


def test_many_are_named_before_they_are_changed(several: Place) -> None:
    before = several.contents()
    listed = fisioflow(several, "runs", "cancel", "--workflow", "birthdays", "--dry-run", "--json")
    assert (listed.rc, len(listed.json["runs"])) == (0, 3)
    refused = fisioflow(several, "runs", "cancel", "--workflow", "birthdays")
    assert (refused.rc, refused.stdout) == (ExitCode.USAGE, "")
    assert "3 runs are to be cancelled" in refused.stderr
    assert "--yes" in refused.stderr
    assert several.contents() == before


@pytest.mark.parametrize(
    ("which", "count"),
    [(["--org", "sul"], 1), (["--slot", "2026-03-02"], 2), (["--slot", "2025-03-02"], 1)],
)
def test_many_are_named_by_slot_or_organization(
    several: Place, which: list[str], count: int
) -> None:
    listed = fisioflow(several, "runs", "cancel", *which, "--dry-run", "--json")
    assert (listed.rc, len(listed.json["runs"])) == (0, count), listed.stderr


def test_many_are_cancelled_once(several: Place) -> None:
    args = ("runs", "cancel", "--workflow", "birthdays", "--status", "timed_out", "--yes")
    done = fisioflow(several, *args, "--json")
    assert (done.rc, len(done.json["runs"]), done.json["left"]) == (0, 3, [])
    assert set(several.deliveries().values()) == {"skipped cancelled_by_hand"}
    again = fisioflow(several, *args)
    assert (again.rc, again.stdout, again.stderr) == (0, "", "Nothing to do.\n")


def test_many_are_retried_and_a_second_time_nothing_is_left(several: Place) -> None:
    args = ("runs", "retry", "--since", "2025-01-01", "--allow-late", "--yes")
    done = fisioflow(several, *args)
    assert done.rc == 0, done.stderr
    assert "3 done, 0 left." in done.stderr
    assert set(runs_of(several).values()) == {"completed"}
    assert set(several.deliveries().values()) == {"sent whatsapp"}
    assert fisioflow(several, *args).stderr == "Nothing to do.\n"


def test_what_is_past_its_age_is_not_among_the_many(several: Place) -> None:
    done = fisioflow(several, "runs", "retry", "--status", "timed_out", "--yes", "--json")
    assert done.json == {"runs": [], "left": []}


ON_A_TERMINAL = """
import os, pty, sys
def answer(fd):
    data = os.read(fd, 1024)
    if b"to go on" in data:
        os.write(fd, sys.argv[1].encode() + b"\\n")
    return data
code = pty.spawn([sys.executable, "-m", "fisioflow_cli", *sys.argv[2:]], answer)
sys.exit(os.waitstatus_to_exitcode(code))
"""


@pytest.mark.parametrize(
    ("typed", "code"), [("3", 0), ("2", ExitCode.USAGE), ("y", ExitCode.USAGE)]
)
def test_confirmed_on_a_terminal_by_the_number(several: Place, typed: str, code: int) -> None:
    env = {"DATABASE_URL": several.url, "FISIOFLOW_HOME": str(several.folder), "TERM": "xterm"}
    done = subprocess.run(
        [sys.executable, "-c", ON_A_TERMINAL, typed, "runs", "cancel", "--workflow", "birthdays"],
        env={**env, "PATH": os.environ["PATH"], "HOME": str(Path.home())},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, "Type 3 to go on" in done.stdout) == (code, True), done.stdout
    assert ("cancelled" in runs_of(several).values()) is (code == 0)


HOSTILE = [
    *([], ["--yes"], ["x", "--status", "failed"], ["nobody"], ["%"], ["\x1b[31m"], ["\udcff"]),
    *(["f" * 10_000], ["--status", "lost"], ["--since", "soon"]),
]


@pytest.mark.parametrize("command", ["retry", "cancel"])
def test_what_cannot_be_is_refused_in_a_sentence(waiting: Place, command: str) -> None:
    before = waiting.contents()
    for args in HOSTILE:
        done = fisioflow(waiting, "runs", command, *args)
        assert (done.rc, done.stdout, done.stderr.count("\n")) == (ExitCode.USAGE, "", 1), ascii(
            args
        )
        assert "\x1b" not in done.stderr
    assert waiting.contents() == before


def test_run_of_another_environment_is_let_be(waiting: Place) -> None:
    done = fisioflow(waiting, "runs", "cancel", run_id(waiting), FISIOFLOW_ENV="preview:x")
    assert (done.rc, "belongs to development" in done.stderr) == (ExitCode.USAGE, True)
    assert runs_of(waiting) == {"2026-03-02/1": "timed_out"}


MAIL: dict[str, Any] = {"to": "ana@example.com", "subject": "x", "text": "x"}


def test_run_of_an_event(here: Place) -> None:
    give(here, "email/send", {**MAIL, "to": "nobody"})
    work(here)
    assert event(here)["status"] == "dead"
    done = fisioflow(here, "runs", "retry", run_id(here))
    assert (done.rc, done.stdout) == (0, "e1 waits for the next dispatch.\n")
    work(here, at=NOW + timedelta(days=365))
    newest = max(here.ledger("runs"), key=lambda row: int(row["generation"]))
    assert newest["status"] == "failed"
    done = fisioflow(here, "runs", "cancel", newest["id"], "--json")
    assert (done.rc, done.json["status"]) == (0, "cancelled")
    assert event(here)["status"] == "discarded"
    shown = fisioflow(here, "runs", "show", newest["id"])
    assert "note       cancelled_by_hand: a person cancelled it" in shown.stdout
    detail = fisioflow(here, "runs", "show", newest["id"], "--json").json
    assert (detail["error"], detail["meaning"][:8]) == ("cancelled_by_hand", "a person")
    older = min(here.ledger("runs"), key=lambda row: int(row["generation"]))
    assert fisioflow(here, "runs", "retry", older["id"]).rc == ExitCode.USAGE
    assert fisioflow(here, "runs", "retry", newest["id"], "--json").json["status"] == "waiting"


def test_dry_run_of_one_lists_it(waiting: Place) -> None:
    before = waiting.contents()
    done = fisioflow(waiting, "runs", "cancel", run_id(waiting), "--dry-run", "--json")
    assert [run["run_id"] for run in json.loads(done.stdout)["runs"]] == [run_id(waiting)]
    assert waiting.contents() == before


@pytest.fixture
def keyless(tmp_path: Path) -> Place:
    """A deployment in production without a key for e-mail, and three runs that failed."""
    url = f"sqlite:///{tmp_path / 'production.db'}"
    place = Place(url=url, folder=tmp_path, environ={"FISIOFLOW_ENV": "production"}).create()
    place.start("cleanup")
    [row] = place.ledger("runs")
    with place.writing() as connection:
        runs = place.ledger_table("runs")
        connection.execute(runs.update().values(status="failed"))
        for name in ("fisioflow-daily-reports", "fisioflow-weekly-summary"):
            other = {"id": f"{row['id'][:-1]}-{name}"[-36:], "workflow": name, "status": "failed"}
            connection.execute(runs.insert().values(**{**row, **other}))
    return place


def test_what_cannot_be_retried_keeps_no_other_from_it(keyless: Place) -> None:
    """Fixed: the first without a key ended it all, and what was done before it was told nowhere."""
    words = ("runs", "retry", "--status", "failed", "--allow-late", "--yes", "--json")
    done = fisioflow(keyless, *words, FISIOFLOW_ENV="production")
    assert done.rc == ExitCode.CONFIGURATION
    assert [run["workflow"] for run in done.json["runs"]] == ["fisioflow-daily-cleanup"]
    assert len(done.json["left"]) == 2
    assert all("RESEND_API_KEY" in why for why in done.json["left"])
    told = fisioflow(keyless, *words[:-1], FISIOFLOW_ENV="production")
    assert (told.rc, told.stdout) == (ExitCode.CONFIGURATION, "")
    assert told.stderr.endswith("0 done, 2 left.\n")


def test_a_database_that_is_away_is_not_asked_once_for_each() -> None:
    asked: list[int] = []

    def away(number: int) -> int:
        asked.append(number)
        if number == 2:
            raise DatabaseUnavailable
        return number

    tally = to_each([1, 2, 3], str, away)
    assert (tally.done, asked, tally.codes) == ([1], [1, 2], {ExitCode.TRY_LATER})
    assert "the database does not answer" in tally.left[0].lower()


def test_a_defect_keeps_no_other_from_it() -> None:
    tally = to_each([0, 2], str, lambda number: 4 // number)
    assert (tally.done, code_of(tally.codes)) == ([2], ExitCode.FAILED)
    assert "ZeroDivisionError" in tally.left[0]


@pytest.mark.parametrize("command", ["retry", "cancel"])
def test_a_dry_run_refuses_what_would_be_refused(here: Place, command: str) -> None:
    """Fixed: a run that is completed was listed as what would be changed."""
    here.start("cleanup")
    [run] = here.ledger("runs")
    really = fisioflow(here, "runs", command, run["id"])
    tried = fisioflow(here, "runs", command, run["id"], "--dry-run")
    assert (tried.rc, tried.stdout, tried.stderr) == (ExitCode.USAGE, "", really.stderr)
