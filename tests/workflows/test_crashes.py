"""A process that dies at any commit of any workflow: the next start leaves what no death would have."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from fisioflow_cli.clinic import schema
from tests.workflows import test_cleanup
from tests.workflows.people import NOW, TODAY, appointment, local, member, patient, session, voucher
from tests.workflows.place import Contents, Place

SHARP = test_cleanup.SHARP
COMMANDS = (
    "birthdays",
    "expiring-vouchers",
    "daily-reports",
    "weekly-summary",
    "data-integrity",
    "cleanup",
)
STRIDE = {
    "expiring-vouchers": 3,
    "daily-reports": 2,
    "weekly-summary": 3,
    "data-integrity": 5,
    "cleanup": 3,
}
"""Of many commits that are alike, every so many is enough here: the chaos suite kills at each."""
LEASE_IS_OVER = NOW + timedelta(minutes=5)
CHANGES_WITH_EACH_RUN = {"id", "run_id", "owner", "attempt", "claim", "tries", "payload_sha256"}
CHANGES_WITH_EACH_RUN |= {"payload", "provider_key", "provider_id", "names", "value"}


class KilledError(BaseException):
    """As a SIGKILL, nothing of ours catches it."""


@contextmanager
def killed_at(number: int) -> Iterator[None]:
    """Die instead of committing for the `number`th time, from 1 on."""
    commits = 0

    def count(connection: Connection) -> None:
        nonlocal commits
        commits += 1
        if commits == number:
            raise KilledError

    event.listen(Engine, "commit", count)
    try:
        yield
    finally:
        event.remove(Engine, "commit", count)


def fill(place: Place, *commands: str) -> None:
    """Something to do for these workflows."""
    yesterday = TODAY - timedelta(days=1)
    place.add(schema.patients, patient("bia"), patient("caio", active=False, phone="1"))
    place.add(schema.patients, patient("davi", preferred_channel="email"))
    place.add(schema.staff, member("sara", role="admin"), member("tito"))
    if "cleanup" in commands:
        test_cleanup.fill(place)
    if "expiring-vouchers" in commands:
        place.add(schema.vouchers, voucher("v8", "bia"), voucher("v9", "davi"))
    if {"daily-reports", "weekly-summary"}.intersection(commands):
        place.add(schema.appointments, appointment("a9", yesterday, 15))
        place.add(schema.sessions, session("s9", local(yesterday, 15)))


def outcome(place: Place) -> Contents:
    """What is left in clinic, ledger and outbox, without what tells one run from another."""
    return {
        table: [
            {
                name: value
                for name, value in row.items()
                if name not in CHANGES_WITH_EACH_RUN and not name.endswith(("_at", "_until"))
            }
            for row in sorted(rows, key=_order)
        ]
        for table, rows in place.contents().items()
    } | {"letters": [{"to": to} for to in sorted(place.letters())]}


def _order(row: dict[str, object]) -> str:
    keys = ("message_key", "subject_id", "check_name", "name", "id", "key")
    return " ".join(str(row[key]) for key in keys if key in row and key != "run_id")


@pytest.mark.parametrize(
    "command",
    [
        # real processes die over this one in every run, tests/chaos/test_every_moment.py
        pytest.param(command, marks=[pytest.mark.long] if command == "birthdays" else [])
        for command in COMMANDS
    ],
)
def test_death_at_any_commit_is_healed(here: Place, tmp_path: Path, command: str) -> None:
    fill(here, command)

    def copy(name: str) -> Place:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(tmp_path / "test.db", folder / "test.db")
        return Place(url=f"sqlite:///{folder / 'test.db'}", folder=folder)

    calm = copy("calm")
    expected, want = calm.start(command, **SHARP), outcome(calm)
    deaths = 0
    while True:
        place = copy(str(deaths))
        try:
            with killed_at(deaths + 1):
                place.start(command, **SHARP)
        except KilledError:
            deaths += STRIDE.get(command, 1)
        else:
            break
        healed = place.start(command, at=LEASE_IS_OVER, **SHARP)
        assert dict(healed.result) == dict(expected.result), deaths
        assert healed.status == expected.status
        assert outcome(place) == want, deaths
        assert place.start(command, at=LEASE_IS_OVER, **SHARP).reused
    assert deaths >= 4, "open, acquire, something to do, finish"
