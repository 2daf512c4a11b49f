"""Showing environments: what each has in the ledger."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fisioflow_cli import console
from fisioflow_cli.commands.columns import Row, print_rows
from fisioflow_cli.commands.facts import minute_of
from fisioflow_cli.console import plain

if TYPE_CHECKING:
    from fisioflow_cli.ledger.environments import Population

COUNTED = ("runs", "events", "deliveries")


def show(found: "Sequence[Population]", current: str) -> None:
    """One line per environment, the present one marked; times in UTC."""
    heads = ("environment", *COUNTED, "newest (UTC)", "")
    rows = [
        Row(
            cells=(
                plain(each.environment),
                *(str(each.rows.get(name, 0)) for name in COUNTED),
                minute_of(each.newest),
                "present" if each.environment == current else "",
            )
        )
        for each in found
    ]
    if rows:
        print_rows(heads, rows)
    if current not in {each.environment for each in found}:
        console.err().print(f"The present environment, {plain(current)}, has nothing here yet.")


def pruned(doomed: "Sequence[Population]") -> None:
    """What was deleted."""
    if not doomed:
        console.err().print("Nothing to prune.")
    for line in lines(doomed):
        console.out().print(f"deleted  {line}")


def lines(found: "Sequence[Population]") -> Iterator[str]:
    """`preview:agenda  runs 12, deliveries 40`, a line each."""
    for each in found:
        said = ", ".join(f"{name} {count}" for name, count in each.rows.items())
        yield f"{plain(each.environment)}  {said}"


def document(found: "Sequence[Population]", current: str) -> dict[str, Any]:
    """The JSON form; instants in ISO 8601, UTC."""
    return {
        "present": current,
        "environments": [
            {
                "environment": each.environment,
                "rows": dict(each.rows),
                "newest": each.newest.isoformat() if each.newest else None,
            }
            for each in found
        ],
    }
