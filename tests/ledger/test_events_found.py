"""Looking for events: the newest, by the beginning of an id, by status."""

from fisioflow_cli.ledger import events
from tests.engine.workbench import Bench
from tests.ledger.inbox import Inbox


def test_events_are_found_by_the_beginning_of_their_id(bench: Bench, inbox: Inbox) -> None:
    inbox.put("abc", "abd", "a_c")

    def found(prefix: str) -> list[str]:
        return [row.id for row in events.matching(bench.ledger, prefix, most=9)]

    assert sorted(found("ab")) == ["abc", "abd"]
    assert found("a_") == ["a_c"]
    assert found("%") == []
    assert len(events.matching(bench.ledger, "a")) == 2


def test_counts_by_status(bench: Bench, inbox: Inbox) -> None:
    inbox.put("a", "b")
    inbox.put("c", workflow=None)
    inbox.claim(1)
    assert events.counts(bench.ledger) == {"waiting": 1, "running": 1, "ignored": 1}
