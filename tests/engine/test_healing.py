"""Every start heals first: what was missed or left unfinished is done, oldest first."""

from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.engine.run import Run
from fisioflow_cli.engine.slots import Hourly, Weekly
from fisioflow_cli.errors import ExitCode, GatewayRefused, QuotaExhausted, SignalReceived
from tests.engine.workbench import Bench, in_utc, workflow


class Days:
    """A body that notes the slots it does, and fails in those it is told to."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.as_of: dict[str, Any] = {}
        self.errors: dict[str, Exception] = {}

    def __call__(self, run: Run, services: Any) -> None:
        self.done.append(run.slot.label)
        self.as_of[run.slot.label] = run.as_of
        if error := self.errors.get(run.slot.label):
            raise error

    def since(self) -> list[str]:
        """What was done since one last asked."""
        done, self.done = self.done, []
        return done


@pytest.fixture
def days() -> Days:
    return Days()


def test_first_start_ever_does_its_own_slot_only(bench: Bench, days: Days) -> None:
    bench.start(workflow(days))
    assert days.since() == ["2026-11-23"]


def test_missed_slots_are_done_oldest_first_at_their_scheduled_time(
    bench: Bench, days: Days
) -> None:
    bench.at("2026-11-20T09:00").start(workflow(days))
    report = bench.at("2026-11-23T10:00").start(workflow(days))
    assert days.since() == ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]
    assert [each.slot for each in report.caught_up] == ["2026-11-21", "2026-11-22"]
    assert days.as_of["2026-11-21"] == in_utc("2026-11-21T09:00")
    bench.at("2026-11-23T11:00").start(workflow(days))
    assert days.since() == []


def test_slots_beyond_the_maximum_age_stay_undone(bench: Bench, days: Days) -> None:
    bench.at("2026-11-01T09:00").start(workflow(days))
    bench.at("2026-11-23T10:00").start(workflow(days))
    assert days.since()[1:] == ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]


def test_slots_before_the_first_run_are_nobodys(bench: Bench, days: Days) -> None:
    bench.at("2026-11-22T09:00").start(workflow(days))
    bench.at("2026-11-23T10:00").start(workflow(days))
    assert days.since() == ["2026-11-22", "2026-11-23"]


def test_weeks_are_caught_up_across_the_year(bench: Bench, days: Days) -> None:
    what = workflow(days, rule=Weekly(), maximum_age=timedelta(days=21))
    bench.at("2026-12-21T07:00").start(what)
    bench.at("2027-01-11T07:00").start(what)
    assert days.since() == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]


def test_workflow_of_the_latest_slot_only_catches_nothing_up(bench: Bench, days: Days) -> None:
    what = workflow(days, rule=Hourly(6), maximum_age=None)
    bench.at("2026-11-22T00:30").start(what)
    report = bench.at("2026-11-23T10:00").start(what)
    assert days.since() == ["2026-11-22T00", "2026-11-23T06"]
    assert report.caught_up == ()


def test_unfinished_run_is_resumed_before_the_own_slot(bench: Bench, days: Days) -> None:
    days.errors["2026-11-22"] = QuotaExhausted()
    bench.at("2026-11-22T09:00").start(workflow(days))
    days.errors.clear()
    report = bench.start(workflow(days))
    assert days.since() == ["2026-11-22", "2026-11-22", "2026-11-23"]
    assert [(each.slot, each.attempt) for each in report.caught_up] == [("2026-11-22", 2)]


def test_without_catching_up_the_own_slot_alone_is_done(bench: Bench, days: Days) -> None:
    days.errors["2026-11-20"] = QuotaExhausted()
    bench.at("2026-11-20T09:00").start(workflow(days))
    bench.start(workflow(days), catch_up=False)
    assert days.since() == ["2026-11-20", "2026-11-23"]
    assert bench.status("2026-11-20") == "timed_out"


def test_rehearsal_heals_nothing(bench: Bench, days: Days) -> None:
    bench.at("2026-11-20T09:00").start(workflow(days))
    assert bench.start(workflow(days), dry_run=True).caught_up == ()
    assert days.since() == ["2026-11-20", "2026-11-23"]
    assert len(bench.rows("runs")) == 1


def test_start_for_the_past_heals_what_lies_before_it(bench: Bench, days: Days) -> None:
    bench.at("2026-11-20T09:00").start(workflow(days))
    bench.start(workflow(days), as_of="2026-11-22")
    assert days.since() == ["2026-11-20", "2026-11-21", "2026-11-22"]


def test_done_for_all_is_done_for_one(bench: Bench, days: Days) -> None:
    for day in ("20", "21"):
        bench.at(f"2026-11-{day}T09:00").start(workflow(days))
    days.since()
    bench.start(workflow(days), organization="o1")
    assert days.since() == ["2026-11-22", "2026-11-23"]
    assert set(bench.run_rows()) >= {("2026-11-22", "o1", 1), ("2026-11-23", "o1", 1)}


def test_done_for_one_is_not_done_for_all(bench: Bench, days: Days) -> None:
    bench.at("2026-11-20T09:00").start(workflow(days))
    bench.at("2026-11-21T09:00").start(workflow(days), organization="o1")
    bench.at("2026-11-22T09:00").start(workflow(days), organization="o1")
    days.since()
    bench.start(workflow(days))
    assert days.since() == ["2026-11-21", "2026-11-22", "2026-11-23"]


def test_one_organizations_first_run_is_not_the_others(bench: Bench, days: Days) -> None:
    bench.at("2026-11-20T09:00").start(workflow(days), organization="o1")
    days.since()
    bench.start(workflow(days), organization="o2")
    assert days.since() == ["2026-11-23"]


def test_failed_slot_keeps_no_other_from_its_turn(bench: Bench, days: Days) -> None:
    bench.at("2026-11-20T09:00").start(workflow(days))
    days.errors["2026-11-21"] = ValueError()
    report = bench.start(workflow(days))
    assert days.since() == ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]
    assert [each.exit_code for each in report.caught_up] == [ExitCode.FAILED, ExitCode.DONE]
    assert (report.exit_code, report.final_code) == (ExitCode.DONE, ExitCode.FAILED)


@pytest.mark.parametrize(
    ("error", "code"), [(GatewayRefused(), 78), (SignalReceived(15), 143), (SignalReceived(2), 130)]
)
def test_refused_key_or_signal_ends_the_whole_start(
    bench: Bench, days: Days, error: Exception, code: int
) -> None:
    bench.at("2026-11-20T09:00").start(workflow(days))
    days.errors["2026-11-22"] = error
    report = bench.start(workflow(days))
    assert days.since() == ["2026-11-20", "2026-11-21", "2026-11-22"]
    assert (report.slot, report.final_code) == ("2026-11-22", code)
    assert [each.slot for each in report.caught_up] == ["2026-11-21"]


def test_slot_that_somebody_works_on_is_left_to_them(bench: Bench, days: Days) -> None:
    bench.at("2026-11-21T09:00").start(workflow(days))
    others = []

    def body(run: Run, services: Any) -> None:
        others.append(bench.start(workflow(days)))

    bench.at("2026-11-22T09:00").start(workflow(body))
    assert days.since() == ["2026-11-21", "2026-11-23"]
    assert others[0].caught_up == ()


def test_forced_start_repeats_its_own_slot_alone(bench: Bench, days: Days) -> None:
    bench.at("2026-11-22T09:00").start(workflow(days))
    bench.start(workflow(days))
    bench.start(workflow(days), force=True)
    assert days.since() == ["2026-11-22", "2026-11-23", "2026-11-23"]


def test_deadline_is_for_all_slots_together(bench: Bench) -> None:
    done: list[str] = []

    def body(run: Run, services: Any) -> None:
        run.check()
        done.append(run.slot.label)
        bench.clock.jump(timedelta(minutes=4))

    bench.at("2026-11-20T09:00").start(workflow(body))
    report = bench.start(workflow(body), maximum_duration=timedelta(minutes=7))
    assert done == ["2026-11-20", "2026-11-21", "2026-11-22"]
    assert (report.status, report.final_code) == ("timed_out", ExitCode.TRY_LATER)
    assert bench.start(workflow(body)).final_code is ExitCode.DONE
    assert done[3:] == ["2026-11-23"]
