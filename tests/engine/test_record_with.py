"""A step with an effect in the ledger: effect and record are there together, or neither is."""

from typing import Any

import pytest

from fisioflow_cli.engine.run import Run
from fisioflow_cli.ledger import events
from fisioflow_cli.ledger.events import EventRow
from tests.engine.inbox import Inbox, handler, inbox_on, new_event
from tests.engine.workbench import Bench, losing_answers


@pytest.fixture
def inbox(bench: Bench) -> Inbox:
    return inbox_on(bench)


def _with_child(run: Run, event: EventRow, services: Any) -> None:
    if event.id == "a":
        child = [new_event("a/0", parent_id="a", workflow=None)]
        count = run.record_with("child", lambda c: len(events.accept_in(run.ledger, c, child)))
        assert count == 1


def test_effect_and_record_are_there_together(inbox: Inbox) -> None:
    inbox.accept("a")
    inbox.dispatch(handler(_with_child))
    assert inbox.statuses() == {"a": "completed", "a/0": "ignored"}
    (step,) = inbox.bench.rows("steps")
    assert (step["name"], step["status"], step["result"]) == ("child", "completed", 1)


def test_effect_is_undone_if_the_step_fails(inbox: Inbox) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        def do(connection: Any) -> None:
            events.accept_in(run.ledger, connection, [new_event("child")])
            raise ValueError

        run.record_with("child", do)

    inbox.accept("a")
    inbox.dispatch(handler(body))
    assert inbox.statuses() == {"a": "waiting"}
    (step,) = inbox.bench.rows("steps")
    assert (step["status"], step["error"]) == ("failed", "ValueError")


def test_effect_of_a_run_that_was_taken_over_does_not_happen(inbox: Inbox) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        inbox.overtake("a")
        _with_child(run, event, services)

    inbox.accept("a")
    inbox.dispatch(handler(body))
    assert inbox.statuses() == {"a": "running"}
    assert inbox.bench.rows("steps") == []


@pytest.mark.parametrize("before", [True, False], ids=["undone", "done"])
def test_lost_answer_does_not_repeat_the_effect(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    ledger = inbox.ledger
    table = ledger.tables.events

    def do(connection: Any) -> int:
        raised = table.update().where(table.c.id == "a").values(priority=table.c.priority + 1)
        return int(connection.execute(raised).rowcount)

    def body(run: Run, event: EventRow, services: Any) -> None:
        losing_answers(ledger.engine, monkeypatch, times=1, before=before)
        assert run.record_with("raise", do) == 1
        assert run.record_with("raise", do) == 1

    inbox.accept("a", priority=1)
    assert inbox.dispatch(handler(body)).events == {"completed": 1}
    assert inbox.event("a").priority == 2
