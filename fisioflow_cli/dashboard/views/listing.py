"""What every list has beside its rows: how many there are, and the way to the older ones."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fisioflow_cli.ledger import pages

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes
    from fisioflow_cli.ledger.filters import Filter

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


def listing(path: str, facts: "Facts", wishes: "Wishes", wanted: "Filter[Any]") -> Listing:
    """The page of the list at `path` that is asked for; UsageError if its cursor is none.

    For what no index finds it holds those among the newest LOOK, and a next page looks further back.
    """
    after = wishes.text("after")
    page = pages.page(facts.ledger, wanted, after=after, most=ROWS, look=LOOK)
    count = pages.count(facts.ledger, wanted, most=MOST_COUNTED + 1, look=LOOK)
    among = " of the newest 50\u202f000" if pages.looks(wanted) else " in all"
    given = wishes.given.items()
    chosen = Chosen({name: value for name, value in given if value and name != "after"})
    return Listing(
        rows=page.rows,
        counted=_counted(count) + among,
        older=_address(path, chosen | {"after": page.next}) if page.next else None,
        newest=_address(path, chosen) if after is not None else None,
        chosen=chosen,
    )


def _address(path: str, chosen: dict[str, str]) -> str:
    return f"{path}?{urlencode(chosen)}" if chosen else path


def _counted(count: int) -> str:
    if count > MOST_COUNTED:
        return "More than 10\u202f000"
    return f"{count:,}".replace(",", "\u202f")
