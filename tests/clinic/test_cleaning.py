"""What the clean-up changes: one batch, in the caller's transaction."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from fisioflow_cli.clinic import cleaning, schema
from fisioflow_cli.clinic.cleaning import Batch, Cleaning
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.database import reading, writing
from tests.clinic.plain import add, plain_clinic
from tests.workflows.people import ago
from tests.workflows.test_cleanup import draft, offer, old, waiting
from tests.workflows.test_cleanup_safety import wait_until_blocked


@pytest.fixture
def clinic(database_url: str) -> Iterator[Clinic]:
    with plain_clinic(database_url) as clinic:
        yield clinic


def done(clinic: Clinic, do: Callable[[Connection], Batch]) -> Batch:
    with writing(clinic.engine) as connection:
        return do(connection)


def ids(clinic: Clinic, table: Table) -> list[str]:
    with reading(clinic.engine) as connection:
        return list(connection.execute(select(table.c.id).order_by(table.c.id)).scalars())


def test_batch_tells_where_the_next_one_begins(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "BATCH", 2)
    add(clinic, schema.health_logs, *(old("health_logs", name, 31) for name in "abcde"))
    work = Cleaning(clinic=clinic)
    after, seen = None, []
    while True:
        batch = done(clinic, lambda c, a=after: work.delete(c, "health_logs", ago(30), a))  # type: ignore[misc]  # bound
        seen.append((batch.changed, batch.until))
        after = batch.until
        if after is None:
            break
    assert seen == [(2, "b"), (2, "d"), (1, None)]
    assert ids(clinic, schema.health_logs) == []
    assert done(clinic, lambda c: work.delete(c, "health_logs", ago(30), None)).changed == 0


def test_count_foresees_what_delete_does(clinic: Clinic) -> None:
    add(clinic, schema.sessions, draft("a", 8), draft("b", 8, pain=3), draft("c", 6))
    add(clinic, schema.sessions, draft("d", 8, status="cancelled"), draft("e", 8))
    work = Cleaning(clinic=clinic)
    assert work.count("sessions", ago(7)) == 2
    assert work.kept_clinical_sessions(ago(7)) == 1
    assert done(clinic, lambda c: work.delete(c, "sessions", ago(7), None)).changed == 2
    assert ids(clinic, schema.sessions) == ["b", "c", "d"]


def test_caller_who_fails_undoes_it(clinic: Clinic) -> None:
    add(clinic, schema.health_logs, old("health_logs", "a", 31))

    def fail(connection: Connection) -> Batch:
        Cleaning(clinic=clinic).delete(connection, "health_logs", ago(30), None)
        raise KeyError

    with pytest.raises(KeyError):
        done(clinic, fail)
    assert ids(clinic, schema.health_logs) == ["a"]


def test_where_nothing_may_change_it_is_counted(clinic: Clinic) -> None:
    shielded = replace(clinic, may_change=False)
    add(clinic, schema.health_logs, old("health_logs", "a", 31))
    add(clinic, schema.waitlist, waiting("w"))
    add(clinic, schema.waitlist_offers, offer("o", "w"))
    work = Cleaning(clinic=shielded)
    with writing(clinic.engine) as connection:
        add_beside(connection)
        assert work.delete(connection, "health_logs", ago(30), None).changed == 1
        assert work.expire_offers(connection, ago(0), None).changed == 1
    assert ids(clinic, schema.health_logs) == ["a", "beside"]
    assert work.stale_offers(ago(0)) == 1


def add_beside(connection: Connection) -> None:
    """Something of the caller's own in the same transaction: that stays."""
    connection.execute(schema.health_logs.insert().values(old("health_logs", "beside", 1)))


def test_offer_accepted_while_it_is_about_to_expire_is_no_refusal(postgres_url: str) -> None:
    """The patient's transaction is open when the clean-up has already chosen the offer."""
    batches: list[Batch] = []
    with plain_clinic(postgres_url) as clinic:
        add(clinic, schema.waitlist, waiting("w"))
        add(clinic, schema.waitlist_offers, offer("o", "w"))
        work = Cleaning(clinic=clinic)
        expiring = threading.Thread(
            target=lambda: batches.append(
                done(clinic, lambda c: work.expire_offers(c, ago(0), None))
            )
        )
        with clinic.engine.connect() as application:
            application.execute(schema.waitlist_offers.update().values(status="accepted"))
            expiring.start()
            wait_until_blocked(clinic.engine)
            application.commit()
            expiring.join(30)
            count = application.execute(select(schema.waitlist.c.refusal_count)).scalar_one()
    assert (batches[0].changed, count) == (0, 0)


def test_repeating_changes_nothing(clinic: Clinic) -> None:
    add(clinic, schema.waitlist, waiting("w", 1))
    add(clinic, schema.waitlist_offers, offer("o", "w"), offer("p", "w"))
    work = Cleaning(clinic=clinic)
    assert work.stale_offers(ago(0)) == 2
    assert done(clinic, lambda c: work.expire_offers(c, ago(0), None)) == Batch(
        changed=2, until=None
    )
    assert done(clinic, lambda c: work.expire_offers(c, ago(0), None)).changed == 0
    with reading(clinic.engine) as connection:
        [entry] = connection.execute(select(schema.waitlist)).all()
    assert (entry.status, entry.refusal_count) == ("removed", 3)


def without(clinic: Clinic, **parts: Any) -> Cleaning:
    return Cleaning(clinic=replace(clinic, profile=replace(clinic.profile, **parts)))


def test_what_a_profile_knows(clinic: Clinic) -> None:
    work = Cleaning(clinic=clinic)
    assert all(work.knows(name) for name in ("notification_history", "health_logs", "sessions"))
    assert not work.knows("patients")
    assert work.expires_offers()
    one = Cleaning(clinic=clinic, only="sul")
    assert [one.knows("sessions"), one.knows("health_logs")] == [True, False]
    profile = clinic.profile
    assert not without(clinic, writes={}).expires_offers()
    first = dict(list(profile.writes.items())[:1])
    assert not without(clinic, writes=first).expires_offers()
    selects = {name: sql for name, sql in profile.selects.items() if name != "waitlist_offers"}
    assert not without(clinic, selects=selects).expires_offers()
