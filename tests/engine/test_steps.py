"""Steps: looked up, else done, retried and recorded."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from fisioflow_cli.engine.run import MOST_RESULT_BYTES, Run
from fisioflow_cli.engine.workflow import Result
from fisioflow_cli.errors import DatabaseUnavailable, ExitCode, LeaseLost
from tests.engine.workbench import Bench, losing_answers, workflow
from tests.engine.workbench import bench as new_bench

SECRET = "Maria da Silva, +55 11 98765-4321"


def _body(*steps: tuple[str, Callable[[], Any]]) -> Callable[[Run, Any], None]:
    def body(run: Run, services: Any) -> None:
        del services
        for name, do in steps:
            run.step(name, do)

    return body


def _failing_once(then: Any, error: Exception) -> Callable[[], Any]:
    calls: list[int] = []

    def do() -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise error
        return then

    return do


def test_finished_step_is_never_executed_again(bench: Bench) -> None:
    done: list[str] = []

    def first() -> int:
        done.append("first")
        return 7

    body = _body(("first", first), ("second", _failing_once(8, ValueError("no"))))
    assert bench.start(workflow(body)).status == "failed"
    report = bench.start(workflow(body))
    assert (report.status, report.attempt) == ("completed", 2)
    assert done == ["first"]
    steps = {row["name"]: (row["status"], row["result"]) for row in bench.rows("steps")}
    assert steps == {"first": ("completed", 7), "second": ("completed", 8)}


def test_step_gets_its_recorded_result_back(bench: Bench) -> None:
    got: list[Any] = []
    stumble = _failing_once(None, ValueError())

    def body(run: Run, services: Any) -> None:
        del services
        got.append(run.step("look", lambda: {"ids": ["a", "b"], "n": len(got)}))
        run.step("stumble", stumble)

    bench.start(workflow(body))
    bench.start(workflow(body))
    assert got == [{"ids": ["a", "b"], "n": 0}] * 2


def test_failed_step_is_recorded_with_its_errors_type_alone(bench: Bench) -> None:
    def do() -> None:
        raise ValueError(SECRET)

    report = bench.start(workflow(_body(("look", do))))
    (step,) = bench.rows("steps")
    assert (step["status"], step["error"], step["result"]) == ("failed", "ValueError", None)
    assert report.exit_code is ExitCode.FAILED
    assert re.fullmatch(
        r"An unexpected ValueError in tests\.\S+:\d+; please report it\.", report.note or ""
    )
    stored = str([bench.rows(table) for table in ("runs", "steps")])
    assert "Maria" not in stored
    assert "Maria" not in str(report.document())


def test_absent_database_is_waited_for_and_the_tries_are_counted(bench: Bench) -> None:
    report = bench.start(workflow(_body(("look", _failing_once(1, DatabaseUnavailable())))))
    assert report.status == "completed"
    assert [step["tries"] for step in bench.rows("steps")] == [2]
    assert len(bench.clock.waits) == 1


def test_database_that_stays_away_ends_the_run_with_a_reason(bench: Bench) -> None:
    """A clinic that was away left a run that said `running`, and no reason anywhere."""

    def do() -> None:
        raise DatabaseUnavailable

    report = bench.start(workflow(_body(("look", do))))
    assert (report.status, report.exit_code) == ("timed_out", ExitCode.TRY_LATER)
    assert len(bench.clock.waits) == 4
    (run,) = bench.rows("runs")
    assert run["status"] == "timed_out"
    assert "does not answer" in run["error"]
    assert bench.rows("steps") == []


@pytest.mark.parametrize("size", [MOST_RESULT_BYTES - 2, MOST_RESULT_BYTES - 1])
def test_result_of_64_kib_is_the_largest(bench: Bench, size: int) -> None:
    report = bench.start(workflow(_body(("big", lambda: "x" * size))))
    fits = size + 2 <= MOST_RESULT_BYTES
    assert report.status == ("completed" if fits else "failed")
    assert len(bench.rows("steps")) == fits


def test_older_attempt_cannot_record_a_step(bench: Bench) -> None:
    """Another process has raised the attempt while the step was at work."""

    def body(run: Run, services: Any) -> None:
        del services
        with pytest.raises(LeaseLost):
            run.step("look", bench.overtake)
        raise LeaseLost

    report = bench.start(workflow(body))
    assert (report.status, report.exit_code) == ("already_running", ExitCode.DONE)
    assert bench.rows("steps") == []
    (run,) = bench.rows("runs")
    assert (run["status"], run["attempt"]) == ("running", 2)


def test_rehearsed_step_is_done_and_recorded_nowhere(bench: Bench) -> None:
    done: list[int] = []
    report = bench.start(workflow(_body(("look", lambda: done.append(1)))), dry_run=True)
    assert (report.status, report.run_id, done) == ("planned", None, [1])
    assert bench.rows("runs") == bench.rows("steps") == []


def test_results_are_those_of_finished_steps(bench: Bench) -> None:
    """A failed check had no result, and the summary of the run stumbled over it."""

    def body(run: Run, services: Any) -> None:
        del services
        run.step("check/a", lambda: {"count": 1})

        def bad() -> None:
            raise ValueError

        run.step("check/b", bad)

    def summarise(run: Run, services: Any) -> Result:
        del services
        return Result(data={"count": sum(r["count"] for r in run.results("check/").values())})

    report = bench.start(workflow(body, summarise=summarise))
    assert (report.status, report.result) == ("failed", {"count": 1})
    assert bench.status("2026-11-23") == "failed"


def test_summary_that_fails_leaves_a_run_that_says_so(bench: Bench) -> None:
    """The run stayed `running` and the reason went to nobody."""

    def summarise(run: Run, services: Any) -> Result:
        raise KeyError(SECRET)

    report = bench.start(workflow(_body(("look", lambda: 1)), summarise=summarise))
    assert (report.status, report.exit_code) == ("failed", ExitCode.FAILED)
    (run,) = bench.rows("runs")
    assert (run["status"], run["result"], run["owner"]) == ("failed", {}, None)
    assert run["error"].startswith("An unexpected KeyError in tests.")


def _count(bench: Bench) -> int:
    with bench.ledger.reading() as connection:
        return int(connection.execute(text("SELECT n FROM effects")).scalar_one())


@pytest.fixture
def effects(bench: Bench) -> Bench:
    with bench.ledger.writing() as connection:
        connection.execute(text("DROP TABLE IF EXISTS effects"))
        connection.execute(text("CREATE TABLE effects (n integer)"))
        connection.execute(text("INSERT INTO effects VALUES (0)"))
    return bench


def _add(connection: Any) -> dict[str, int]:
    connection.execute(text("UPDATE effects SET n = n + 1"))
    return {"changed": 1}


def _changing(*after: Callable[[Any], None]) -> Callable[[Run, Any], None]:
    def body(run: Run, services: Any) -> None:
        del services

        def do(connection: Any) -> Any:
            result = _add(connection)
            for each in after:
                each(connection)
            return result

        assert run.change("add", run.ledger.engine, do) == {"changed": 1}

    return body


def test_effect_and_record_commit_together(effects: Bench) -> None:
    assert effects.start(workflow(_changing())).status == "completed"
    effects.start(workflow(_changing()), force=True)
    assert _count(effects) == 2
    assert [row["result"] for row in effects.rows("steps")] == [{"changed": 1}] * 2


def test_finished_change_is_never_made_again(effects: Bench) -> None:
    stops = iter([True])

    def body(run: Run, services: Any) -> None:
        _changing()(run, services)
        if next(stops, False):
            raise DatabaseUnavailable

    assert effects.start(workflow(body)).status == "timed_out"
    assert effects.start(workflow(body)).status == "completed"
    assert _count(effects) == 1


def test_failure_after_the_effect_leaves_neither_effect_nor_result(effects: Bench) -> None:
    crash = iter([ValueError(SECRET)])

    def after(connection: Any) -> None:
        del connection
        for error in crash:
            raise error

    assert effects.start(workflow(_changing(after))).status == "failed"
    assert _count(effects) == 0
    assert [(row["status"], row["result"]) for row in effects.rows("steps")] == [("failed", None)]
    assert effects.start(workflow(_changing(after))).status == "completed"
    assert _count(effects) == 1


def test_overtaken_attempt_has_no_effect(effects: Bench) -> None:
    def body(run: Run, services: Any) -> None:
        effects.overtake()
        _changing()(run, services)

    assert effects.start(workflow(body)).status == "already_running"
    assert _count(effects) == 0
    assert effects.rows("steps") == []


def test_lost_answer_to_the_commit_repeats_no_effect(
    effects: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection broke after the commit: the retry did the effect again and recorded that."""

    def body(run: Run, services: Any) -> None:
        losing_answers(effects.engine, monkeypatch, times=1)
        _changing()(run, services)

    assert effects.start(workflow(body)).status == "completed"
    assert _count(effects) == 1
    assert [row["result"] for row in effects.rows("steps")] == [{"changed": 1}]


def test_with_the_ledger_elsewhere_the_effect_commits_first(effects: Bench, tmp_path: Path) -> None:
    """Lost between the two, the effect is repeated: clinic writes are no-ops when repeated."""
    with new_bench(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        crashes = iter([True])

        def do(connection: Any) -> dict[str, int]:
            if next(crashes, False):
                ledger.overtake()
            return _add(connection)

        def body(run: Run, services: Any) -> None:
            del services
            run.change("add", effects.engine, do)

        assert ledger.start(workflow(body)).status == "already_running"
        assert _count(effects) == 1
        assert ledger.rows("steps") == []
        assert ledger.start(workflow(body)).status == "completed"
        assert ledger.start(workflow(body)).reused
        assert _count(effects) == 2
