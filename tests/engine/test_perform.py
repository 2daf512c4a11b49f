"""One slot: done once, resumed, repeated when forced, and refused while somebody works on it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.engine.run import Run
from fisioflow_cli.engine.workflow import Result
from fisioflow_cli.errors import (
    DatabaseUnavailable,
    ExitCode,
    FisioFlowError,
    GatewayRefused,
    LedgerBehind,
    QuotaExhausted,
    RunInProgress,
    SignalReceived,
    UnknownOrganization,
)
from fisioflow_cli.ledger import runs
from tests.engine.workbench import LONG_LEASE, MONDAY, Bench, in_utc, workflow

SLOT = "2026-11-23"


def _raising(error: Exception) -> Any:
    def body(run: Run, services: Any) -> None:
        raise error

    return body


def _leaving(**result: Any) -> Any:
    return lambda run, services: Result(data={"n": 1}, **result)


def test_run_is_recorded_with_its_times_and_result(bench: Bench) -> None:
    def body(run: Run, services: Any) -> None:
        assert not run.dry
        assert (run.scope, run.organization) == ("all", None)
        bench.clock.jump(timedelta(seconds=90))

    report = bench.start(workflow(body, summarise=_leaving()))
    (row,) = bench.rows("runs")
    assert (row["status"], row["attempt"], row["generation"], row["scope"]) == (
        "completed",
        1,
        1,
        "all",
    )
    assert (row["owner"], row["lease_until"], row["error"]) == (None, None, None)
    assert row["finished_at"] - row["started_at"] >= timedelta(seconds=90)
    assert abs(row["started_at"] - MONDAY) < timedelta(seconds=30)
    assert report.document() == {
        "run_id": row["id"],
        "workflow": "test-workflow",
        "slot": SLOT,
        "environment": "development",
        "status": "completed",
        "reused": False,
        "attempt": 1,
        "started_at": row["started_at"].isoformat(),
        "finished_at": row["finished_at"].isoformat(),
        "result": {"n": 1},
    }


def test_finished_slot_is_not_done_again_and_tells_its_earlier_result(bench: Bench) -> None:
    done: list[int] = []
    what = workflow(lambda run, services: done.append(1), summarise=_leaving())
    first = bench.start(what)
    again = bench.at("2026-11-23T18:00").start(what)
    assert done == [1]
    assert again.reused
    assert again.document() == {**first.document(), "reused": True}


@pytest.mark.parametrize(
    ("result", "status", "code", "settled"),
    [
        ({}, "completed", ExitCode.DONE, True),
        ({"troubled": 2}, "partial", ExitCode.PARTIAL, True),
        ({"pending": 2}, "timed_out", ExitCode.TRY_LATER, False),
        ({"pending": 2, "troubled": 1}, "timed_out", ExitCode.TRY_LATER, False),
    ],
)
def test_items_decide_how_a_run_ends(
    bench: Bench, result: dict[str, int], status: str, code: ExitCode, *, settled: bool
) -> None:
    what = workflow(summarise=_leaving(**result))
    first = bench.start(what)
    assert (first.status, first.exit_code) == (status, code)
    again = bench.start(what)
    assert (again.status, again.exit_code, again.reused) == (status, code, settled)
    assert again.attempt == (1 if settled else 2)


@pytest.mark.parametrize(
    ("error", "status", "code", "note"),
    [
        (GatewayRefused("Renew the key."), "failed", 78, "Renew the key."),
        (LedgerBehind(), "failed", 78, "older than this program"),
        (QuotaExhausted("Wait."), "timed_out", 75, "Wait."),
        (UnknownOrganization("None."), "failed", 2, "None."),
        (FisioFlowError(), "failed", 1, "The command failed."),
        (SignalReceived(15), "cancelled", 143, "a later start"),
        (SignalReceived(2), "cancelled", 130, "a later start"),
        (ValueError("Maria da Silva"), "failed", 1, "An unexpected ValueError in tests."),
    ],
)
def test_error_ends_a_run_with_a_reason_and_a_later_start_resumes_it(
    bench: Bench, error: Exception, status: str, code: int, note: str
) -> None:
    report = bench.start(workflow(_raising(error), summarise=_leaving()))
    assert (report.status, report.exit_code) == (status, code)
    (row,) = bench.rows("runs")
    assert (row["status"], row["result"]) == (status, {"n": 1})
    assert note in row["error"]
    assert report.note == row["error"]
    assert "Maria" not in str(row)
    resumed = bench.start(workflow(summarise=_leaving()))
    assert (resumed.status, resumed.attempt, resumed.reused) == ("completed", 2, False)
    assert bench.rows("runs")[0]["error"] is None


def test_as_of_is_that_of_the_first_attempt(bench: Bench) -> None:
    seen: list[Any] = []

    def body(run: Run, services: Any) -> None:
        seen.append(run.as_of)
        if len(seen) == 1:
            raise QuotaExhausted

    bench.at("2026-11-23T09:15").start(workflow(body))
    bench.at("2026-11-23T21:00").start(workflow(body))
    assert seen[0] == seen[1]
    assert abs(seen[0] - in_utc("2026-11-23T09:15")) < timedelta(seconds=30)


def test_force_opens_the_next_generation(bench: Bench) -> None:
    done: list[int] = []
    what = workflow(lambda run, services: done.append(1))
    bench.start(what)
    forced = bench.start(what, force=True)
    assert (forced.reused, forced.attempt, done) == (False, 1, [1, 1])
    assert sorted(key[2] for key in bench.run_rows()) == [1, 2]
    again = bench.start(what)
    assert (again.reused, again.run_id) == (True, forced.run_id)


def test_force_is_refused_while_somebody_works(bench: Bench) -> None:
    def body(run: Run, services: Any) -> None:
        with pytest.raises(RunInProgress):
            bench.start(workflow(), force=True)

    assert bench.start(workflow(body)).status == "completed"
    assert len(bench.rows("runs")) == 1
    assert RunInProgress.exit_code is ExitCode.TRY_LATER


def test_second_start_says_who_is_working_and_is_done(bench: Bench) -> None:
    others = []

    def body(run: Run, services: Any) -> None:
        others.append(bench.start(workflow(_raising(AssertionError()))))

    bench.start(workflow(body))
    (other,) = others
    assert (other.status, other.exit_code, other.reused) == (
        "already_running",
        ExitCode.DONE,
        False,
    )
    assert "is working on it (attempt 1)" in (other.note or "")


def test_lease_that_ran_out_unnoticed_is_no_success(bench: Bench) -> None:
    """With nobody else at work the start said `already_running` and 0, and nobody did the rest."""

    def body(run: Run, services: Any) -> None:
        bench.clock.jump(timedelta(seconds=LONG_LEASE + 1))
        run.check()

    report = bench.start(workflow(body, deadline=timedelta(days=99)))
    assert (report.status, report.exit_code) == ("timed_out", ExitCode.TRY_LATER)
    assert "lease ran out" in (report.note or "")
    assert bench.rows("runs")[0]["status"] == "timed_out"


def test_run_that_another_process_finished_is_reported_as_its(bench: Bench) -> None:
    def body(run: Run, services: Any) -> None:
        bench.overtake()
        assert bench.start(workflow(summarise=_leaving())).status == "completed"
        run.step("late", lambda: 1)

    report = bench.start(workflow(body))
    assert (report.status, report.reused, report.attempt) == ("completed", True, 3)
    assert report.result == {"n": 1}


def test_ending_that_cannot_be_recorded_is_left_to_a_later_start(bench: Bench) -> None:
    def away(run: Run, services: Any) -> Result:
        raise DatabaseUnavailable

    with pytest.raises(DatabaseUnavailable):
        bench.start(workflow(summarise=away))
    assert bench.status(SLOT) == "running"
    bench.overtake()
    assert bench.start(workflow(summarise=_leaving())).status == "completed"


def test_rehearsal_touches_nothing(bench: Bench) -> None:
    def body(run: Run, services: Any) -> None:
        assert run.dry
        assert run.id is None

    report = bench.start(workflow(body, summarise=_leaving(troubled=3)), dry_run=True)
    assert (report.status, report.exit_code, report.run_id) == ("planned", ExitCode.DONE, None)
    assert report.document()["result"] == {"n": 1}
    assert bench.rows("runs") == []


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (SignalReceived(2), "cancelled", 130),
        (SignalReceived(15), "cancelled", 143),
        (QuotaExhausted(), "timed_out", 75),
        (ValueError(), "failed", 1),
    ],
)
def test_interrupted_rehearsal_ends_like_a_run(
    bench: Bench, error: Exception, status: str, code: int
) -> None:
    """Ctrl-C in a dry run ended it with 1, as if it had failed."""
    report = bench.start(workflow(_raising(error)), dry_run=True)
    assert (report.status, report.final_code) == (status, code)
    assert bench.rows("runs") == []


def test_environments_do_not_share_runs(bench: Bench) -> None:
    preview = Bench(ledger=replace(bench.ledger, environment="preview:a"), clock=bench.clock)
    assert not bench.start(workflow()).reused
    assert not preview.start(workflow()).reused
    assert {row["environment"] for row in bench.rows("runs")} == {"development", "preview:a"}
    assert runs.unfinished(preview.ledger, "test-workflow") == []
