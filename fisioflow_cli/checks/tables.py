"""The check on a database that is empty: one cause, told once instead of for every relation."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fisioflow_cli.checks.finding import Finding, Verdict, failure, guarded, ok, warning
from fisioflow_cli.clinic import fit
from fisioflow_cli.console import plain
from fisioflow_cli.ledger.tables import SCHEMA

if TYPE_CHECKING:
    from fisioflow_cli.clinic.clinic import Clinic

PLAIN = "fisioflow"
TABLES = "profile.tables"
EMPTY = "The database is empty: it has none of the tables that the profile reads."
CREATE = "Run `fisioflow db upgrade` to create a plain clinic in it, or correct DATABASE_URL."


def check_tables(clinic: "Clinic", source: str, relations: Sequence[Finding]) -> Finding:
    """Whether the database has tables, as far as `relations` leave that open.

    `source` names the profile. Of the plain one SQLite gets the tables from the next command.
    """
    tried = [finding for finding in relations if finding.verdict is not Verdict.SKIPPED]

    def look() -> Finding:
        if any(finding.verdict is Verdict.OK for finding in tried) or not _is_empty(clinic):
            return ok(TABLES, "The database has tables; whether they fit is told below.")
        if source != PLAIN:
            return failure(
                TABLES,
                EMPTY,
                f"Correct DATABASE_URL: {plain(source)} reads the database of an application, which "
                "creates it.",
            )
        if clinic.engine.dialect.name == "sqlite":
            return warning(TABLES, EMPTY, f"{CREATE} The next command does it too.")
        return failure(TABLES, EMPTY, CREATE)

    return guarded(TABLES, look)


def _is_empty(clinic: "Clinic") -> bool:
    """Whether there is nothing but our ledger, which on SQLite lies among the clinic's tables."""
    return all(name.startswith(f"{SCHEMA}_") for name in fit.tables(clinic))
