"""The demo clinic is always the same, is built at once, and is told from anybody's own data."""

import time
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, func, insert, select

from fisioflow_cli.clinic import schema
from fisioflow_cli.database import open_database, parse_url, reading, writing
from fisioflow_cli.demo import MONDAY
from fisioflow_cli.demo.clinic import build, present

TABLES = schema.METADATA.sorted_tables


def contents(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: [
            tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
        ]
        for table in TABLES
    }


def test_the_demo_day_is_a_monday() -> None:
    assert MONDAY.weekday() == 0


def test_three_clinics_and_500_patients(demo: Connection) -> None:
    for table, expected in ((schema.organizations, 3), (schema.patients, 500)):
        assert demo.scalar(select(func.count()).select_from(table)) == expected


def test_no_table_is_empty(demo: Connection) -> None:
    assert [name for name, rows in contents(demo).items() if not rows] == []


def test_two_builds_give_identical_rows(empty: Engine) -> None:
    builds = []
    for _ in range(2):
        with writing(empty) as connection:
            build(connection, monday=MONDAY)
            builds.append(contents(connection))
            for table in TABLES:
                connection.execute(table.delete())
    assert builds[0] == builds[1]


def test_both_databases_hold_identical_rows(sqlite_url: str, postgres_url: str) -> None:
    builds = []
    for url in (sqlite_url, postgres_url):
        engine = open_database(parse_url(url))
        schema.create(engine)
        with writing(engine) as connection:
            build(connection, monday=MONDAY)
            builds.append(contents(connection))
        engine.dispose()
    assert builds[0] == builds[1]


def test_another_monday_moves_the_whole_clinic(empty: Engine) -> None:
    with writing(empty) as connection:
        build(connection, monday=date(2027, 3, 1))
        latest = connection.scalar(select(func.max(schema.sessions.c.held_at)))
        birthdays = connection.scalars(
            select(schema.patients.c.birth_date).where(schema.patients.c.id <= "demo-patient-0010")
        ).all()
    assert latest is not None
    assert date(2027, 2, 20) < latest.date() < date(2027, 3, 1)
    assert {(born.month, born.day) for born in birthdays if born} == {(3, 1)}


def test_a_build_that_is_rolled_back_leaves_nothing(empty: Engine) -> None:
    def fail_after_building() -> None:
        with writing(empty) as connection:
            build(connection, monday=MONDAY)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_after_building()
    with reading(empty) as connection:
        assert not any(contents(connection).values())


def test_building_takes_less_than_two_seconds(empty: Engine) -> None:
    began = time.monotonic()
    with writing(empty) as connection:
        build(connection, monday=MONDAY)
    assert time.monotonic() - began < 2


def test_is_present_once_built(empty: Engine) -> None:
    with writing(empty) as connection:
        assert not present(connection)
        build(connection, monday=MONDAY)
        assert present(connection)


def test_is_not_present_in_a_database_without_tables(database_url: str) -> None:
    engine = open_database(parse_url(database_url))
    with reading(engine) as connection:
        assert not present(connection)
    engine.dispose()


def test_is_not_present_beside_a_clinic_of_somebody_else(empty: Engine) -> None:
    with writing(empty) as connection:
        build(connection, monday=MONDAY)
        connection.execute(insert(schema.organizations), [{"id": "mine", "name": "Minha Clínica"}])
        assert not present(connection)


def test_is_not_present_when_somebody_else_has_a_clinic(empty: Engine) -> None:
    with writing(empty) as connection:
        connection.execute(insert(schema.organizations), [{"id": "mine", "name": "Minha Clínica"}])
        assert not present(connection)
