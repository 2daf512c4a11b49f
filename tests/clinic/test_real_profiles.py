"""Both real profiles against full databases: every relation reads, and by the primary key."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, Connection, Select, select, text

from fisioflow_cli.clinic.profile import load_profile
from fisioflow_cli.clinic.relations import RELATIONS, Relation
from fisioflow_cli.database import UtcDateTime, reading
from tests.clinic import real_data
from tests.clinic.real_clinic import SAO_PAULO, RealClinic, real_clinic
from tests.clinic.real_schema import NEON, SUPABASE

TODAY = date(2026, 8, 20)
CODES = {
    "appointments": {
        *("scheduled", "confirmed", "completed", "cancelled", "no_show", "rescheduled"),
    },
    "sessions": {"completed", "incomplete", "cancelled"},
}
SQL_TYPES = {
    "VARCHAR": {"text", "varchar"},
    "TEXT": {"text", "varchar"},
    "BOOLEAN": {"bool"},
    "DATE": {"date"},
    "DATETIME": {"timestamp"},
    "TIME": {"time"},
    "INTEGER": {"int4"},
    "NUMERIC(12, 2)": {"numeric"},
}
SOURCES = {"staff": "profiles", "vouchers": "user_vouchers"}
PRESENT = [
    (name, relation)
    for name in (SUPABASE, NEON)
    for relation in RELATIONS
    if load_profile(name).has(relation.name)
]
PAGED = [(name, relation) for name, relation in PRESENT if "id" in relation.columns]
each_relation = pytest.mark.parametrize(("clinic", "relation"), PRESENT, indirect=["clinic"])
each_paged = pytest.mark.parametrize(("clinic", "relation"), PAGED, indirect=["clinic"])
each_clinic = pytest.mark.parametrize("clinic", [SUPABASE, NEON], indirect=True)


@pytest.fixture(scope="module")
def clinic(request: pytest.FixtureRequest, postgres_server: URL) -> Iterator[RealClinic]:
    with real_clinic(postgres_server, request.param) as real:
        real_data.fill(real.engine, real.name, patients=300, organizations=12, today=TODAY)
        yield real


def expected_types(relation: Relation) -> dict[str, set[str]]:
    def of(kind: Any) -> set[str]:
        if isinstance(kind, str):
            return {"uuid"}
        return {"timestamptz"} if isinstance(kind, UtcDateTime) else SQL_TYPES[str(kind)]

    return {name: of(kind) for name, kind in relation.columns.items()}


@each_relation
def test_select_gives_exactly_the_columns(clinic: RealClinic, relation: Relation) -> None:
    """No more and no fewer than the relation says, each of its type."""
    query = text(f"SELECT * FROM ({clinic.profile.selects[relation.name]}) r LIMIT 0")
    with reading(clinic.engine) as connection:
        result = connection.execute(query, {"timezone": SAO_PAULO})
        described: Any = result.cursor.description if result.cursor else ()
    found = {column[0]: psycopg.adapters.types[column[1]].name for column in described}
    expected = expected_types(relation)
    assert set(found) == set(expected)
    assert {name: kind for name, kind in found.items() if kind not in expected[name]} == {}


@each_relation
def test_every_row_of_a_full_database_reads(clinic: RealClinic, relation: Relation) -> None:
    table = clinic.profile.relation(relation.name, SAO_PAULO)
    with reading(clinic.engine) as connection:
        rows = connection.execute(select(table)).all()
    assert rows
    if relation.name != "identifiers":  # several of one patient
        key = "id" if "id" in relation.columns else "user_id"
        assert len({getattr(row, key) for row in rows}) == len(rows)
    if relation.name in CODES:
        assert {row.status for row in rows} <= CODES[relation.name]
    # every rule finds both a yes and a no among these rows
    for name, kind in relation.columns.items():
        if str(kind) == "BOOLEAN" and (clinic.name, relation.name, name) not in CONSTANT:
            assert {getattr(row, name) for row in rows} >= {True, False}, name


CONSTANT = {
    (SUPABASE, "appointments", "is_group"),
    *((NEON, "organizations", name) for name in ("active", "email_enabled", "whatsapp_enabled")),
}


def plan(connection: Connection, query: Select[Any]) -> str:
    sql = query.compile(connection, compile_kwargs={"literal_binds": True})
    # a small table is quicker read whole and sorted: what matters is that it need not be
    for way in ("seqscan", "bitmapscan", "sort"):
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    found = connection.exec_driver_sql("EXPLAIN (COSTS off) " + str(sql).replace("%%", "%"))
    return "\n".join(found.scalars())


@each_paged
def test_pages_and_single_rows_use_the_primary_key(clinic: RealClinic, relation: Relation) -> None:
    table = clinic.profile.relation(relation.name, SAO_PAULO)
    source = SOURCES.get(relation.name, relation.name)
    if (clinic.name, relation.name) == (NEON, "payments"):
        source = "appointments"
    first = "00000000-0000-4000-8000-000000000000"
    page = select(table).where(table.c.id > first).order_by(table.c.id).limit(500)
    with reading(clinic.engine) as connection:
        for query in (page, select(table).where(table.c.id == first)):
            found = plan(connection, query)
            assert f"using {source}_pkey on {source}" in found, found
            assert "Sort" not in found, found


@each_clinic
def test_same_seed_fills_the_same_rows(clinic: RealClinic, postgres_server: URL) -> None:
    with real_clinic(postgres_server, clinic.name) as again:
        real_data.fill(again.engine, clinic.name, patients=300, organizations=12, today=TODAY)
        assert again.rows("patients") == clinic.rows("patients")
        assert again.rows("sessions") == clinic.rows("sessions")


@each_clinic
def test_fill_holds_the_hard_cases(clinic: RealClinic) -> None:
    patients = {row.id for row in clinic.rows("patients")}
    assert any(row.patient_id not in patients for row in clinic.rows("appointments"))
    assert any(row.patient_id is None for row in clinic.rows("vouchers"))
    users = [row.user_id for row in clinic.rows("patients") if row.user_id]
    assert len(set(users)) < len(users)
    drafts = clinic.rows("sessions", status="incomplete")
    assert {row.has_clinical_content for row in drafts} == {True, False}
    phones = {row.phone for row in clinic.rows("patients")}
    assert {None, "123", "não tem"} <= phones
    assert any(phone.startswith("(") for phone in phones if phone)
