"""The calendar of slots: per workflow, what became of each business period."""

from typing import TYPE_CHECKING

from fisioflow_cli.dashboard.view import View

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes


def look(facts: "Facts", wishes: "Wishes") -> View:
    """The last weeks of every scheduled workflow."""
    del facts, wishes
    return View(template="calendar.html.j2", title="Calendar", shown={})
