"""Looking for events: the newest, by the beginning of an id, by status."""

from datetime import timedelta
from typing import Any

from fisioflow_cli.ledger import events
from tests.engine.workbench import Bench
from tests.ledger.inbox import Inbox


def test_newest_events_by_name_and_status(bench: Bench, inbox: Inbox) -> None:
    inbox.put("b", "a")
    bench.clock.jump(timedelta(seconds=1))
    inbox.put("c", name="whatsapp/send")
    inbox.put("d", workflow=None)

    def found(**asked: Any) -> list[str]:
        return [row.id for row in events.newest(bench.ledger, **{"most": 9, **asked})]

    assert found() == ["d", "c", "b", "a"]
    assert found(most=2) == ["d", "c"]
    assert found(name="whatsapp/send") == ["c"]
    assert found(status="ignored") == ["d"]
    assert found(status="dead") == []


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
