"""The agendas of the scheduled workflows, as the calendar and the overview show them."""

from typing import TYPE_CHECKING

from fisioflow_cli.context.status import NAMED_FOR
from fisioflow_cli.engine.agenda import Fate, Reader
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.workflows.registry import WORKFLOWS

if TYPE_CHECKING:
    from datetime import datetime

    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.engine.agenda import Agenda, Entry


def amiss(entry: "Entry", since: "datetime | None" = None) -> bool:
    """Whether a person should look: the slot is late, or it was missed, after `since` if that is given."""
    missed = entry.fate is Fate.MISSED and (since is None or entry.expires_at > since)
    return entry.late or missed


def alarming(facts: "Facts", found: "list[Agenda]") -> int:
    """How many slots `fisioflow status` would name now: the late ones and those missed lately."""
    since = facts.now() - NAMED_FOR
    return sum(amiss(entry, since) for agenda in found for entry in agenda.entries)


def agendas(facts: "Facts", since: "datetime", until: "datetime") -> "list[Agenda]":
    """The slots of every scheduled workflow between two instants, in the registry's order."""
    clock = facts.ledger.clock
    tables = [timetable(workflow, clock, facts.zone) for workflow in WORKFLOWS]
    return Reader(ledger=facts.ledger).read(tables, since=since, until=until)
