"""What every list has beside its rows: how many there are, and the way to the older ones."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.view import Wishes
    from fisioflow_cli.ledger.pages import Page

ROWS = 50
MOST_COUNTED = 10_000
LOOK = 50_000
"""So many rows are looked through for what no index finds."""


class Chosen(dict[str, str]):
    """The filters in use, by name; of one that is not, nothing."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of a list."""

    rows: list[Any]
    counted: str
    older: str | None
    """The address of the next page; None: this is the last one."""
    newest: str | None
    """The address of the first page; None: this is it."""
    chosen: Chosen


def listing(
    path: str, wishes: "Wishes", page: "Page[Any]", count: int, *, looks: bool = False
) -> Listing:
    """The list at `path`; `count`: of all its rows, no further than MOST_COUNTED + 1.

    `looks`: the rows are those among the newest LOOK, and a next page may look further back.
    """
    given = wishes.given.items()
    chosen = Chosen({name: value for name, value in given if value and name != "after"})
    paged = wishes.text("after") is not None
    return Listing(
        rows=page.rows,
        counted=_counted(count) + (" of the newest 50\u202f000" if looks else " in all"),
        older=_address(path, chosen | {"after": page.next}) if page.next else None,
        newest=_address(path, chosen) if paged else None,
        chosen=chosen,
    )


def _address(path: str, chosen: dict[str, str]) -> str:
    return f"{path}?{urlencode(chosen)}" if chosen else path


def _counted(count: int) -> str:
    if count > MOST_COUNTED:
        return "More than 10\u202f000"
    return f"{count:,}".replace(",", "\u202f")
