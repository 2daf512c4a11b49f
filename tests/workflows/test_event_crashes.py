"""A process that dies at any commit of any event: the next dispatch leaves what no death would have."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy import event as hooks

from fisioflow_cli.clinic import schema
from tests.workflows.inbox import give, outcome, work
from tests.workflows.people import NOW, TODAY, appointment, patient
from tests.workflows.place import Place
from tests.workflows.test_batches import MAILS
from tests.workflows.test_crashes import LEASE_IS_OVER, KilledError
from tests.workflows.test_crashes import outcome as left
from tests.workflows.test_notification_send import MAIL as NOTE

MAIL = {"to": "ana@example.com", "subject": "Seu recibo", "text": "Olá!"}
ONE = {"appointmentId": "a1"}
EVENTS: dict[str, dict[str, Any]] = {
    "email/send": MAIL,
    "notification/send": NOTE,
    "appointment/created": ONE,
    "appointment/cancelled": {"appointmentId": "a2"},
    "appointment/reminder": {},
    "email/send-batch": MAILS,
}
TELLS_ATTEMPTS_APART = {"ts", "as_of", "failures", "result", "error"}


@contextmanager
def dead_from(number: int) -> Iterator[None]:
    """From the `number`th commit on, nothing is committed any more, by no thread."""
    commits = 0

    def count(connection: Connection) -> None:
        nonlocal commits
        commits += 1
        if commits >= number:
            raise KilledError

    hooks.listen(Engine, "commit", count)
    try:
        yield
    finally:
        hooks.remove(Engine, "commit", count)


def fill(place: Place) -> None:
    tomorrow = TODAY + timedelta(days=1)
    place.add(schema.patients, patient("ana", user_id="u-ana"), patient("bia"))
    place.add(schema.appointments, appointment("a1", tomorrow, status="scheduled"))
    place.add(schema.appointments, appointment("a2", tomorrow, 11, status="cancelled"))
    place.add(
        schema.appointments, appointment("a3", tomorrow, 15, status="scheduled", patient_id="bia")
    )
    give(place, "appointment/reminder", {"appointmentId": "a2"}, event_id="r", ts=LATE)


LATE = NOW + timedelta(hours=9)


def found(place: Place) -> dict[str, Any]:
    return {
        table: sorted(
            (
                {name: value for name, value in row.items() if name not in TELLS_ATTEMPTS_APART}
                for row in rows
            ),
            key=str,
        )
        for table, rows in left(place).items()
    }


@pytest.mark.parametrize(
    "name",
    [
        # real processes die over this one in every run, tests/chaos/test_dispatch_killed.py
        pytest.param(name, marks=[pytest.mark.long] if name == "email/send-batch" else [])
        for name in EVENTS
    ],
)
def test_death_at_any_commit_is_healed(here: Place, tmp_path: Path, name: str) -> None:
    fill(here)
    give(here, name, EVENTS[name])

    def copy(folder: str) -> Place:
        place = Place(url=f"sqlite:///{tmp_path / folder / 'test.db'}", folder=tmp_path / folder)
        place.folder.mkdir()
        shutil.copy(tmp_path / "test.db", place.folder / "test.db")
        return place

    calm = copy("calm")
    work(calm)
    assert outcome(calm) == "completed"
    want, deaths = found(calm), 0
    while True:
        place = copy(str(deaths))
        try:
            with dead_from(deaths + 1):
                work(place)
        except KilledError:
            deaths += 1
        else:
            break
        work(place, at=LEASE_IS_OVER)
        assert outcome(place) == "completed", deaths
        assert found(place) == want, deaths
    assert deaths >= 3, "claim, do something, conclude"
