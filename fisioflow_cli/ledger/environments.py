"""The environments of a ledger: what each has in it, and the dropping of one that is over."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, func, select, tuple_

from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from fisioflow_cli.ledger.ledger import Ledger

BATCH = 1000
"""Rows that one transaction deletes: others wait for it only so long."""


@dataclass(frozen=True, kw_only=True)
class Population:
    """What one environment has in a ledger."""

    environment: str
    rows: Mapping[str, int]
    """By table as we call it, those without rows left out; steps are counted with their runs."""
    newest: datetime | None
    """When its newest run, event or delivery was begun; UTC."""


def populations(ledger: "Ledger") -> list[Population]:
    """Every environment of the ledger, by name."""
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    newest: dict[str, datetime] = {}
    with ledger.reading() as connection:
        for name, table in _peopled(ledger).items():
            began = getattr(table.c, "accepted_at", getattr(table.c, "created_at", None))
            last: Any = func.max(began) if began is not None else None
            columns = [table.c.environment, func.count(), *([last] if last is not None else [])]
            for environment, count, *moment in connection.execute(
                select(*columns).group_by(table.c.environment)
            ):
                rows[environment][name] = count
                if moment and (environment not in newest or moment[0] > newest[environment]):
                    newest[environment] = moment[0]
    return [
        Population(environment=name, rows=found, newest=newest.get(name))
        for name, found in sorted(rows.items())
    ]


def workers(
    ledger: "Ledger", environment: str, gone: Callable[[Mapping[str, Any] | None], bool]
) -> list[Mapping[str, Any] | None]:
    """Who works in an environment: the owners of its leased runs, but for processes that are `gone`."""
    runs = ledger.tables.runs
    query = select(runs.c.owner).where(
        runs.c.environment == environment,
        runs.c.status == RunStatus.RUNNING,
        runs.c.lease_until > ledger.instant(),
    )
    with ledger.reading() as connection:
        return [owner for owner in connection.scalars(query) if not gone(owner)]


def drop(ledger: "Ledger", environment: str) -> Iterator[int]:
    """Delete every row of an environment, batch by batch, each durable; how many each time.

    What is left when it is interrupted goes the next time: runs go last, with their steps.
    """
    tables = _peopled(ledger)
    runs = tables.pop("runs")
    for table in tables.values():
        yield from _emptied(ledger, table, table.c.environment == environment)
    while True:
        with ledger.writing() as connection:
            count = _drop_runs(ledger, connection, runs, environment)
        if not count:
            return
        yield count


def _emptied(ledger: "Ledger", table: "Table", own: "ColumnElement[bool]") -> Iterator[int]:
    key = tuple_(*table.primary_key.columns)
    batch = select(*table.primary_key.columns).where(own).limit(BATCH)
    while True:
        with ledger.writing() as connection:
            count = connection.execute(delete(table).where(key.in_(batch))).rowcount
        if not count:
            return
        yield count


def _drop_runs(ledger: "Ledger", connection: "Connection", runs: "Table", environment: str) -> int:
    own = select(runs.c.id).where(runs.c.environment == environment).limit(BATCH)
    ids = connection.scalars(own).all()
    steps = ledger.tables.steps
    connection.execute(delete(steps).where(steps.c.run_id.in_(ids)))
    return connection.execute(delete(runs).where(runs.c.id.in_(ids))).rowcount


def _peopled(ledger: "Ledger") -> dict[str, "Table"]:
    """The tables whose rows say which environment they belong to, by our name for them."""
    tables = ledger.tables
    named = {name: table for name, table in vars(tables).items() if name != "metadata"}
    return {name: table for name, table in named.items() if "environment" in table.c}
