"""Whether a profile fits a database: every relation is tried, none is read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, OperationalError

from fisioflow_cli.database import explained, reading
from fisioflow_cli.errors import ProfileDoesNotFit

if TYPE_CHECKING:
    from fisioflow_cli.clinic.clinic import Clinic


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """A relation that the database refuses, and what it says: names of tables and columns only."""

    relation: str
    complaint: str


def try_relation(clinic: "Clinic", name: str) -> Misfit | None:
    """What keeps a relation from being read; None if nothing does."""
    try:
        with reading(clinic.engine) as connection:
            # SQLite raises OperationalError for a missing table as well as for a missing file
            try:
                connection.execute(select(clinic.relation(name)).limit(0))
            except OperationalError as error:
                if clinic.engine.dialect.name != "sqlite":
                    raise
                return Misfit(relation=name, complaint=_first_line(error))
    except DBAPIError as error:
        return Misfit(relation=name, complaint=_first_line(error))
    return None


def misfits(clinic: "Clinic") -> list[Misfit]:
    """The relations of the profile that this database does not have."""
    tried = (try_relation(clinic, name) for name in clinic.profile.selects)
    return [misfit for misfit in tried if misfit is not None]


def require_fit(clinic: "Clinic") -> None:
    """Raise ProfileDoesNotFit, naming the first relation that cannot be read and the remedy."""
    dialect = clinic.engine.dialect.name
    if dialect not in clinic.profile.dialects:
        raise ProfileDoesNotFit(
            f"The clinic profile {clinic.profile.name} is for {' or '.join(clinic.profile.dialects)} and "
            f"DATABASE_URL names {dialect}; correct one of them."
        )
    with explained():
        found = misfits(clinic)
    if found:
        raise ProfileDoesNotFit(
            f"The clinic profile {clinic.profile.name} does not fit this database: {found[0].relation}: "
            f"{found[0].complaint}; set FISIOFLOW_CLINIC_PROFILE, or run `fisioflow doctor` for the whole list."
        )


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]
