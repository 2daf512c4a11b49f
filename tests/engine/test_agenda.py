"""What became of each slot: one judgement for healing, `due`, `status` and calendars."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from fisioflow_cli.engine import owner
from fisioflow_cli.engine.agenda import Reader
from fisioflow_cli.engine.run import Run
from fisioflow_cli.engine.slots import Hourly, Weekly
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.errors import QuotaExhausted
from fisioflow_cli.ledger.tables import RunStatus
from tests.engine.workbench import ZONE, Bench, in_utc, workflow


def _stopped(run: Run, services: Any) -> None:
    raise QuotaExhausted


def _broken(run: Run, services: Any) -> None:
    raise ValueError


def _half(run: Run, services: Any) -> None:
    """One of its rows cannot be read."""
    run.record("each/1", run.as_of, {"items": 1, "waiting": 0, "labels": {"parked": 1}})


def test_slots_of_a_workflow_never_started_begin_with_the_present_one(bench: Bench) -> None:
    early, late = bench.at("2026-11-23T08:59"), bench.at("2026-11-23T09:01")
    assert early.fates(workflow(), days=5, ahead=1) == {
        "2026-11-23": "upcoming",
        "2026-11-24": "upcoming",
    }
    assert late.fates(workflow()) == {"2026-11-23": "due"}
    assert [agenda.started for agenda in late.agendas(workflow())] == [False]


@pytest.mark.parametrize(
    ("now", "fate"),
    [
        ("2026-11-24T00:00", "upcoming"),
        ("2026-11-24T08:59", "upcoming"),
        ("2026-11-24T09:00", "due"),
        ("2026-11-24T09:29", "due"),
        ("2026-11-24T09:31", "late"),
        ("2026-11-27T23:58", "late"),
        ("2026-11-28T00:00", "missed"),
        ("2027-11-24T09:00", "missed"),
    ],
)
def test_slot_that_nobody_starts(bench: Bench, now: str, fate: str) -> None:
    """Its time comes at nine, and three days later it is too late."""
    bench.at("2026-11-23T09:00").start(workflow())
    fates = bench.at(now).fates(workflow(), days=400)
    assert (fates["2026-11-23"], fates["2026-11-24"]) == ("done", fate)


def test_slot_of_the_latest_only_is_missed_when_the_next_begins(bench: Bench) -> None:
    what = workflow(rule=Hourly(6), at=time(0), maximum_age=None)
    bench.at("2026-11-23T00:10").start(what)
    assert bench.at("2026-11-23T13:00").fates(what, days=1, ahead=1) == {
        "2026-11-23T00": "done",
        "2026-11-23T06": "missed",
        "2026-11-23T12": "late",
        "2026-11-23T18": "upcoming",
        "2026-11-24T00": "upcoming",
        "2026-11-24T06": "upcoming",
        "2026-11-24T12": "upcoming",
    }


def test_each_way_a_run_may_have_ended(bench: Bench) -> None:
    for day, body in (("20", _half), ("21", _stopped), ("22", _broken)):
        bench.at(f"2026-11-{day}T09:00").start(workflow(body), catch_up=False)
    bench.start(workflow())
    settled = bench.fates(workflow())
    assert settled == dict(zip(settled, ("partial", "done", "done", "done"), strict=True))


def test_what_the_next_start_resumes(bench: Bench) -> None:
    bench.at("2026-11-21T09:00").start(workflow(_stopped), catch_up=False)
    bench.at("2026-11-22T09:00").start(workflow(_broken), catch_up=False)
    assert bench.fates(workflow()) == {
        "2026-11-21": "unfinished",
        "2026-11-22": "failed",
        "2026-11-23": "late",
    }
    [agenda] = bench.agendas(workflow())
    assert [entry.slot.label for entry in agenda.to_do] == list(bench.fates(workflow()))
    runs = [entry.run.status if entry.run else None for entry in agenda.entries]
    assert runs == [RunStatus.TIMED_OUT, RunStatus.FAILED, None]


def test_what_was_begun_and_never_finished_is_missed_too(bench: Bench) -> None:
    bench.at("2026-11-19T09:00").start(workflow(_stopped))
    assert bench.fates(workflow(), days=9)["2026-11-19"] == "missed"
    bench.heal(workflow())
    assert bench.status("2026-11-19") == "failed"
    assert bench.fates(workflow(), days=9)["2026-11-19"] == "missed"


def test_run_in_hand_is_running_until_its_lease_ends(bench: Bench) -> None:
    seen: list[dict[str, str]] = []

    def body(run: Run, services: Any) -> None:
        seen.append(bench.fates(workflow()))

    bench.start(workflow(body))
    assert seen == [{"2026-11-23": "running"}]


ELSEWHERE = {"boot_id": "x", "pid_namespace": "x", "pid": 1, "started": 1}
GONE = {**owner.current(), "started": 1}
"""A process of this host that had our number before us."""


@pytest.mark.parametrize(
    ("holder", "left", "fate"),
    [
        (ELSEWHERE, timedelta(days=400), "running"),
        (ELSEWHERE, timedelta(days=-400), "unfinished"),
        (GONE, timedelta(days=400), "unfinished"),
    ],
    ids=["elsewhere", "its lease is over", "killed here"],
)
def test_run_of_a_killed_process_is_unfinished(
    bench: Bench, holder: dict[str, Any], left: timedelta, fate: str
) -> None:
    """At once if the process was one of this host, else when its lease is over."""
    bench.start(workflow(_stopped))
    runs, until = bench.ledger.tables.runs, datetime.now(UTC) + left
    with bench.ledger.writing() as connection:
        held = runs.update().values(status="running", owner=holder, lease_until=until)
        connection.execute(held)
    assert bench.fates(workflow()) == {"2026-11-23": fate}


@pytest.mark.parametrize(
    ("status", "pending", "now", "late"),
    [
        ("timed_out", 1, "2026-11-23T10:30", False),
        ("timed_out", 1, "2026-11-24T08:59", False),
        ("timed_out", 1, "2026-11-24T09:01", True),
        ("timed_out", 0, "2026-11-23T10:30", True),
        ("cancelled", 1, "2026-11-23T10:30", True),
        ("failed", 1, "2026-11-23T10:30", True),
    ],
)
def test_only_what_came_to_its_end_with_something_pending_may_wait_for_a_day(
    bench: Bench, status: str, pending: int, now: str, late: bool
) -> None:
    bench.start(workflow(_stopped))
    with bench.ledger.writing() as connection:
        ended = {"status": status, "result": {"pending": pending}}
        connection.execute(bench.ledger.tables.runs.update().values(ended))
    [agenda] = bench.at(now).agendas(workflow())
    assert agenda.entries[0].late is late


def test_what_a_person_called_off_is_nobodys(bench: Bench) -> None:
    bench.at("2026-11-22T09:00").start(workflow(_stopped))
    runs = bench.ledger.tables.runs
    with bench.ledger.writing() as connection:
        now = bench.clock.now()
        connection.execute(runs.update().values(status="cancelled", cancel_requested_at=now))
    assert bench.fates(workflow())["2026-11-22"] == "cancelled"
    report = bench.heal(workflow())
    assert report is not None
    assert (report.slot, report.caught_up) == ("2026-11-23", ())


def test_newest_generation_counts(bench: Bench) -> None:
    bench.start(workflow())
    bench.start(workflow(_stopped), force=True)
    assert bench.fates(workflow()) == {"2026-11-23": "unfinished"}


def test_one_organizations_runs_are_no_ones_else(bench: Bench) -> None:
    bench.at("2026-11-21T09:00").start(workflow())
    bench.at("2026-11-22T09:00").start(workflow(), organization="o1", catch_up=False)
    assert bench.fates(workflow())["2026-11-22"] == "late"
    table = timetable(workflow(), bench.clock, ZONE)
    [own] = Reader(ledger=bench.ledger, scopes=("all", "o1")).read([table])
    assert {e.slot.label: e.fate for e in own.entries} == {
        "2026-11-21": "done",
        "2026-11-22": "done",
        "2026-11-23": "late",
    }


def test_of_two_scopes_what_is_settled_counts_else_the_organizations_own(bench: Bench) -> None:
    bench.at("2026-11-21T09:00").start(workflow(_stopped), organization="o1")
    bench.at("2026-11-21T09:30").start(workflow())
    bench.at("2026-11-22T09:00").start(workflow(_broken), catch_up=False)
    bench.at("2026-11-22T09:30").start(workflow(_stopped), organization="o1", catch_up=False)
    table = timetable(workflow(), bench.clock, ZONE)
    [own] = Reader(ledger=bench.ledger, scopes=("all", "o1")).read([table])
    seen = [(str(e.fate), e.run.scope if e.run else None) for e in own.entries]
    assert seen == [("done", "all"), ("unfinished", "o1"), ("late", None)]


def test_without_a_ledger_nothing_was_ever_started(bench: Bench) -> None:
    bench.at("2026-11-21T09:00").start(workflow())
    table = timetable(workflow(), bench.clock, ZONE)
    [found] = Reader(ledger=bench.ledger, remembers=False).read([table])
    assert (found.started, [entry.slot.label for entry in found.entries]) == (False, ["2026-11-23"])


@pytest.mark.parametrize(
    ("other", "wish", "environment"),
    [
        ({"id": "w2", "command": "w2"}, {}, "development"),
        ({}, {"organization": "o1"}, "development"),
        ({}, {}, "preview:x"),
    ],
    ids=["workflow", "organization", "environment"],
)
def test_slots_begin_with_the_first_one_of_its_own(
    bench: Bench, other: dict[str, Any], wish: dict[str, Any], environment: str
) -> None:
    """Whatever was started three days before for another one."""
    early = bench.at("2026-11-20T09:00")
    theirs = replace(early, ledger=replace(early.ledger, environment=environment))
    theirs.start(workflow(**other), **wish)
    assert bench.fates(workflow()) == {"2026-11-23": "late"}
    assert [agenda.started for agenda in bench.agendas(workflow())] == [False]


def test_other_environments_have_an_agenda_of_their_own(bench: Bench) -> None:
    bench.start(workflow())
    preview = replace(bench, ledger=replace(bench.ledger, environment="preview:x"))
    assert preview.fates(workflow()) == {"2026-11-23": "late"}


def test_instants_are_the_scheduled_ones(bench: Bench) -> None:
    what = workflow(rule=Weekly(), at=time(7), maximum_age=timedelta(days=7))
    [agenda] = bench.agendas(what)
    [entry] = agenda.entries
    assert entry.slot.label == "2026-W48"
    assert (entry.due_at, entry.expires_at) == (
        in_utc("2026-11-23T07:00"),
        in_utc("2026-12-01T00:00"),
    )


def test_many_workflows_and_slots_take_two_queries(bench: Bench) -> None:
    many = [workflow(id=f"w{n}", command=f"w{n}") for n in range(9)]
    for one in many:
        bench.at("2026-11-10T09:00").start(one)
    asked: list[str] = []
    event.listen(bench.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    agendas = bench.agendas(*many, days=30, ahead=7)
    assert sum(query.lstrip().upper().startswith("SELECT") for query in asked) == 2
    assert [len(agenda.entries) for agenda in agendas] == [21] * 9
