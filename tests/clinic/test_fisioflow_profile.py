"""The `fisioflow` profile: the contract's columns, its rules in SQL and its writes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, bindparam, insert, inspect, select, text
from sqlalchemy.types import TypeEngine

from fisioflow_cli.clinic import schema
from fisioflow_cli.clinic.profile import load_profile
from fisioflow_cli.clinic.relations import RELATIONS, Relation
from fisioflow_cli.database import UtcDateTime, open_database, parse_url, writing
from fisioflow_cli.demo import MONDAY
from fisioflow_cli.demo.clinic import build

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROFILE = load_profile("fisioflow")
ZONE = "America/Sao_Paulo"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(parse_url(database_url))
    schema.create(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as connection:
        yield connection


def put(connection: Connection, table: Table, **row: object) -> None:
    connection.execute(insert(table), [row])


def rows(connection: Connection, name: str) -> Any:
    relation = PROFILE.relation(name, ZONE)
    order = relation.c[relation.c.keys()[0]]
    return connection.execute(select(relation).order_by(order)).all()


def write(connection: Connection, name: str, **values: object) -> int:
    statement = text(PROFILE.writes[name])
    if "now" in values:
        statement = statement.bindparams(bindparam("now", type_=UtcDateTime()))
    return connection.execute(statement, values).rowcount


def python_type(kind: TypeEngine[Any] | str) -> type:
    if isinstance(kind, str):
        return str
    return datetime if isinstance(kind, UtcDateTime) else kind.python_type


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.name)
def test_select_gives_exactly_the_columns_of_the_contract(
    connection: Connection, relation: Relation
) -> None:
    sql = text(PROFILE.selects[relation.name])
    values = {"timezone": ZONE} if relation.name == "organizations" else {}
    assert list(connection.execute(sql, values).keys()) == list(relation.columns)


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.name)
def test_every_value_has_the_type_of_the_contract(
    connection: Connection, relation: Relation
) -> None:
    build(connection, monday=MONDAY)
    types = {name: python_type(kind) for name, kind in relation.columns.items()}
    found = rows(connection, relation.name)
    assert found
    for row in found:
        for name, value in row._mapping.items():
            assert value is None or type(value) is types[name], name


def test_pages_by_id_give_every_patient_once(connection: Connection) -> None:
    build(connection, monday=MONDAY)
    patients = PROFILE.relation("patients", ZONE)
    seen: list[str] = []
    while True:
        after = patients.c.id > (seen[-1] if seen else "")
        page = connection.scalars(
            select(patients.c.id).where(after).order_by(patients.c.id).limit(120)
        ).all()
        if not page:
            break
        seen += page
    assert len(seen) == len(set(seen)) == 500


@pytest.mark.parametrize(
    "name", [relation.name for relation in RELATIONS if "id" in relation.columns]
)
def test_pages_by_id_read_an_index_and_sort_nothing(connection: Connection, name: str) -> None:
    page = f"SELECT * FROM ({PROFILE.selects[name]}) r WHERE id > 'a' ORDER BY id LIMIT 500"
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        explain = "EXPLAIN"
        for way in ("seqscan", "bitmapscan", "hashjoin", "sort"):  # cheaper only for an empty table
            connection.execute(text(f"SET LOCAL enable_{way} = off"))
    values = {"timezone": ZONE} if name == "organizations" else {}
    lines = connection.execute(text(f"{explain} {page}"), values).all()
    plan = "\n".join(str(line[-1]) for line in lines)
    assert "USING INDEX" in plan or "Index Scan using" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_organization_without_zone_gets_the_default(connection: Connection) -> None:
    for number, zone in enumerate((None, "", "America/Manaus")):
        put(connection, schema.organizations, id=str(number), name="Clínica", timezone=zone)
    zones = [row.timezone for row in rows(connection, "organizations")]
    assert zones == [ZONE, ZONE, "America/Manaus"]


def test_reports_go_to_administrators_and_therapists(connection: Connection) -> None:
    for role in ("admin", "intern", "reception", "therapist"):
        put(connection, schema.staff, id=role, name="Ana", role=role)
    found = {row.id: row.receives_reports for row in rows(connection, "staff")}
    assert found == {"admin": True, "therapist": True, "intern": False, "reception": False}


def test_consent_is_true_false_or_not_recorded(connection: Connection) -> None:
    for number, consent in enumerate((None, False, True)):
        put(
            *(connection, schema.patients),
            id=str(number),
            full_name="Ana Souza",
            name="Ana",
            created_at=NOW,
            consent_email=consent,
            consent_whatsapp=consent,
            consent_marketing=consent,
        )
    found = rows(connection, "patients")
    assert [row.allows_email for row in found] == [None, False, True]
    assert [row.allows_whatsapp for row in found] == [None, False, True]
    assert [row.allows_marketing for row in found] == [None, False, True]


def test_whatsapp_is_preferred_unless_said_otherwise(connection: Connection) -> None:
    person = {"full_name": "Ana Souza", "name": "Ana", "created_at": NOW}
    put(connection, schema.patients, id="1", **person)
    put(connection, schema.patients, id="2", preferred_channel="email", **person)
    assert [row.preferred_channel for row in rows(connection, "patients")] == ["whatsapp", "email"]


@pytest.mark.parametrize(
    ("content", "clinical"),
    [
        ({}, False),
        ({"subjective": "", "objective": "  ", "assessment": "\n", "plan": " \r\n\t "}, False),
        ({"subjective": "Dor lombar"}, True),
        ({"objective": "."}, True),
        ({"assessment": "\n melhora \n"}, True),
        ({"plan": "0"}, True),
        ({"pain": 0}, True),
    ],
    ids=str,
)
def test_any_content_makes_a_session_clinical(
    connection: Connection, content: dict[str, object], clinical: bool
) -> None:
    times = {"created_at": NOW, "updated_at": NOW}
    put(connection, schema.sessions, id="s1", status="incomplete", **times, **content)
    assert [row.has_clinical_content for row in rows(connection, "sessions")] == [clinical]


@pytest.fixture
def offer(connection: Connection) -> None:
    """A pending offer that ended an hour ago, to an entry that was refused twice."""
    wait = {"status": "waiting", "refusal_count": 2, "created_at": NOW}
    put(connection, schema.waitlist, id="w1", **wait)
    times = {"offered_at": NOW - 2 * HOUR, "expires_at": NOW - HOUR}
    put(connection, schema.waitlist_offers, id="o1", waitlist_id="w1", status="pending", **times)


def expire_and_refuse(connection: Connection, now: datetime) -> int:
    """What the workflow does with one offer: only who expires it counts the refusal."""
    expired = write(connection, "expire_waitlist_offer", id="o1", now=now)
    if expired:
        write(connection, "refuse_waitlist_entry", waitlist_id="w1")
    return expired


@pytest.mark.usefixtures("offer")
def test_offer_expires_once_and_its_third_refusal_removes_the_entry(
    connection: Connection,
) -> None:
    assert [expire_and_refuse(connection, NOW) for _ in range(3)] == [1, 0, 0]
    (offer,) = rows(connection, "waitlist_offers")
    assert (offer.status, offer.refusal_count) == ("expired", 3)
    assert connection.scalars(select(schema.waitlist.c.status)).all() == ["removed"]


@pytest.mark.usefixtures("offer")
def test_second_refusal_keeps_the_entry_waiting(connection: Connection) -> None:
    connection.execute(schema.waitlist.update().values(refusal_count=1))
    assert expire_and_refuse(connection, NOW) == 1
    entry = connection.execute(select(schema.waitlist)).one()
    assert (entry.status, entry.refusal_count) == ("waiting", 2)


@pytest.mark.usefixtures("offer")
def test_offer_that_is_still_open_or_answered_stays(connection: Connection) -> None:
    assert expire_and_refuse(connection, NOW - HOUR) == 0
    connection.execute(schema.waitlist_offers.update().values(status="accepted"))
    assert expire_and_refuse(connection, NOW) == 0
    (offer,) = rows(connection, "waitlist_offers")
    assert (offer.status, offer.refusal_count) == ("accepted", 2)


@pytest.mark.usefixtures("offer")
@pytest.mark.parametrize("status", ["scheduled", "removed"])
def test_entry_that_no_longer_waits_is_not_put_back(connection: Connection, status: str) -> None:
    connection.execute(schema.waitlist.update().values(status=status))
    assert write(connection, "refuse_waitlist_entry", waitlist_id="w1") == 0
    entry = connection.execute(select(schema.waitlist)).one()
    assert (entry.status, entry.refusal_count) == (status, 2)


def test_offer_without_its_entry_is_still_read(connection: Connection) -> None:
    times = {"offered_at": NOW, "expires_at": NOW}
    put(connection, schema.waitlist_offers, id="o1", waitlist_id="w9", status="pending", **times)
    assert [row.refusal_count for row in rows(connection, "waitlist_offers")] == [None]


def test_every_cleanup_target_names_columns_that_exist(engine: Engine) -> None:
    targets = PROFILE.cleanup
    assert set(targets) == {
        *("notification_history", "password_reset_tokens", "health_logs", "sessions"),
    }
    for target in targets.values():
        columns = {column["name"] for column in inspect(engine).get_columns(target.table)}
        assert target.id in columns
        assert target.older_than is None or target.older_than in columns
