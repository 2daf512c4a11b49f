"""The runs of scheduled workflows by slot: one question for many workflows and many slots."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, func, literal, select, union_all

from fisioflow_cli.ledger.run_rows import RunRow, columns, row_of

if TYPE_CHECKING:
    from sqlalchemy import Select

    from fisioflow_cli.ledger.ledger import Ledger

Span = tuple[str, str]
"""The first and the last slot of a window; labels of one workflow sort by time."""


def firsts(ledger: "Ledger", workflows: Sequence[str], scopes: Sequence[str]) -> dict[str, str]:
    """The earliest slot ever started of each workflow; those never started are absent."""
    if not workflows:
        return {}
    runs = ledger.tables.runs

    def first(workflow: str) -> "Select[str, Any]":
        return select(literal(workflow, String), func.min(runs.c.slot)).where(
            runs.c.environment == ledger.environment,
            runs.c.workflow == workflow,
            runs.c.scope.in_(scopes),
        )

    with ledger.reading() as connection:
        found = connection.execute(union_all(*map(first, workflows))).all()
    return {workflow: slot for workflow, slot in found if slot is not None}


def within(ledger: "Ledger", spans: Mapping[str, Span], scopes: Sequence[str]) -> list[RunRow]:
    """The newest generation of every slot and scope in the workflows' spans, in no order."""
    if not spans:
        return []
    runs = ledger.tables.runs

    def window(workflow: str, span: Span) -> "Select[Any]":
        return select(*columns(ledger)).where(
            runs.c.environment == ledger.environment,
            runs.c.workflow == workflow,
            runs.c.slot.between(*span),
            runs.c.scope.in_(scopes),
        )

    query = union_all(*(window(workflow, span) for workflow, span in spans.items()))
    with ledger.reading() as connection:
        found = [row_of(row) for row in connection.execute(query).mappings()]
    newest = sorted(found, key=lambda run: run.generation)
    return list({(run.workflow, run.slot, run.scope): run for run in newest}.values())
