"""The outlook: what a start that heals would find to do, for many workflows at once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.ledger import runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fisioflow_cli.engine.agenda import Agenda, Reader
    from fisioflow_cli.engine.timetable import Timetable
    from fisioflow_cli.ledger.runs import RunRow


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What is to do for one workflow."""

    agenda: "Agenda"
    overdue: "tuple[RunRow, ...]"
    """Unfinished runs past their maximum age: they are closed."""

    @property
    def anything(self) -> bool:
        """Whether there is something to do at all."""
        return bool(self.agenda.to_do or self.overdue)


def outlooks(reader: "Reader", tables: "Iterable[Timetable]") -> list[Outlook]:
    """The outlook of each workflow, in three queries whatever their number."""
    by_workflow = {table.workflow.id: table for table in tables}
    agendas = reader.read(by_workflow.values())
    left = runs.unfinished(reader.ledger, *by_workflow) if reader.remembers else []

    def overdue(table: "Timetable") -> "tuple[RunRow, ...]":
        own = (run for run in left if run.workflow == table.workflow.id)
        return tuple(run for run in own if table.too_old(table.slot_of(run.as_of)))

    return [
        Outlook(agenda=agenda, overdue=overdue(by_workflow[agenda.workflow.id]))
        for agenda in agendas
    ]
