"""Unfinished runs past their maximum age are closed with a reason, once."""

from datetime import timedelta
from typing import Any

from fisioflow_cli.engine.run import Run
from fisioflow_cli.engine.slots import Hourly
from fisioflow_cli.errors import ExitCode, QuotaExhausted
from tests.engine.workbench import Bench, workflow


def _stopping(run: Run, services: Any) -> None:
    raise QuotaExhausted("Tomorrow.")


def test_unfinished_run_past_its_age_failed_and_says_why(bench: Bench) -> None:
    """It stayed `timed_out` for ever, as if a later start were still to do it."""
    bench.at("2026-11-18T09:00").start(workflow(_stopping))
    report = bench.start(workflow())
    (closed,) = report.caught_up[:1]
    assert (closed.slot, closed.status, closed.exit_code) == (
        "2026-11-18",
        "failed",
        ExitCode.FAILED,
    )
    assert "maximum age" in (closed.note or "")
    assert report.final_code is ExitCode.FAILED
    row = bench.run_rows()["2026-11-18", "all", 1]
    assert (row["status"], row["error"], row["owner"]) == ("failed", closed.note, None)


def test_it_is_told_once(bench: Bench) -> None:
    bench.at("2026-11-18T09:00").start(workflow(_stopping))
    bench.start(workflow())
    again = bench.at("2026-11-24T09:00").start(workflow())
    assert again.caught_up == ()
    assert again.final_code is ExitCode.DONE


def test_killed_run_past_its_age_is_closed_too(bench: Bench) -> None:
    def dying(run: Run, services: Any) -> None:
        bench.overtake()

    bench.at("2026-11-18T09:00").start(workflow(dying))
    assert bench.status("2026-11-18") == "running"
    bench.start(workflow())
    assert bench.status("2026-11-18") == "failed"


def test_without_catching_up_nothing_is_closed(bench: Bench) -> None:
    bench.at("2026-11-18T09:00").start(workflow(_stopping))
    assert bench.start(workflow(), catch_up=False).caught_up == ()
    assert bench.start(workflow(), dry_run=True).caught_up == ()
    assert bench.status("2026-11-18") == "timed_out"


def test_run_that_somebody_works_on_is_let_be(bench: Bench) -> None:
    def body(run: Run, services: Any) -> None:
        assert bench.start(workflow()).final_code is ExitCode.DONE

    report = bench.at("2026-11-18T09:00").start(workflow(body))
    assert report.status == "completed"


def test_late_start_still_resumes_what_was_closed(bench: Bench) -> None:
    bench.at("2026-11-18T09:00").start(workflow(_stopping))
    bench.start(workflow())
    late = bench.start(workflow(), as_of="2026-11-18", allow_late=True)
    assert (late.status, late.attempt) == ("completed", 3)


def test_late_start_does_not_close_its_own_slot(bench: Bench) -> None:
    bench.at("2026-11-18T09:00").start(workflow(_stopping))
    late = bench.start(workflow(), as_of="2026-11-18", allow_late=True)
    assert (late.status, late.caught_up) == ("completed", ())


def test_start_for_all_closes_those_of_one_organization(bench: Bench) -> None:
    for organization in ("o1", "o2"):
        bench.at("2026-11-18T09:00").start(workflow(_stopping), organization=organization)
    bench.start(workflow(), organization="o1")
    assert bench.status("2026-11-18", "o1") == "failed"
    assert bench.status("2026-11-18", "o2") == "timed_out"
    bench.start(workflow())
    assert bench.status("2026-11-18", "o2") == "failed"


def test_run_of_one_organization_is_closed_without_alarm_if_all_were_done(bench: Bench) -> None:
    day = bench.at("2026-11-18T09:00")
    day.start(workflow(_stopping), organization="o1")
    assert day.start(workflow(), catch_up=False).status == "completed"
    report = bench.start(workflow(), organization="o1", catch_up=True)
    closed = report.caught_up[0]
    assert (closed.slot, closed.status) == ("2026-11-18", "failed")
    assert "another run" in (closed.note or "")
    assert report.final_code is ExitCode.DONE


def test_superseded_run_is_closed_without_alarm(bench: Bench) -> None:
    what = workflow(_stopping, rule=Hourly(6), maximum_age=None)
    bench.at("2026-11-23T03:00").start(what)
    report = bench.start(workflow(rule=Hourly(6), maximum_age=None))
    (closed,) = report.caught_up
    assert (closed.slot, closed.status) == ("2026-11-23T00", "failed")
    assert "another run" in (closed.note or "")
    assert report.final_code is ExitCode.DONE


def test_generation_that_a_forced_one_has_finished_is_closed_without_alarm(bench: Bench) -> None:
    day = bench.at("2026-11-18T09:00")
    day.start(workflow(_stopping))
    assert day.start(workflow(), force=True).status == "completed"
    report = bench.start(workflow(maximum_age=timedelta(days=2)))
    assert report.final_code is ExitCode.DONE
    assert bench.status("2026-11-18", generation=1) == "failed"
    assert bench.status("2026-11-18", generation=2) == "completed"


def test_failed_run_with_nothing_pending_is_left_as_it_is(bench: Bench) -> None:
    def failing(run: Run, services: Any) -> None:
        raise ValueError

    bench.at("2026-11-18T09:00").start(workflow(failing))
    before = bench.run_rows()["2026-11-18", "all", 1]
    assert bench.start(workflow()).caught_up[0].slot == "2026-11-20"
    assert bench.run_rows()["2026-11-18", "all", 1] == before
