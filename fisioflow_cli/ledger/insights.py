"""The statements on insights: what a language model suggested about a patient, or why it did not."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, null, select

from fisioflow_cli.ledger.tables import InsightStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class InsightRow:
    """One answer as the ledger has it; instants in UTC."""

    id: str
    environment: str
    organization_id: str
    patient_id: str
    run_id: str
    status: InsightStatus
    model: str | None
    """None: it was not asked."""
    input_sha256: str | None
    """Of everything the answer depends on; None: there was nothing to ask."""
    input_tokens: int | None
    output_tokens: int | None
    sessions: int
    """How many sessions it is about."""
    insight: Mapping[str, Any] | None
    """Only of a stored one: summary, trends, recommendations, risk_factors, adherence."""
    acknowledged_at: datetime | None
    """When a professional took note of it; None at first: it is a suggestion."""
    created_at: datetime


def store(ledger: "Ledger", connection: "Connection", row: InsightRow) -> None:
    """Write a new insight in the caller's transaction."""
    values = asdict(row) | {"insight": null() if row.insight is None else dict(row.insight)}
    connection.execute(insert(ledger.tables.insights).values(values))


def find(ledger: "Ledger", insight_id: str) -> InsightRow | None:
    """The insight with this id."""
    table = ledger.tables.insights
    query = select(table).where(table.c.id == insight_id)
    with ledger.reading() as connection:
        row = connection.execute(query).mappings().first()
    return _insight(dict(row)) if row else None


def latest_by_hash(
    ledger: "Ledger",
    *,
    organization_id: str,
    patient_id: str,
    input_sha256: str,
    since: datetime,
) -> InsightRow | None:
    """The newest stored insight about the same input, not older than `since`."""
    table = ledger.tables.insights
    query = (
        select(table)
        .where(table.c.environment == ledger.environment, table.c.patient_id == patient_id)
        .where(table.c.organization_id == organization_id)
        .where(table.c.created_at >= since, table.c.input_sha256 == input_sha256)
        .where(table.c.status == InsightStatus.STORED)
        .order_by(table.c.created_at.desc(), table.c.id.desc())
    )
    with ledger.reading() as connection:
        row = connection.execute(query.limit(1)).mappings().first()
    return _insight(dict(row)) if row else None


def _insight(row: dict[str, Any]) -> InsightRow:
    return InsightRow(**{**row, "status": InsightStatus(row["status"])})
