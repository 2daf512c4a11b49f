"""Each kind of orphan that data-integrity looks for is in the demo, and only where it should be."""

import pytest
from sqlalchemy import ColumnElement, Connection, exists, func, not_, or_, select

from fisioflow_cli.clinic import schema

POINTERS = [
    ("appointments.patient_id", "patients", 3),
    ("sessions.appointment_id", "appointments", 2),
    ("payments.appointment_id", "appointments", 2),
    ("patients.organization_id", "organizations", 4),
    ("vouchers.patient_id", "patients", 2),
    ("sessions.patient_id", "patients", 0),
    ("payments.patient_id", "patients", 0),
    ("appointments.therapist_id", "staff", 0),
    ("staff.organization_id", "organizations", 0),
    ("waitlist.patient_id", "patients", 0),
    ("waitlist_offers.waitlist_id", "waitlist", 0),
]


def pointer(name: str) -> ColumnElement[str]:
    table, column = name.split(".")
    return schema.METADATA.tables[table].c[column]


def count(demo: Connection, table: str, condition: ColumnElement[bool]) -> int | None:
    rows = schema.METADATA.tables[table]
    return demo.scalar(select(func.count()).select_from(rows).where(condition))


@pytest.mark.parametrize(("name", "target", "expected"), POINTERS)
def test_ids_that_point_at_nothing(demo: Connection, name: str, target: str, expected: int) -> None:
    column = pointer(name)
    found = exists().where(schema.METADATA.tables[target].c.id == column)
    lost = or_(column.is_(None), not_(found))
    assert count(demo, name.split(".", maxsplit=1)[0], lost) == expected


@pytest.mark.parametrize("name", ["patients.organization_id", "vouchers.patient_id"])
def test_both_null_and_an_id_that_is_gone_occur_where_both_count(
    demo: Connection, name: str
) -> None:
    table = name.split(".", maxsplit=1)[0]
    assert count(demo, table, pointer(name).is_(None))
    assert count(demo, table, pointer(name) == "demo-gone")
