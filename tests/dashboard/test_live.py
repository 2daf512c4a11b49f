"""The stream: it tells of every change, and ends when nobody listens or the server does."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from fisioflow_cli.dashboard.app import build
from fisioflow_cli.dashboard.live import Watching, mark
from fisioflow_cli.dashboard.serve import ending
from fisioflow_cli.ledger import pulse
from fisioflow_cli.listener.serve import bound_to, serving
from tests.dashboard.scene import LATER, NOON, Scene, run_id
from tests.dashboard.served import Served, serve

PATIENCE = 30.0


def mark_of(page: str) -> str:
    return page.split('data-mark="')[1].split('"', maxsplit=1)[0]


@contextlib.contextmanager
def watched(client: httpx.Client, mark: str) -> Iterator[Iterator[str]]:
    """The lines of the stream."""
    with client.stream("GET", "/changes", params={"mark": mark}, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield answer.iter_lines()


def next_change(lines: Iterator[str]) -> str:
    until = time.monotonic() + PATIENCE
    for line in lines:
        assert time.monotonic() < until, "no change was told"
        if line.startswith("data: "):
            return line.removeprefix("data: ")
    raise AssertionError("the stream ended")


CHANGES: dict[str, Any] = {
    "a new event": lambda scene: scene.event("new", status="waiting", updated_at=LATER),
    "a new run": lambda scene: scene.run(9, status="running", finished_at=None),
    "a new step": lambda scene: scene.step(run_id(3), "later"),
    "a message is settled": lambda scene: scene.delivery(9, run_id(1), updated_at=LATER),
    "an event is retried": lambda scene: alter(
        scene, "events", "event-2", status="waiting", updated_at=LATER
    ),
    "a run ends": lambda scene: alter(scene, "runs", run_id(3), status="completed"),
}


def alter(scene: Scene, table: str, key: str, **values: Any) -> None:
    changed = getattr(scene.ledger.tables, table)
    with scene.ledger.writing() as connection:
        connection.execute(update(changed).where(changed.c.id == key).values(**values))


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_has_another_mark(served: Served, change: str) -> None:
    before = pulse.mark(served.facts.ledger)
    assert pulse.mark(served.facts.ledger) == before
    CHANGES[change](served.scene)
    assert pulse.mark(served.facts.ledger) != before


def test_a_change_is_told_with_the_mark_that_the_page_then_has(served: Served) -> None:
    with served.friend() as client:
        mark = mark_of(client.get("/").text)
        with watched(client, mark) as lines:
            assert next(lines) == "retry: 2000"
            served.scene.event("new", status="waiting", updated_at=LATER)
            told = next_change(lines)
        assert told == mark_of(client.get("/").text) != mark


def test_what_changed_before_it_began_is_told_at_once(quick: Served) -> None:
    with quick.friend() as client, watched(client, "an-older-mark") as lines:
        assert next_change(lines) == mark(quick.facts)


def test_the_stream_ends_with_the_server(served: Served) -> None:
    """Without being waited for: eight seconds later uvicorn would cut it off."""
    ended = threading.Event()

    def listen() -> None:
        with served.friend() as client, watched(client, "") as lines:
            next_change(lines)
            began.set()
            for _ in lines:
                pass
        ended.set()

    began = threading.Event()
    thread = threading.Thread(target=listen)
    thread.start()
    assert began.wait(PATIENCE)
    served.facts.stopping.set()
    assert ended.wait(PATIENCE)
    thread.join()


def test_nobody_looks_once_the_client_has_left(served: Served) -> None:
    watching = Watching(served.facts)
    app = build(served.facts, watching=watching)
    with bound_to("127.0.0.1", 0) as bound, serving(app, bound), ending(served.facts):
        served.port = bound.getsockname()[1]
        with served.friend() as client, watched(client, "") as lines:
            next_change(lines)
            assert watching.watchers == 1
        until = time.monotonic() + PATIENCE
        while watching.watchers and time.monotonic() < until:
            time.sleep(0.05)
        assert watching.watchers == 0


def test_a_stranger_watches_nothing(quick: Served) -> None:
    with quick.stranger() as client:
        assert client.get("/changes").status_code == 401


def test_the_pulse_counts_what_ended_in_the_last_minute(served: Served) -> None:
    for number, age in enumerate((1, 1, 30, 59, 61)):
        served.scene.event(f"ended-{number}", updated_at=NOON - timedelta(seconds=age))
    taken = pulse.take(served.facts.ledger, most=3)
    assert sum(taken.per_second) in {5, 6}  # four of these, the scene's dead one; a second may pass
    assert taken.counts.running == 1
    assert taken.latest[0].updated_at == NOON
    assert len(taken.latest) == 3
    assert [busy.id for busy in taken.busy] == [run_id(3)]
    assert taken.messages == {"sent": 1, "skipped": 1, "in_doubt": 1, "failed": 1}


def test_a_database_that_is_away_is_told_and_ends_nothing() -> None:
    with serve("postgresql://nobody@127.0.0.1:9/none") as served, served.friend() as client:
        answer = client.get("/")
        assert answer.status_code == 503
        assert "The database does not answer" in answer.text
        with client.stream("GET", "/changes", timeout=PATIENCE) as stream:
            assert next(line for line in stream.iter_lines() if line.startswith("event: ")) == (
                "event: away"
            )
        assert client.get("/runs").status_code == 503
    assert served.lines == []


def test_only_so_many_watch_and_whoever_leaves_makes_room(
    quick: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fixed: all that came at once found room, however many they were."""
    monkeypatch.setattr("fisioflow_cli.dashboard.live.MOST_WATCHERS", 3)
    with quick.friend() as client:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    head = f"GET /changes HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode()

    def ask(watchers: list[socket.socket]) -> list[bytes]:
        for watcher in watchers:
            watcher.sendall(head)
        return [watcher.recv(12)[9:] for watcher in watchers]

    def connected(number: int) -> list[socket.socket]:
        place = ("127.0.0.1", quick.port)
        return [socket.create_connection(place, timeout=PATIENCE) for _ in range(number)]

    watchers = connected(12)
    assert sorted(ask(watchers)) == [b"200"] * 3 + [b"503"] * 9
    for watcher in watchers:
        watcher.close()
    until = time.monotonic() + PATIENCE
    while (answer := ask(late := connected(1))) == [b"503"] and time.monotonic() < until:
        late[0].close()
        time.sleep(0.2)
    late[0].close()
    assert answer == [b"200"]
