"""Which slot a start is for, and which it refuses."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from fisioflow_cli.engine.run import Run
from fisioflow_cli.engine.slots import Hourly, Weekly
from fisioflow_cli.engine.timetable import parse_moment
from fisioflow_cli.errors import ExitCode, FutureSlot, ImpossibleDate, SlotTooOld
from tests.engine.workbench import Bench, in_utc, workflow


def _noting(seen: list[Any]) -> Any:
    def body(run: Run, services: Any) -> None:
        seen.append((run.slot.label, run.as_of.astimezone(UTC).replace(microsecond=0)))

    return body


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-11-23T00:00", "2026-11-23"),
        ("2026-11-23T23:59", "2026-11-23"),
    ],
)
def test_clock_decides_in_the_zone_of_the_settings(bench: Bench, now: str, slot: str) -> None:
    """23:59 in São Paulo is the next day in UTC."""
    seen: list[Any] = []
    assert bench.at(now).start(workflow(_noting(seen))).slot == slot
    assert abs(seen[0][1] - in_utc(now)) < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("as_of", "slot", "instant"),
    [
        ("2026-11-23", "2026-11-23", "2026-11-23T09:00"),
        ("2026-11-22", "2026-11-22", "2026-11-22T09:00"),
        ("2026-11-22T23:30", "2026-11-22", "2026-11-22T23:30"),
        ("2026-11-23T10:00", "2026-11-23", "2026-11-23T10:00"),
    ],
)
def test_as_of_names_slot_and_instant(bench: Bench, as_of: str, slot: str, instant: str) -> None:
    seen: list[Any] = []
    bench.start(workflow(_noting(seen)), as_of=as_of)
    assert seen == [(slot, in_utc(instant))]


@pytest.mark.parametrize("as_of", ["2026-11-23", "2026-11-23T23:00"])
def test_run_is_never_for_an_instant_to_come(bench: Bench, as_of: str) -> None:
    """`--as-of 2026-11-23T23:00` in the morning had the clean-up delete what was not old yet."""
    seen: list[Any] = []
    morning = bench.at("2026-11-23T08:00")
    morning.start(workflow(_noting(seen)), as_of=as_of)
    assert abs(seen[0][1] - in_utc("2026-11-23T08:00")) < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("as_of", "label"),
    [("2026-11-22", "2026-W47"), ("2026-11-23T00:00", "2026-W48")],
)
def test_weekly_slot_is_the_week_of_the_day(bench: Bench, as_of: str, label: str) -> None:
    what = workflow(rule=Weekly(), at=time(7), maximum_age=timedelta(days=7))
    assert bench.start(what, as_of=as_of).slot == label


def test_hourly_slot_is_the_part_of_the_day(bench: Bench) -> None:
    what = workflow(rule=Hourly(6), at=time(0), maximum_age=None)
    assert bench.start(what).slot == "2026-11-23T06"
    assert bench.start(what, as_of="2026-11-23T07:00").reused


@pytest.mark.parametrize("as_of", ["2026-11-24", "2026-11-24T00:00", "2027-01-01"])
def test_future_slot_is_for_rehearsals_only(bench: Bench, as_of: str) -> None:
    with pytest.raises(FutureSlot, match="--dry-run"):
        bench.start(workflow(), as_of=as_of)
    assert bench.rows("runs") == []
    seen: list[Any] = []
    assert bench.start(workflow(_noting(seen)), as_of=as_of, dry_run=True).status == "planned"
    assert seen[0][0] == as_of[:10]


def test_slot_within_the_maximum_age_is_done_and_beyond_refused(bench: Bench) -> None:
    assert bench.start(workflow(), as_of="2026-11-20").status == "completed"
    with pytest.raises(SlotTooOld, match="--allow-late"):
        bench.start(workflow(), as_of="2026-11-19")
    assert bench.start(workflow(), as_of="2026-11-19", allow_late=True).status == "completed"
    assert bench.start(workflow(), as_of="2020-02-29", dry_run=True).status == "planned"


def test_workflow_without_an_age_does_its_present_slot_only(bench: Bench) -> None:
    what = workflow(rule=Hourly(6), maximum_age=None)
    assert bench.start(what, as_of="2026-11-23T06:00").status == "completed"
    with pytest.raises(SlotTooOld):
        bench.start(what, as_of="2026-11-23T05:59")


def test_age_counts_from_the_first_day_of_a_week(bench: Bench) -> None:
    what = workflow(rule=Weekly(), maximum_age=timedelta(days=7))
    assert bench.at("2026-11-30T06:00").start(what, as_of="2026-11-23").slot == "2026-W48"
    with pytest.raises(SlotTooOld):
        bench.at("2026-12-01T06:00").start(what, as_of="2026-11-24")


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29",
        "2026-13-01",
        "2026-11-31",
        "2026-11-23T24:00",
        "2026-11-23T10:60",
        "2026-11-23 10:00",
        "2026-11-23T10:00:00",
        "2026-11-23T10:00Z",
        "23/11/2026",
        "2026-W48",
        "yesterday",
        "",
        " 2026-11-23",
    ],
)
def test_impossible_date_is_refused(text: str) -> None:
    with pytest.raises(ImpossibleDate, match="2026-11-23T06:00"):
        parse_moment(text)


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "0001-01-01T00:00", "3000-01-01"])
def test_year_that_nobody_works_in_is_named(text: str) -> None:
    """They ended in an OverflowError, then in being told that they are no dates."""
    with pytest.raises(ImpossibleDate, match=rf"{int(text[:4])}; dates go from 1900-01-01 to 2999"):
        parse_moment(text)


@pytest.mark.parametrize("wish", ["dry_run", "allow_late"])
def test_impossible_date_is_refused_before_anything_happens(bench: Bench, wish: str) -> None:
    request: dict[str, Any] = {wish: True}
    with pytest.raises(ImpossibleDate):
        bench.start(workflow(), as_of="9999-12-31", **request)
    assert bench.rows("runs") == []


def test_moment_or_whole_day() -> None:
    assert parse_moment("2028-02-29") == (datetime(2028, 2, 29), True)  # noqa: DTZ001
    assert parse_moment("2026-11-23T06:05") == (datetime(2026, 11, 23, 6, 5), False)  # noqa: DTZ001


def test_deadline_is_the_workflows_unless_asked_otherwise(bench: Bench) -> None:
    left: list[float] = []
    what = workflow(
        lambda run, services: left.append(run.control.remaining(10**6)),
        deadline=timedelta(minutes=30),
    )
    bench.start(what)
    bench.start(what, force=True, maximum_duration=timedelta(minutes=5))
    assert left == [pytest.approx(1800, abs=20), pytest.approx(300, abs=20)]


def test_run_stopped_by_its_deadline_is_resumed(bench: Bench) -> None:
    slow = [True]

    def body(run: Run, services: Any) -> None:
        run.step("first", lambda: 1)
        if slow[0]:
            bench.clock.jump(timedelta(minutes=6))
        run.step("second", lambda: 2)

    late = bench.start(workflow(body), maximum_duration=timedelta(minutes=5))
    assert (late.status, late.exit_code) == ("timed_out", ExitCode.TRY_LATER)
    slow[0] = False
    report = bench.start(workflow(body))
    assert (report.status, report.attempt) == ("completed", 2)
    attempts = {row["name"]: row["attempt"] for row in bench.rows("steps")}
    assert attempts == {"first": 1, "second": 2}
