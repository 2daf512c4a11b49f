"""The agendas of the scheduled workflows, as the calendar and the overview show them."""

from typing import TYPE_CHECKING

from fisioflow_cli.engine.agenda import Fate, Reader
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.workflows.registry import WORKFLOWS

if TYPE_CHECKING:
    from datetime import datetime

    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.engine.agenda import Agenda

AMISS = (Fate.MISSED, Fate.LATE)
"""What a person should look at: nothing has done the slot, though something should have."""


def agendas(facts: "Facts", since: "datetime", until: "datetime") -> "list[Agenda]":
    """The slots of every scheduled workflow between two instants, in the registry's order."""
    clock = facts.ledger.clock
    tables = [timetable(workflow, clock, facts.zone) for workflow in WORKFLOWS]
    return Reader(ledger=facts.ledger).read(tables, since=since, until=until)
