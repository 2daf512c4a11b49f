"""The figures and the exit code of a dispatch."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fisioflow_cli.engine.summary import Account, Finished, messages_of
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.ledger.events import EventRow
from fisioflow_cli.ledger.tables import EventStatus

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _finished(event_id: str, status: str, **result: Any) -> Finished:
    row = EventRow(
        environment="development",
        id=event_id,
        name="test/event",
        data={},
        digest="",
        ts=NOW,
        user=None,
        v=None,
        ack=None,
        source="api",
        parent_id=None,
        subject=None,
        workflow="test-handler",
        priority=2,
        status=EventStatus(status),
        due_at=NOW,
        attempt=1,
        failures=0,
        generation=1,
        run_id=None,
        error=None,
        accepted_at=NOW,
        updated_at=NOW,
    )
    return Finished(event=row, result=result)


def test_messages_are_added_up_by_outcome() -> None:
    account = Account()
    account.add(_finished("a", "completed", sent=2, failed=0, skipped={"opted_out": 2, "minor": 1}))
    account.add(_finished("b", "dead", sent=1, in_doubt=1, pending=0, candidates=2))
    account.add(_finished("c", "completed", children=7))
    summary = account.close()
    assert {k: n for k, n in summary.messages.items() if n} == {
        "sent": 3,
        "skipped": 3,
        "in_doubt": 1,
    }
    assert summary.events == {"completed": 2, "dead": 1}
    assert summary.note == (
        "See `fisioflow events list --status dead`. "
        "1 message is in doubt; see `fisioflow deliveries in-doubt`."
    )


def test_message_of_an_event_that_was_tried_twice_counts_once() -> None:
    account = Account()
    account.add(_finished("a", "waiting", sent=1, pending=2))
    account.add(_finished("b", "waiting", pending=1))
    account.add(_finished("a", "waiting", sent=2, pending=1))
    account.add(_finished("a", "completed", sent=3, pending=0))
    summary = account.close()
    assert +summary.messages == {"sent": 3, "pending": 1}
    assert summary.events == {"waiting": 3, "completed": 1}


@pytest.mark.parametrize(
    "result", [{}, {"skipped": 3}, {"sent": "two"}, {"skipped": None, "sent": None}]
)
def test_result_that_counts_no_messages_has_none(result: dict[str, Any]) -> None:
    assert messages_of(result).total() == 0


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([], ExitCode.DONE),
        ([ExitCode.DONE], ExitCode.DONE),
        ([ExitCode.PARTIAL, ExitCode.TRY_LATER], ExitCode.TRY_LATER),
        ([ExitCode.TRY_LATER, ExitCode.FAILED], ExitCode.FAILED),
        ([ExitCode.FAILED, ExitCode.CONFIGURATION, ExitCode.PARTIAL], ExitCode.CONFIGURATION),
        ([ExitCode.CONFIGURATION, ExitCode.TERMINATED], ExitCode.TERMINATED),
        ([ExitCode.CONFIGURATION, ExitCode.INTERRUPTED], ExitCode.INTERRUPTED),
    ],
)
def test_most_urgent_code_wins_with_its_first_note(said: list[ExitCode], code: ExitCode) -> None:
    account = Account()
    for one in said:
        account.remark(one, f"first {one}")
        account.remark(one, f"second {one}")
    summary = account.close()
    assert summary.exit_code is code
    assert summary.note == (f"first {code}" if code else None)


def test_dead_event_makes_it_partial() -> None:
    account = Account()
    account.add(_finished("a", "dead"))
    summary = account.close()
    assert summary.exit_code is ExitCode.PARTIAL
    assert "events list --status dead" in (summary.note or "")
