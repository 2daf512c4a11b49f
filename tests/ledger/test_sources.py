"""How far a queue file was read: moved together with what was accepted, by one reader at a time."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.ledger import events, sources
from fisioflow_cli.ledger.sources import Advance, Position, PositionTaken
from tests.engine.workbench import Bench
from tests.ledger.inbox import Inbox, new


def _position(**facts: Any) -> Position:
    usual: dict[str, Any] = {
        "path": "/queue/q.jsonl",
        "device": "8",
        "inode": str(uuid.uuid4()),
        "generation": 1,
        "position": 100,
        "line": 3,
        "fingerprint": "f100",
    }
    return Position(**{**usual, **facts})


def test_position_moves_with_the_events(bench: Bench, inbox: Inbox) -> None:
    first = _position()
    events.accept(bench.ledger, [new("e1")], advance=Advance(seen=None, to=first))
    second = replace(first, position=2**40, line=4, fingerprint="f2")
    events.accept(bench.ledger, [new("e2")], advance=Advance(seen=first, to=second))
    found = sources.find(bench.ledger, first.device, first.inode)
    assert found is not None
    assert replace(found, updated_at=None) == second
    assert found.updated_at is not None
    assert set(inbox.statuses()) == {"e1", "e2"}


def test_unknown_file_has_no_position(bench: Bench) -> None:
    assert sources.find(bench.ledger, "8", "nobody's") is None
    assert sources.of_path(bench.ledger, "/nobody's") == []


@pytest.mark.parametrize("changed", [{"position": 99}, {"generation": 2}, {"fingerprint": "f0"}])
def test_position_that_was_moved_meanwhile_accepts_nothing(
    bench: Bench, inbox: Inbox, changed: dict[str, Any]
) -> None:
    first = _position()
    events.accept(bench.ledger, [], advance=Advance(seen=None, to=first))
    to = replace(first, position=200)
    seen = replace(first, **changed)
    for wrong in (None, seen):
        with pytest.raises(PositionTaken):
            events.accept(bench.ledger, [new("e1")], advance=Advance(seen=wrong, to=to))
    assert inbox.statuses() == {}
    found = sources.find(bench.ledger, first.device, first.inode)
    assert found is not None
    assert found.position == 100


def test_one_of_two_readers_moves_the_position(bench: Bench, inbox: Inbox) -> None:
    first = _position()
    gun = threading.Barrier(4)
    outcomes: list[str] = []

    def race(number: int) -> None:
        gun.wait()
        try:
            events.accept(bench.ledger, [new(f"e{number}")], advance=Advance(seen=None, to=first))
        except PositionTaken:
            outcomes.append("taken")
        else:
            outcomes.append("moved")

    threads = [threading.Thread(target=race, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["moved", "taken", "taken", "taken"]
    assert len(inbox.statuses()) == 1


def test_files_of_a_path_newest_first(bench: Bench) -> None:
    path = f"/queue/{uuid.uuid4()}"
    old, new_one = _position(path=path), _position(path=path)
    events.accept(bench.ledger, [], advance=Advance(seen=None, to=old))
    bench.clock.jump(timedelta(minutes=1))
    events.accept(bench.ledger, [], advance=Advance(seen=None, to=new_one))
    assert [each.inode for each in sources.of_path(bench.ledger, path)] == [
        new_one.inode,
        old.inode,
    ]
    elsewhere = replace(bench.ledger, environment="preview:x")
    assert sources.of_path(elsewhere, path) == []
    assert sources.find(elsewhere, old.device, old.inode) is None
