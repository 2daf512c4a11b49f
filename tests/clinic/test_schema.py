"""The plain clinic schema is created whole, once, and only where none of it is."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from fisioflow_cli.clinic import schema
from fisioflow_cli.database import open_database, parse_url, reading, writing
from fisioflow_cli.errors import FisioFlowError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANA = {"id": "p1", "full_name": "Ana Souza", "name": "Ana", "created_at": NOW}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(parse_url(database_url))
    yield engine
    engine.dispose()


def names(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def run(engine: Engine, statement: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(statement))


def test_creates_all_fourteen_tables(engine: Engine) -> None:
    assert not schema.exists(engine)
    assert schema.create(engine)
    assert names(engine) == {
        *("organizations", "staff", "preferences", "patients", "appointments", "sessions"),
        *("vouchers", "payments", "waitlist", "waitlist_offers", "notification_history"),
        *("password_reset_tokens", "health_logs", "push_subscriptions"),
    }
    assert schema.exists(engine)


def test_second_creation_does_nothing_and_keeps_the_rows(engine: Engine) -> None:
    schema.create(engine)
    with writing(engine) as connection:
        connection.execute(insert(schema.patients), [ANA])
    assert not schema.create(engine)
    with reading(engine) as connection:
        assert connection.scalars(select(schema.patients.c.name)).all() == ["Ana"]


@pytest.mark.parametrize("name", sorted(schema.METADATA.tables))
def test_database_with_any_one_of_its_tables_is_left_alone(engine: Engine, name: str) -> None:
    run(engine, f"CREATE TABLE {name} (whatever TEXT)")
    assert not schema.create(engine)
    assert names(engine) == {name}
    assert not schema.exists(engine)


def test_view_with_one_of_its_names_counts_too(engine: Engine) -> None:
    run(engine, "CREATE VIEW patients AS SELECT 1 AS id")
    assert not schema.create(engine)
    assert names(engine) == set()


def test_name_in_capitals_counts_too(engine: Engine) -> None:
    run(engine, 'CREATE TABLE "Patients" (whatever TEXT)')
    assert not schema.create(engine)
    assert names(engine) == {"Patients"}


def test_other_tables_of_the_database_do_not_matter(engine: Engine) -> None:
    run(engine, "CREATE TABLE fisioflow_runs (whatever TEXT)")
    assert schema.create(engine)
    assert schema.exists(engine)


def test_creation_that_fails_halfway_leaves_nothing(engine: Engine) -> None:
    run(engine, "CREATE TABLE elsewhere (whatever TEXT)")
    run(engine, "CREATE INDEX ix_waitlist_offers_status_expires_at ON elsewhere (whatever)")
    with pytest.raises((DBAPIError, FisioFlowError)):
        schema.create(engine)
    assert names(engine) == {"elsewhere"}


def test_two_creations_at_once_make_one(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        created = list(pool.map(lambda _: schema.create(engine), range(4)))
    assert sorted(created) == [False, False, False, True]
    assert schema.exists(engine)


def test_new_patient_is_active_and_has_no_consent_recorded(engine: Engine) -> None:
    schema.create(engine)
    with writing(engine) as connection:
        connection.execute(insert(schema.patients), [ANA])
        patient = connection.execute(select(schema.patients)).one()
    assert patient.active is True
    assert patient.created_at == NOW
    assert (patient.consent_email, patient.consent_whatsapp) == (None, None)
    assert patient.consent_marketing is None


def test_orphans_can_be_stored(engine: Engine) -> None:
    schema.create(engine)
    appointment = {
        "id": "a1",
        "organization_id": "nowhere",
        "patient_id": "nobody",
        "starts_on": date(2026, 3, 2),
        "starts_at": datetime(2026, 3, 2, 8),  # noqa: DTZ001  # clinic-local
        "ends_at": datetime(2026, 3, 2, 9),  # noqa: DTZ001  # clinic-local
        "status": "scheduled",
        "created_at": NOW,
    }
    with writing(engine) as connection:
        connection.execute(insert(schema.appointments), [appointment])
        stored = connection.execute(select(schema.appointments)).one()
    assert stored.starts_at == appointment["starts_at"]
    assert stored.is_group is False
