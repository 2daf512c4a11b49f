"""The statements on findings: what data-integrity saw, so that only what is new is reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from fisioflow_cli.ledger.ledger import Lease, Ledger


@dataclass(frozen=True, kw_only=True)
class FindingRow:
    """One defect: a check, the row it is about and the organization that can mend it, if any."""

    check: str
    subject_id: str
    organization_id: str | None


@dataclass(frozen=True, kw_only=True)
class NewFindings:
    """What one check found anew in one organization."""

    organization_id: str
    check: str
    count: int
    sample: tuple[str, ...]


def see(ledger: "Ledger", lease: "Lease", scope: str, found: Sequence[FindingRow]) -> None:
    """Note that this run saw these; what was known stays known."""
    if not found:
        return
    rows = [
        {
            "environment": ledger.environment,
            "scope": scope,
            "check_name": row.check,
            "subject_id": row.subject_id,
            "organization_id": row.organization_id,
            "run_id": lease.run_id,
            "known": False,
        }
        for row in found
    ]
    statement = ledger.insert(ledger.tables.findings)
    statement = statement.on_conflict_do_update(
        index_elements=["environment", "scope", "check_name", "subject_id"],
        set_={"run_id": lease.run_id, "organization_id": statement.excluded.organization_id},
    )
    ledger.write(lambda connection: connection.execute(statement, rows).rowcount, lease)


def new(ledger: "Ledger", lease: "Lease", *, sample: int) -> list[NewFindings]:
    """What this run saw and no completed run before it, per organization and check."""
    f = ledger.tables.findings
    mine = (f.c.run_id == lease.run_id, f.c.known.is_(False))
    counted = (
        select(f.c.organization_id, f.c.check_name, func.count())
        .where(*mine, f.c.organization_id.is_not(None))
        .group_by(f.c.organization_id, f.c.check_name)
        .order_by(f.c.organization_id, f.c.check_name)
    )

    def first(organization: str, check: str) -> "Select[Any]":
        theirs = (f.c.organization_id == organization, f.c.check_name == check)
        return select(f.c.subject_id).where(*mine, *theirs).order_by(f.c.subject_id).limit(sample)

    with ledger.reading() as connection:
        return [
            NewFindings(
                organization_id=organization,
                check=check,
                count=count,
                sample=tuple(connection.execute(first(organization, check)).scalars()),
            )
            for organization, check, count in connection.execute(counted).all()
        ]


def settle(ledger: "Ledger", lease: "Lease", scope: str) -> None:
    """At a run's completion: what it saw is known now, what it did not see any more is gone."""
    f = ledger.tables.findings
    mine = (f.c.environment == ledger.environment, f.c.scope == scope)

    def do(connection: "Connection") -> None:
        connection.execute(delete(f).where(*mine, f.c.run_id != lease.run_id))
        connection.execute(update(f).where(*mine).values(known=True))

    ledger.write(do, lease)
