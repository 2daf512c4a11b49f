"""Another attempt, begun from a page: that it is being started, and how its process ended."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.context.context import Context
from fisioflow_cli.dashboard.facts import Facts
from fisioflow_cli.dashboard.live import mark
from fisioflow_cli.dashboard.retrial import begin, sentences
from fisioflow_cli.dashboard.trials import MOST, Trial, Trials
from fisioflow_cli.engine import owner
from fisioflow_cli.errors import UsageError
from fisioflow_cli.ledger import runs
from fisioflow_cli.ledger.runs import RunRow
from tests.dashboard.scene import HOSTILE, NOON, run_id
from tests.dashboard.served import Served, form_of, serve
from tests.workflows.conftest import here, made_sqlite
from tests.workflows.people import NOW
from tests.workflows.place import Place

__all__ = ["here", "made_sqlite"]
PATIENCE = 60.0


def test_a_page_says_that_an_attempt_ended_at_once_and_why(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fixed: production without a provider's key got a green "has begun", then "failed" and no word."""
    now = datetime.now(UTC)
    report = here.start("appointment-reminders", at=now)
    with here.writing() as connection:
        connection.execute(here.ledger_table("runs").update().values(status="failed"))
    here.environ["FISIOFLOW_TIMEZONE"] = "Nowhere/At_All"  # what only the process reads: it ends so
    for name, value in {**here.environ, "DATABASE_URL": here.url}.items():
        monkeypatch.setenv(name, value)
    context = Context(settings=here.settings(FISIOFLOW_TIMEZONE="UTC"), clock=Clock())
    with serve(here.url, at=now, allow_actions=True, context=context) as running:
        page = f"/runs/{report.run_id}"
        before = mark(running.facts)
        with running.friend() as client:
            form = form_of(client.get(page).text)
            answer = client.post("/runs/retry", data=form, headers={"Origin": running.url})
            assert "is being started" in client.get(answer.headers["location"]).text
        ended(running)
        text = running.text(page)
        assert "ended with exit code 78:" in text
        assert "FISIOFLOW_TIMEZONE" in text
        assert 'action="/runs/retry"' in text
        assert mark(running.facts) != before  # so that the page renews itself
        assert "FISIOFLOW_TIMEZONE" in running.lines[-1]


def ended(running: Served) -> None:
    until = time.monotonic() + PATIENCE
    while not any("ended with" in line for line in running.lines) and time.monotonic() < until:
        time.sleep(0.05)


def test_while_one_is_at_work_there_is_no_second(quick: Served) -> None:
    trials = quick.facts.trials
    assert trials.begin(run_id(2), NOON)
    assert not trials.begin(run_id(2), NOON)
    assert "is at work" in quick.text(f"/runs/{run_id(2)}")
    trials.end(run_id(2), -9, "")
    assert "was ended by signal 9." in quick.text(f"/runs/{run_id(2)}")
    assert trials.begin(run_id(2), NOON)
    trials.end(run_id(2), 3, HOSTILE)
    text = quick.text(f"/runs/{run_id(2)}")
    assert "exit code 3:" in text
    assert "<script>document" not in text
    trials.begin(run_id(2), NOON)
    trials.end(run_id(2), 0, "Done.")
    assert "asked for at" not in quick.text(f"/runs/{run_id(2)}")


@contextmanager
def birthdays(here: Place, later: timedelta, **values: Any) -> Iterator[tuple[Facts, RunRow]]:
    """A dashboard so much later than a run of the birthdays, which the ledger now has so."""
    report = here.start("birthdays", at=NOW)
    table = here.ledger_table("runs")
    with here.writing() as connection:
        connection.execute(table.update().values({"attempt": 1} | values))
    with serve(here.url, at=NOW + later) as running:
        run = runs.get(running.facts.ledger, str(report.run_id))
        assert run is not None
        yield running.facts, run


ELSEWHERE = {"boot_id": "x", "pid_namespace": "x", "pid": 1, "started": 1}
GONE = {**owner.current(), "started": 1}
HELD = {"status": "running", "owner": ELSEWHERE, "lease_until": NOW + timedelta(days=9)}


@pytest.mark.parametrize(
    ("values", "later", "is_tried", "refusal"),
    [
        ({}, timedelta(), False, "is completed"),
        ({"status": "failed"}, timedelta(days=30), False, "maximum age"),
        (HELD, timedelta(), False, "is being worked on"),
        ({"status": "failed"}, timedelta(), True, "at work already"),
    ],
)
def test_what_cannot_be_tried_begins_no_process(
    here: Place,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, Any],
    later: timedelta,
    is_tried: bool,
    refusal: str,
) -> None:
    """Told at once: done, too late, in somebody's hands, or being tried."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with birthdays(here, later, **values) as (facts, run):
        if is_tried:
            facts.trials.begin(run.id, facts.now())
        turns = facts.trials.turns
        with pytest.raises(UsageError, match=refusal):
            begin(facts, run)
        assert (facts.trials.of(run.id) is not None) is is_tried
        assert facts.trials.turns == turns + is_tried


@pytest.mark.parametrize("values", [{"status": "failed"}, HELD | {"owner": GONE}])
def test_process_that_cannot_be_started_is_told(
    here: Place, monkeypatch: pytest.MonkeyPatch, values: dict[str, Any]
) -> None:
    """Of a run that failed, or whose process was killed a moment ago."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with birthdays(here, timedelta(), **values) as (facts, run):
        begin(facts, run)
        trial = facts.trials.of(run.id)
    assert trial is not None
    assert (trial.code, "could not be started" in trial.told) == (1, True)


def test_attempt_at_work_is_one_attempt_and_the_next_one_another() -> None:
    trials, later = Trials(), NOON + timedelta(minutes=1)
    assert trials.begin("r", NOON)
    assert not trials.begin("r", later)
    assert trials.of("r") == Trial(asked_at=NOON)
    trials.end("r", 3, "Why.")
    assert trials.of("r") == Trial(asked_at=NOON, code=3, told="Why.")
    assert trials.begin("r", later)
    assert trials.of("r") == Trial(asked_at=later)


def test_whoever_watches_hears_of_each_begin_and_end() -> None:
    trials = Trials()
    seen = [trials.turns]
    for change in (lambda: trials.begin("r", NOON), lambda: trials.end("r", 0, "")):
        change()
        seen.append(trials.turns)
    assert len(set(seen)) == 3
    trials.end("unknown", 0, "")
    assert (trials.turns, trials.of("unknown")) == (seen[-1], None)


def test_of_what_a_command_says_its_own_sentences_are_kept() -> None:
    said = ["Traceback\n", "fisioflow: a \x1b[31mkey\n", f"fisioflow: {'x' * 900}\n", "noise\n"]
    assert sentences(said) == ["a [31mkey", "x" * 400]
    assert sentences(f"fisioflow: {n}\n" for n in range(9)) == ["4", "5", "6", "7", "8"]


def test_only_so_many_attempts_are_remembered() -> None:
    trials = Trials()
    for number in range(MOST):
        trials.begin(str(number), NOON)
    trials.begin("0", NOON)
    trials.begin("new", NOON)
    assert [name for name in ("0", "1", "2", "new") if trials.of(name)] == ["0", "2", "new"]
