"""Whether a profile fits a database: every part of it is tried, nothing is read or changed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import (
    bindparam,
    column,
    delete,
    func,
    inspect,
    literal_column,
    null,
    select,
    table,
)
from sqlalchemy.exc import DBAPIError

from fisioflow_cli.clinic.explain import Explain
from fisioflow_cli.clock import zone_named
from fisioflow_cli.database import UtcDateTime, reading
from fisioflow_cli.database_errors import first_line
from fisioflow_cli.errors import ProfileDoesNotFit

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

    from fisioflow_cli.clinic.clinic import Clinic


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """What of a profile the database refuses, and what it says: names of tables and columns only."""

    relation: str
    """The relation's name, or the clean-up target's or the write's."""
    complaint: str


def try_relation(clinic: "Clinic", name: str) -> Misfit | None:
    """What keeps a relation from being read; None if nothing does."""
    try:
        with reading(clinic.engine) as connection:
            connection.execute(select(clinic.relation(name)).limit(0))
    except DBAPIError as error:
        return Misfit(relation=name, complaint=first_line(error))
    return None


def try_cleanup(clinic: "Clinic", name: str) -> Misfit | None:
    """What keeps a clean-up target's rows from being found, locked and deleted; None if nothing does."""
    target = clinic.profile.cleanup[name]
    schema, _, bare = target.table.rpartition(".")
    rows = table(bare, column(target.id, clinic.profile.id_type), schema=schema or None)
    key = rows.c[target.id]
    age = literal_column(f"({target.older_than})", UtcDateTime()) if target.older_than else null()
    old = select(key).select_from(rows).where(age < bindparam("before", None, UtcDateTime()))
    return _try(clinic, name, old.with_for_update(), delete(rows).where(key.in_(old)))


def try_write(clinic: "Clinic", name: str) -> Misfit | None:
    """What keeps one of the profile's writes from being carried out; None if nothing does."""
    return _try(clinic, name, clinic.profile.write(name, {}))


def _try(clinic: "Clinic", name: str, *statements: "ClauseElement") -> Misfit | None:
    try:
        with reading(clinic.engine) as connection:
            for statement in statements:
                connection.execute(Explain(statement))
    except DBAPIError as error:
        return Misfit(relation=name, complaint=first_line(error))
    return None


def count_organizations(clinic: "Clinic") -> tuple[int, int]:
    """How many organizations there are, and how many of them are active."""
    o = clinic.relation("organizations")
    count = select(func.count()).select_from(o)
    with reading(clinic.engine) as connection:
        every = connection.execute(count).scalar_one()
        return every, connection.execute(count.where(o.c.active.is_not(False))).scalar_one()


def misnamed_zones(clinic: "Clinic") -> list[str]:
    """The ids of the organizations whose own time zone is no IANA name."""
    o = clinic.relation("organizations")
    query = select(o.c.id, o.c.timezone).where(o.c.timezone.is_not(None), o.c.timezone != "")
    with reading(clinic.engine) as connection:
        rows = connection.execute(query.order_by(o.c.id)).all()
    known = {name: zone_named(name) is not None for name in {row.timezone for row in rows}}
    return [str(row.id) for row in rows if not known[row.timezone]]


def tables(clinic: "Clinic") -> set[str]:
    """The names of all tables and views in the schema that this database is opened with."""
    with reading(clinic.engine) as connection:
        inspector = inspect(connection)
        return {*inspector.get_table_names(), *inspector.get_view_names()}


def misfits(clinic: "Clinic") -> list[Misfit]:
    """The relations of the profile that this database does not have."""
    tried = (try_relation(clinic, name) for name in clinic.profile.selects)
    return [misfit for misfit in tried if misfit is not None]


def require_fit(clinic: "Clinic") -> None:
    """Raise ProfileDoesNotFit, naming the first relation that cannot be read and the remedy."""
    dialect = clinic.engine.dialect.name
    if dialect not in clinic.profile.dialects:
        raise ProfileDoesNotFit(
            f"The clinic profile {clinic.profile.name} is for "
            f"{' or '.join(clinic.profile.dialects)} and DATABASE_URL names {dialect}; correct one "
            "of them."
        )
    found = misfits(clinic)
    if found:
        raise ProfileDoesNotFit(
            f"The clinic profile {clinic.profile.name} does not fit this database: "
            f"{found[0].relation}: {found[0].complaint}; set FISIOFLOW_CLINIC_PROFILE, or run "
            "`fisioflow doctor` for the whole list."
        )
