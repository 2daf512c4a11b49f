"""A step per keyset page: one bad row is parked, the rest go on, and nothing is done twice."""

import gc
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.engine.run import Run, Seen
from fisioflow_cli.engine.start import Request, Starter
from fisioflow_cli.errors import DatabaseUnavailable, ExitCode, SignalReceived
from tests.engine.workbench import ZONE, Bench, Item, done, items, pages_of, workflow

Pages = Callable[[str | None, str | None], Sequence[Item]]


def _each(pages: Pages, do: Callable[[Item], Seen] = done) -> Callable[[Run, Any], None]:
    def body(run: Run, services: Any) -> None:
        del services
        run.for_each("each", pages=pages, do=do)

    return body


def _steps(bench: Bench) -> dict[str, tuple[str, int, str | None, str | None]]:
    return {
        row["name"]: (
            row["status"],
            row["result"]["items"],
            row["result"]["after"],
            row["result"]["until"],
        )
        for row in bench.rows("steps")
    }


def test_every_row_is_done_once_and_every_page_recorded(bench: Bench) -> None:
    seen: list[str] = []

    def do(item: Item) -> Seen:
        seen.append(item.id)
        return Seen(labels=("greeted",))

    report = bench.start(workflow(_each(items("a", "b", "c", "d", "e"), do)))
    assert seen == ["a", "b", "c", "d", "e"]
    assert report.result == {"greeted": 5, "items": 5, "waiting": 0}
    assert _steps(bench) == {
        "each/1": ("completed", 2, None, "b"),
        "each/2": ("completed", 2, "b", "d"),
        "each/3": ("completed", 1, "d", "e"),
    }


def test_nobody_to_see_is_done(bench: Bench) -> None:
    report = bench.start(workflow(_each(items())))
    assert (report.status, report.result) == ("completed", {})
    assert bench.rows("steps") == []


def test_one_bad_row_is_parked_and_the_rest_go_on(bench: Bench) -> None:
    def do(item: Item) -> Seen:
        if item.id == "b":
            raise ValueError("Maria da Silva")
        return Seen(labels=("greeted",))

    report = bench.start(workflow(_each(items("a", "b", "c"), do)))
    assert (report.status, report.exit_code) == ("partial", ExitCode.PARTIAL)
    assert report.result == {"greeted": 2, "parked": 1, "items": 3, "waiting": 0}
    parked = [row["result"]["parked"] for row in bench.rows("steps")]
    assert sorted(parked) == [[], ["b ValueError"]]
    assert bench.start(workflow(_each(items("a", "b", "c"), do))).reused


def test_thousands_of_bad_rows_fit_into_a_steps_result(bench: Bench) -> None:
    def do(item: Item) -> Seen:
        raise ValueError(item.id)

    many = [f"{number:036}" for number in range(3000)]
    report = bench.start(workflow(_each(items(*many, size=1500), do)))
    assert (report.status, report.result["parked"]) == ("partial", 3000)
    assert [len(row["result"]["parked"]) for row in bench.rows("steps")] == [20, 20]


def test_short_absence_of_the_database_harms_no_row(bench: Bench) -> None:
    """One lost connection in the middle of a page ended the whole run."""
    breaks = iter([True, True])
    seen: list[str] = []

    def do(item: Item) -> Seen:
        if item.id == "b" and next(breaks, False):
            raise DatabaseUnavailable
        seen.append(item.id)
        return Seen()

    assert bench.start(workflow(_each(items("a", "b", "c"), do))).status == "completed"
    assert seen == ["a", "b", "c"]


def test_interruption_in_a_page_resumes_with_that_page(bench: Bench) -> None:
    """The finished page is not read again; what is repeated in the other one is for its items."""
    seen: list[str] = []
    stops = iter([True])

    def do(item: Item) -> Seen:
        if item.id == "d" and next(stops, False):
            raise SignalReceived(15)
        seen.append(item.id)
        return Seen(labels=("greeted",))

    what = workflow(_each(items("a", "b", "c", "d", "e"), do))
    assert bench.start(what).exit_code is ExitCode.TERMINATED
    assert list(_steps(bench)) == ["each/1"]
    assert bench.start(what).result == {"greeted": 5, "items": 5, "waiting": 0}
    assert seen == ["a", "b", "c", "c", "d", "e"]


def test_waiting_page_is_read_again_only_as_far_as_it_went(bench: Bench) -> None:
    night = [True]
    rows = ["a", "b", "c", "d"]
    read: list[tuple[str | None, str | None]] = []
    seen: list[str] = []
    pages = pages_of(lambda: rows)

    def watched(after: str | None, until: str | None) -> list[Item]:
        read.append((after, until))
        return pages(after, until)

    def do(item: Item) -> Seen:
        seen.append(item.id)
        return Seen(waiting=night[0] and item.id == "a")

    what = workflow(_each(watched, do))
    first = bench.start(what)
    assert (first.status, first.exit_code) == ("timed_out", ExitCode.TRY_LATER)
    assert first.note == "1 left pending; a later start does them."
    assert _steps(bench)["each/1"] == ("waiting", 2, None, "b")
    read.clear()
    seen.clear()
    night[0] = False
    rows += ["aa", "e"]  # arrived since: one in the waiting page's range, one behind the last page
    report = bench.start(what)
    assert (report.status, report.attempt) == ("completed", 2)
    assert seen == ["a", "aa", "b", "e"]
    assert read == [(None, "b"), ("d", None), ("e", None)]
    assert _steps(bench)["each/1"] == ("completed", 3, None, "b")


def test_rows_gone_from_a_waiting_page_leave_it_done(bench: Bench) -> None:
    rows = ["a", "b", "c"]
    what = workflow(_each(pages_of(lambda: rows), lambda item: Seen(waiting=item.id in {"a", "b"})))
    assert bench.start(what).status == "timed_out"
    rows[:] = ["c"]
    assert bench.start(what).status == "completed"
    assert _steps(bench)["each/1"] == ("completed", 0, None, "b")


def test_row_inserted_meanwhile_ahead_is_seen_and_behind_is_not(bench: Bench) -> None:
    rows = ["a", "b", "c", "d"]
    seen: list[str] = []

    def do(item: Item) -> Seen:
        if item.id == "c":
            rows.extend(["0", "cc", "z"])
        seen.append(item.id)
        return Seen()

    bench.start(workflow(_each(pages_of(lambda: rows), do)))
    assert seen == ["a", "b", "c", "d", "z"]


def test_pages_are_not_kept(bench: Bench) -> None:
    alive: list[weakref.ref[Item]] = []
    most = [0]
    pages = items(*(f"{number:03}" for number in range(60)), size=10)

    def watched(after: str | None, until: str | None) -> list[Item]:
        gc.collect()
        most[0] = max(most[0], sum(ref() is not None for ref in alive))
        page = pages(after, until)
        alive.extend(weakref.ref(row) for row in page)
        return page

    bench.start(workflow(_each(watched)))
    assert len(alive) == 60
    assert most[0] <= 10


def test_tallies_are_over_all_attempts(bench: Bench) -> None:
    stops = iter(["c", "e"])
    where = [next(stops)]

    def do(item: Item) -> Seen:
        if item.id == where[0]:
            where[0] = next(stops, "")
            raise SignalReceived(2)
        return Seen(labels=("greeted", f"by-{item.id}"))

    what = workflow(_each(items("a", "b", "c", "d", "e"), do))
    assert bench.start(what).result == {
        "greeted": 2,
        "by-a": 1,
        "by-b": 1,
        "items": 2,
        "waiting": 0,
    }
    bench.start(what)
    report = bench.start(what)
    assert (report.attempt, report.result["greeted"], report.result["items"]) == (3, 5, 5)


def test_item_of_parts_waits_if_one_of_them_does() -> None:
    together = Seen.together([Seen(labels=("a",)), Seen(waiting=True, labels=("b",))])
    assert together == Seen(waiting=True, labels=("a", "b"))
    assert Seen.together([]) == Seen()


def test_deadline_in_a_page_leaves_the_rest_to_a_later_start(bench: Bench) -> None:
    def do(item: Item) -> Seen:
        bench.clock.jump(timedelta(minutes=2))
        return Seen(labels=("greeted",))

    what = workflow(_each(items(*"abcdefgh"), do))
    report = bench.start(what, maximum_duration=timedelta(minutes=5))
    assert (report.status, report.exit_code) == ("timed_out", ExitCode.TRY_LATER)
    assert "maximum duration" in (report.note or "")
    assert report.result["items"] == 2
    assert bench.start(what).result["items"] == 8


@pytest.mark.parametrize("dry_run", [True, False])
def test_progress_is_told_per_item(bench: Bench, dry_run: bool) -> None:
    told: list[tuple[str, int]] = []
    what = workflow(_each(items("a", "b", "c")))
    performer = replace(
        bench.performer(what), watch=lambda step, number: told.append((step, number))
    )
    request = Request(dry_run=dry_run)
    Starter(workflow=what, request=request, performer=performer, zone=ZONE).start()
    assert told == [("each/1", 1), ("each/1", 2), ("each/2", 1)]
