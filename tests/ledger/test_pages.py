"""Lists in keyset pages: every row once, newest first, whatever is filtered or added meanwhile."""

import base64
import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fisioflow_cli.errors import UsageError
from fisioflow_cli.ledger import pages, runs
from fisioflow_cli.ledger.cursors import Cursor
from fisioflow_cli.ledger.delivery_filter import DeliveryFilter
from fisioflow_cli.ledger.event_filter import EventFilter
from fisioflow_cli.ledger.filters import Filter
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.ledger.run_filter import RunFilter
from fisioflow_cli.ledger.runs import Occasion
from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus
from tests.engine.workbench import Bench
from tests.ledger.inbox import Inbox

AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _open(bench: Bench, *slots: str, workflow: str = "w", scope: str = "all") -> None:
    for slot in slots:
        occasion = Occasion(workflow=workflow, slot=slot, scope=scope)
        runs.open_run(bench.ledger, occasion, generation=1, as_of=AS_OF)


def _walk(ledger: Ledger, wanted: RunFilter, most: int) -> list[list[str]]:
    """The slots of every page."""
    slots, after = [], None
    while True:
        page = pages.page(ledger, wanted, after=after, most=most)
        slots.append([run.slot for run in page.rows])
        if page.next is None:
            return slots
        after = page.next


def _opened_at(bench: Bench, instant: datetime, *slots: str) -> None:
    runs_table = bench.ledger.tables.runs
    with bench.ledger.writing() as connection:
        meant = runs_table.update().where(runs_table.c.slot.in_(slots))
        connection.execute(meant.values(created_at=instant))


@pytest.mark.parametrize("most", [1, 2, 3, 4, 9])
def test_pages_hold_every_row_once(bench: Bench, most: int) -> None:
    """Two of a kind were opened at the same instant: the id tells them apart."""
    for minutes, slots in enumerate((["a", "b"], ["c", "d"])):
        _open(bench, *slots)
        _opened_at(bench, AS_OF + timedelta(minutes=minutes), *slots)
    walked = _walk(bench.ledger, RunFilter(), most)
    everything = [slot for page in walked for slot in page]
    assert sorted(everything) == ["a", "b", "c", "d"]
    assert set(everything[:2]) == {"c", "d"}
    assert [len(page) for page in walked[:-1]] == [most] * (len(walked) - 1)


def test_row_added_meanwhile_moves_no_page(bench: Bench) -> None:
    for slot in ("a", "b", "c"):
        _open(bench, slot)
        bench.clock.jump(timedelta(minutes=1))
    first = pages.page(bench.ledger, RunFilter(), most=1)
    _open(bench, "d")
    second = pages.page(bench.ledger, RunFilter(), after=first.next, most=5)
    assert [run.slot for run in (*first.rows, *second.rows)] == ["c", "b", "a"]
    assert second.next is None


def test_runs_are_filtered(bench: Bench) -> None:
    _open(bench, "a")
    bench.clock.jump(timedelta(hours=1))
    later = bench.clock.now()
    _open(bench, "b", workflow="v")
    _open(bench, "b", scope="o1")
    ledger = bench.ledger
    assert _walk(ledger, RunFilter(workflow="v"), 9) == [["b"]]
    assert _walk(ledger, RunFilter(scope="o1", slot="b"), 9) == [["b"]]
    assert _walk(ledger, RunFilter(status=RunStatus.FAILED), 9) == [[]]
    assert _walk(ledger, RunFilter(until=later), 9) == [["a"]]
    assert _walk(ledger, RunFilter(since=later), 9) == [["b", "b"]]
    assert pages.count(ledger, RunFilter(since=later)) == 2
    assert pages.count(ledger, RunFilter(), most=2) == 2


def test_days_that_follow_each_other_share_no_row(bench: Bench) -> None:
    """From an instant on, and up to another that is the next day's."""
    _open(bench, "a")
    _opened_at(bench, AS_OF, "a")
    assert _walk(bench.ledger, RunFilter(since=AS_OF), 9) == [["a"]]
    assert _walk(bench.ledger, RunFilter(until=AS_OF), 9) == [[]]


UNMET = {
    "status": "cancelled",
    "state": "failed",
    "workflows": ("other",),
    "since": AS_OF + timedelta(days=9999),
    "until": AS_OF - timedelta(days=9999),
}


@pytest.mark.parametrize("kind", [RunFilter, EventFilter, DeliveryFilter])
def test_no_wish_is_passed_over(bench: Bench, inbox: Inbox, kind: type[Filter[Any]]) -> None:
    """What is done to all that a filter means must not be done to all there is."""
    inbox.put("e1")
    inbox.message(inbox.one(), "event/e1/email", DeliveryState.SENT)
    assert pages.count(bench.ledger, kind()) == 1
    for wish in fields(kind):
        wanted = kind(**{wish.name: UNMET.get(wish.name, "other")})
        for look in (None, 3):
            assert pages.page(bench.ledger, wanted, look=look).rows == [], wanted
            assert pages.count(bench.ledger, wanted, look=look) == 0, wanted


def test_every_row_is_walked_through_in_pages(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "AT_A_TIME", 2)
    slots = [str(number) for number in range(5)]
    _open(bench, *slots)
    assert sorted(run.slot for run in pages.every(bench.ledger, RunFilter())) == slots
    assert list(pages.every(bench.ledger, RunFilter(workflow="v"))) == []


def test_another_environment_is_not_listed(bench: Bench) -> None:
    _open(bench, "a")
    other = Ledger(engine=bench.ledger.engine, environment="preview:x", clock=bench.clock)
    assert pages.page(other, RunFilter()).rows == []
    assert pages.count(other, RunFilter()) == 0


def test_events_are_filtered_and_paged(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e2", "e1")
    bench.clock.jump(timedelta(seconds=1))
    inbox.put("e3", name="whatsapp/send")
    ledger = bench.ledger
    assert [event.id for event in pages.page(ledger, EventFilter()).rows] == ["e3", "e2", "e1"]
    first = pages.page(ledger, EventFilter(name="email/send"), most=1)
    second = pages.page(ledger, EventFilter(name="email/send"), after=first.next, most=1)
    assert {event.id for event in (*first.rows, *second.rows)} == {"e1", "e2"}
    assert second.next is None
    assert pages.count(ledger, EventFilter(status=EventStatus.WAITING)) == 3
    assert pages.count(ledger, EventFilter(status=EventStatus.DEAD)) == 0


def test_deliveries_are_found_by_the_beginning_of_their_key(bench: Bench, inbox: Inbox) -> None:
    """`%` and `_` mean themselves."""
    inbox.put("e1")
    claimed = inbox.one()
    for key in ("event/e1/email", "event/e1_/email", "event/e12/push"):
        inbox.message(claimed, key, DeliveryState.SENT)
    ledger = bench.ledger

    def keys(**wanted: str) -> set[str]:
        rows = pages.page(ledger, DeliveryFilter(**wanted)).rows  # type: ignore[arg-type]
        return {row.message_key for row in rows}

    assert keys(key="event/e1_") == {"event/e1_/email"}
    assert keys(key="event/%") == set()
    assert len(keys(key="event/e1", state="sent")) == 3
    assert keys(state="failed") == set()
    assert keys(run_id=claimed.lease.run_id) == keys()
    assert pages.count(ledger, DeliveryFilter(key="event/e1"), most=2) == 2


def test_cursor_travels_as_text() -> None:
    cursor = Cursor(at=AS_OF + timedelta(microseconds=7), id="é/%&=")
    assert Cursor.parse(cursor.text()) == cursor
    assert cursor.text().isascii()


@pytest.mark.parametrize(
    "text", ["", "x", "é", "W10", "WzEsMl0", "WyIyMDI2LTExLTIzVDEyOjAwOjAwIiwiYSJd", "\udc80"]
)
def test_what_is_no_cursor_is_refused(bench: Bench, text: str) -> None:
    """Among them a list that is too short, one of numbers, and an instant without a zone."""
    with pytest.raises(UsageError, match="no cursor"):
        pages.page(bench.ledger, RunFilter(), after=text)


@pytest.mark.parametrize(
    ("at", "row"),
    [
        ("2026-11-23T12:00:00+00:00", "a\x00b"),
        ("2026-11-23T12:00:00+00:00", "\ud800"),
        ("2026-11-23T12:00:00+00:00", ""),
        ("2026-11-23T12:00:00+00:00", None),
        ("9999-12-31T23:59:59-03:00", "a"),
        ("0001-01-01T00:00:00+03:00", "a"),
    ],
)
def test_a_cursor_that_no_database_takes_is_refused(at: str, row: object) -> None:
    """Made by hand: an id that cannot be stored, an instant beyond the calendar."""
    text = base64.urlsafe_b64encode(json.dumps([at, row]).encode()).decode()
    with pytest.raises(UsageError, match="no cursor"):
        Cursor.parse(text)


def test_what_no_index_finds_is_looked_for_a_stretch_at_a_time(bench: Bench) -> None:
    """A page may be empty and still have a next one; together they hold every row that fits."""
    for number in range(10):
        _open(bench, f"s{number}", scope="o-1" if number in {1, 8} else "all")
        bench.clock.jump(timedelta(minutes=1))
    wanted = RunFilter(scope="o-1")
    assert pages.looks(wanted)
    slots, after = [], None
    while True:
        page = pages.page(bench.ledger, wanted, after=after, most=5, look=3)
        slots.append([run.slot for run in page.rows])
        if (after := page.next) is None:
            break
    assert slots == [["s8"], [], ["s1"], []]
    assert pages.count(bench.ledger, wanted, look=3) == 1
    assert pages.count(bench.ledger, wanted) == 2
    assert [run.slot for run in pages.page(bench.ledger, wanted, most=5).rows] == ["s8", "s1"]


def test_a_full_stretch_goes_on_behind_its_last_row_shown(bench: Bench) -> None:
    for number in range(4):
        _open(bench, f"s{number}", scope="o-1")
        bench.clock.jump(timedelta(minutes=1))
    page = pages.page(bench.ledger, RunFilter(scope="o-1"), most=1, look=3)
    assert [run.slot for run in page.rows] == ["s3"]
    page = pages.page(bench.ledger, RunFilter(scope="o-1"), after=page.next, most=9, look=3)
    assert [run.slot for run in page.rows] == ["s2", "s1", "s0"]


def test_a_slot_is_found_at_once_among_the_workflows_there_are(bench: Bench) -> None:
    _open(bench, "a", "b", workflow="w")
    _open(bench, "a", workflow="v")
    wanted = RunFilter(slot="a", workflows=("v", "w"))
    assert not pages.looks(wanted)
    assert {run.workflow for run in pages.page(bench.ledger, wanted, look=1).rows} == {"v", "w"}


def test_one_look_sees_what_it_saw(bench: Bench) -> None:
    with bench.ledger.at_one_look() as ledger:
        assert pages.count(ledger, RunFilter()) == 0
        with ledger.at_one_look() as again:
            assert pages.count(again, RunFilter()) == 0
    _open(bench, "a")
    assert pages.count(bench.ledger, RunFilter()) == 1
