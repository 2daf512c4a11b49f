"""How the schedule stands, as a monitor asks: it only reads, and agrees with the SQL view."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from fisioflow_cli.clinic import schema
from fisioflow_cli.context.due import due
from fisioflow_cli.context.status import Standing, Status, status
from fisioflow_cli.engine.agenda import Fate
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.workflows.people import NOW, SAO_PAULO, patient
from tests.workflows.place import Place

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = {"FISIOFLOW_SEND_WINDOW": "06:00-07:00"}


def look(place: Place, at: datetime = NOW, **more: Any) -> Status:
    return status(place.context(at=at), WORKFLOWS, **more)


def of(found: Status, command: str) -> Standing:
    [standing] = [one for one in found.standings if one.workflow.command == command]
    return standing


def named(found: Status, kind: str) -> dict[str, list[str]]:
    """The slots that are late or missed, by command; those without one left out."""
    return {
        standing.workflow.command: [entry.slot.label for entry in getattr(standing, kind)]
        for standing in found.standings
        if getattr(standing, kind)
    }


def go(place: Place, at: datetime = NOW) -> None:
    due(place.context(at=at), WORKFLOWS)


def test_all_in_order_after_a_round(place: Place) -> None:
    go(place)
    found = look(place, NOW + HOUR)
    assert found.in_order
    birthdays = of(found, "birthdays")
    assert birthdays.now is not None
    assert birthdays.last_success is not None
    assert (birthdays.now.fate, birthdays.last_success.slot) == (Fate.DONE, "2026-03-02")
    assert birthdays.next[0].label == "2026-03-03"
    reminders = of(found, "appointment-reminders")
    assert (reminders.started, reminders.now, reminders.next[0].label) == (
        False,
        None,
        "2026-03-02",
    )


def test_looking_changes_nothing_in_few_queries(place: Place) -> None:
    go(place)
    before, asked = place.contents(), []
    event.listen(Engine, "before_cursor_execute", note := lambda *args: asked.append(args[2]))
    try:
        look(place, NOW + DAY)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len([one for one in asked if "FROM" in one and "pg_catalog" not in one]) <= 12
    assert place.contents() == before


def test_late_is_what_nobody_starts_within_the_grace_period(here: Place) -> None:
    for hours in (0, 4):
        go(here, NOW + hours * HOUR)
    assert look(here, NOW + timedelta(hours=7, minutes=55)).in_order
    evening = NOW + timedelta(hours=8, minutes=1)  # reminders were due at six
    assert named(look(here, evening), "late") == {
        "appointment-reminders": ["2026-03-02"],
        "data-integrity": ["2026-03-02T18"],
    }
    assert look(here, evening, grace=HOUR).in_order


def test_each_miss_is_named_while_it_is_one_and_some_time_after(here: Place) -> None:
    """Birthdays may be done until the end of the next day."""
    go(here)
    at = {n: NOW.replace(hour=23) + n * DAY for n in range(9)}
    late = [named(look(here, at[n]), "late").get("birthdays", []) for n in range(5)]
    missed = [named(look(here, at[n]), "missed").get("birthdays", []) for n in range(5)]
    days = [f"2026-03-0{n}" for n in range(3, 8)]
    assert late == [[], days[:1], days[:2], days[1:3], days[2:4]]
    assert missed == [[], [], [], days[:1], days[:2]]
    assert named(look(here, at[4], named_for=DAY), "missed")["birthdays"] == days[1:2]
    go(here, at[4])
    assert "birthdays" not in named(look(here, at[6]), "missed") | named(look(here, at[4]), "late")


def test_what_waits_for_daylight_is_not_late_for_a_day(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    for workflow in WORKFLOWS:
        env = NIGHT if workflow.command == "birthdays" else {}
        here.start(workflow.command, env=env)
    found = look(here, NOW + timedelta(minutes=20))
    entry = of(found, "birthdays").now
    assert entry is not None
    assert (entry.fate, entry.late, found.in_order) == (Fate.UNFINISHED, False, True)
    assert named(look(here, NOW + DAY), "late")["birthdays"] == ["2026-03-02", "2026-03-03"]


def test_what_failed_is_late_after_the_grace_period(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("fisioflow_cli.clinic.patients.birthdays", broken)
    here.start("birthdays", at=NOW.replace(hour=9, minute=1))
    assert "birthdays" not in named(look(here, NOW.replace(hour=9, minute=20)), "late")
    [entry] = of(look(here, NOW.replace(hour=9, minute=40)), "birthdays").late
    assert entry.fate is Fate.FAILED


def _took(place: Place, *seconds: float, attempt: int = 1) -> None:
    """Rewrite how long the runs of clean-up took, the newest last."""
    runs = place.ledger_table("runs")
    rows = [r for r in place.ledger("runs") if r["workflow"] == "fisioflow-daily-cleanup"]
    rows.sort(key=lambda row: row["slot"])
    with place.writing() as connection:
        for row, length in zip(rows, seconds, strict=True):
            end = row["started_at"] + timedelta(seconds=length)
            change = runs.update().where(runs.c.id == row["id"])
            connection.execute(change.values(finished_at=end, attempt=attempt))


def test_last_run_is_held_against_its_own_history(here: Place) -> None:
    for n in range(7):
        here.start("cleanup", at=NOW + n * DAY)
    after = NOW + 6 * DAY + HOUR
    _took(here, 30, 30, 10, 50, 30, 30, 91)
    pace = of(look(here, after), "cleanup").pace
    assert pace is not None
    assert (pace.seconds, pace.median, pace.slow) == (91, 30, True)
    for last in (90, 59):
        _took(here, 30, 30, 10, 50, 30, 30, last)
        assert not (of(look(here, after), "cleanup").pace or pace).slow
    _took(here, 1, 1, 1, 1, 1, 1, 59)
    assert not (of(look(here, after), "cleanup").pace or pace).slow, "less than a minute"
    _took(here, 1, 1, 1, 1, 1, 1, 100, attempt=2)
    assert of(look(here, after), "cleanup").pace is None, "pauses between attempts say nothing"


def test_four_earlier_runs_are_no_history(here: Place) -> None:
    for n in range(5):
        here.start("cleanup", at=NOW + n * DAY)
    _took(here, 1, 1, 1, 1, 1000)
    pace = of(look(here, NOW + 4 * DAY), "cleanup").pace
    assert pace is not None
    assert (pace.median, pace.slow) == (None, False)


def test_what_is_in_doubt_dead_or_stuck_is_counted(place: Place) -> None:
    here = place
    here.add(schema.patients, patient("ana"), patient("bia"))
    here.start("birthdays")
    deliveries, runs = here.ledger_table("deliveries"), here.ledger_table("runs")
    long_ago = datetime.now(UTC) - timedelta(days=400)
    with here.writing() as connection:
        connection.execute(deliveries.update().values(state="in_doubt"))
        connection.execute(runs.update().values(status="running", lease_until=long_ago))
        events = here.ledger_table("events")
        for n, state in enumerate(("waiting", "waiting", "dead", "completed")):
            due_at = NOW - HOUR if n else NOW + HOUR
            connection.execute(events.insert().values(_event(f"e{n}", state, due_at)))
    found = look(here)
    assert (found.counts.waiting, found.counts.due, found.counts.dead) == (2, 1, 1)
    assert found.counts.in_doubt == 2
    assert [(run.workflow, run.slot) for run in found.stuck] == [
        ("fisioflow-birthday-messages", "2026-03-02")
    ]


def _event(event_id: str, state: str, due_at: datetime) -> dict[str, Any]:
    facts = {"environment": "development", "id": event_id, "name": "x", "digest": "", "source": ""}
    counts = dict.fromkeys(("priority", "attempt", "failures", "generation"), 0)
    times = dict.fromkeys(("ts", "accepted_at", "updated_at"), NOW)
    return {**facts, **counts, **times, "status": state, "due_at": due_at}


def test_view_of_the_database_names_the_same_slots(place: Place) -> None:
    """With the real time, which the view goes by; only how long a miss is named differs."""
    now = datetime.now(UTC)
    for workflow in WORKFLOWS:
        place.start(workflow.command, at=now - 12 * DAY)
    place.start("daily-reports", at=now - 2 * DAY, catch_up=False)
    place.add(schema.patients, patient("ana", birth_date=(now - DAY).date().replace(year=1985)))
    night = "03:00-03:01" if now.astimezone(SAO_PAULO).hour != 3 else "05:00-05:01"
    closed = {"FISIOFLOW_SEND_WINDOW": night}
    place.start("birthdays", at=now - DAY, env=closed, catch_up=False)
    found = look(place, now, grace=timedelta(), named_for=timedelta(days=365))
    ours = {
        (standing.workflow.id, entry.slot.label)
        for standing in found.standings
        for entry in (*standing.late, *standing.missed, *_unfinished(standing))
    }
    prefix = "fisioflow." if place.url.startswith("postgresql") else "fisioflow_"
    with place.engine() as engine, engine.connect() as connection:
        rows = connection.execute(text(f"SELECT workflow, slot FROM {prefix}v_missed")).all()
    assert {tuple(row) for row in rows} == ours
    assert len(ours) > 40


def _unfinished(standing: Standing) -> list[Any]:
    return [standing.now] if standing.now and standing.now.fate is Fate.UNFINISHED else []
