"""`Starter.heal`: whatever is due, missed or unfinished, and nothing else."""

from datetime import time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.run import Run
from fisioflow_cli.engine.slots import Hourly
from fisioflow_cli.errors import ExitCode, GatewayRefused, QuotaExhausted, SignalReceived
from fisioflow_cli.ledger import slots
from tests.engine.test_healing import Days
from tests.engine.workbench import Bench, in_utc, workflow


@pytest.fixture
def days() -> Days:
    return Days()


def test_slot_whose_time_has_not_come_is_left_alone(bench: Bench, days: Days) -> None:
    bench.at("2026-11-22T09:00").start(workflow(days))
    days.since()
    before = bench.rows("runs"), bench.rows("slots")
    assert bench.at("2026-11-23T08:59").heal(workflow(days)) is None
    assert days.since() == []
    assert (bench.rows("runs"), bench.rows("slots")) == before


def test_slot_whose_time_has_come_is_done_once_for_its_scheduled_time(
    bench: Bench, days: Days
) -> None:
    report = bench.at("2026-11-23T09:07").heal(workflow(days))
    assert report is not None
    assert (report.slot, report.status, report.caught_up) == ("2026-11-23", "completed", ())
    assert days.as_of["2026-11-23"] == in_utc("2026-11-23T09:00")
    assert bench.at("2026-11-23T09:17").heal(workflow(days)) is None
    assert days.since() == ["2026-11-23"]


def test_missed_and_unfinished_slots_are_done_oldest_first(bench: Bench, days: Days) -> None:
    days.errors["2026-11-20"] = QuotaExhausted()
    bench.at("2026-11-20T09:00").start(workflow(days))
    days.errors.clear()
    report = bench.at("2026-11-22T10:00").heal(workflow(days))
    assert report is not None
    assert days.since() == ["2026-11-20", "2026-11-20", "2026-11-21", "2026-11-22"]
    assert [each.slot for each in report.caught_up] == ["2026-11-20", "2026-11-21"]


def test_before_its_time_yesterdays_slot_alone_is_healed(bench: Bench, days: Days) -> None:
    bench.at("2026-11-21T09:00").start(workflow(days))
    report = bench.at("2026-11-23T07:00").heal(workflow(days))
    assert report is not None
    assert days.since() == ["2026-11-21", "2026-11-22"]
    assert report.slot == "2026-11-22"


def test_slots_past_their_age_are_closed_and_told(bench: Bench, days: Days) -> None:
    days.errors["2026-11-10"] = QuotaExhausted()
    bench.at("2026-11-10T09:00").start(workflow(days))
    report = bench.at("2026-11-23T09:00").heal(workflow(days))
    assert report is not None
    assert report.final_code is ExitCode.FAILED
    assert (bench.status("2026-11-10"), report.slot) == ("failed", "2026-11-23")
    assert days.since() == ["2026-11-10", "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]


def test_of_the_latest_only_the_present_slot_is_done(bench: Bench, days: Days) -> None:
    what = workflow(days, rule=Hourly(6), at=time(0), maximum_age=None)
    bench.at("2026-11-22T00:30").start(what)
    report = bench.at("2026-11-23T20:00").heal(what)
    assert report is not None
    assert days.since() == ["2026-11-22T00", "2026-11-23T18"]


def test_slot_that_somebody_works_on_is_left_to_them(bench: Bench) -> None:
    others: list[Any] = []

    def body(run: Run, services: Any) -> None:
        others.append(bench.heal(workflow()))

    bench.start(workflow(body))
    assert others == [None]
    assert len(bench.rows("runs")) == 1


@pytest.mark.parametrize(("error", "code"), [(GatewayRefused(), 78), (SignalReceived(15), 143)])
def test_refused_key_or_signal_ends_it(
    bench: Bench, days: Days, error: Exception, code: int
) -> None:
    bench.at("2026-11-20T09:00").start(workflow(days))
    days.errors["2026-11-21"] = error
    report = bench.heal(workflow(days))
    assert report is not None
    assert days.since() == ["2026-11-20", "2026-11-21"]
    assert (report.slot, report.final_code) == ("2026-11-21", code)


def test_failed_slot_is_tried_again_each_time_and_keeps_no_other(bench: Bench, days: Days) -> None:
    bench.at("2026-11-21T09:00").start(workflow(days))
    days.errors["2026-11-22"] = ValueError()
    for _ in range(2):
        report = bench.heal(workflow(days))
        assert report is not None
        assert report.final_code is ExitCode.FAILED
    assert days.since() == ["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-22"]


def test_deadline_above_it_ends_it(bench: Bench) -> None:
    done: list[str] = []

    def body(run: Run, services: Any) -> None:
        run.check()
        done.append(run.slot.label)
        bench.clock.jump(timedelta(minutes=4))

    bench.at("2026-11-20T09:00").start(workflow(body))
    above = Control(clock=bench.clock)
    above.limit(timedelta(minutes=7))
    report = bench.heal(workflow(body), control=above.child(timedelta(hours=1)))
    assert report is not None
    assert done == ["2026-11-20", "2026-11-21", "2026-11-22"]
    assert (report.status, report.final_code) == ("timed_out", ExitCode.TRY_LATER)


def test_slots_of_the_next_weeks_are_written_down(bench: Bench, days: Days) -> None:
    bench.at("2026-11-22T09:00").heal(workflow(days))
    known = slots.known(bench.ledger, "test-workflow")
    assert known == (in_utc("2026-11-22T09:00"), in_utc("2026-12-27T09:00"))
    rows = {row["slot"]: row for row in bench.rows("slots")}
    assert len(rows) == 36
    assert rows["2026-11-23"]["expires_at"] == in_utc("2026-11-27T00:00")


def test_they_are_written_about_once_a_week(bench: Bench) -> None:
    last: list[Any] = []
    for day in range(1, 29):
        bench.at(f"2026-11-{day:02}T09:00").start(workflow(maximum_age=None))
        last.append((slots.known(bench.ledger, "test-workflow") or (None, None))[1])
    changes = sum(one != other for one, other in pairwise(last))
    assert changes == 3
    assert len(bench.rows("slots")) == 22 + 35


def test_slots_begin_with_the_first_run_even_if_that_is_done_later(bench: Bench) -> None:
    """A ledger from before the slots were kept, and a slot that was filled in."""
    bench.at("2026-11-20T09:00").start(workflow())
    with bench.ledger.writing() as connection:
        connection.execute(bench.ledger.tables.slots.delete())
    bench.start(workflow(maximum_age=None))
    assert min(row["slot"] for row in bench.rows("slots")) == "2026-11-20"
    bench.start(workflow(), as_of="2026-11-10", allow_late=True)
    assert min(row["slot"] for row in bench.rows("slots")) == "2026-11-10"
    assert len(bench.rows("slots")) == 14 + 35


@pytest.mark.parametrize("wish", [{"dry_run": True}, {"organization": "o1"}])
def test_rehearsals_and_single_organizations_write_no_slots(
    bench: Bench, wish: dict[str, Any]
) -> None:
    bench.start(workflow(), **wish)
    assert bench.rows("slots") == []
