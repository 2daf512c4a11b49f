"""What a job is told of a dispatch. Event ids stay out of it: an application may put a name in one."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fisioflow_cli.actions import files, lines
from fisioflow_cli.actions.files import cell
from fisioflow_cli.actions.lines import Annotation, Kind
from fisioflow_cli.actions.of_reports import KINDS
from fisioflow_cli.actions.runner import find
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.ledger.tables import EventStatus

if TYPE_CHECKING:
    from fisioflow_cli.context.dispatching import Outcome
    from fisioflow_cli.ledger.events import EventRow

EVENTS = (EventStatus.COMPLETED, EventStatus.WAITING, EventStatus.DEAD)
MESSAGES = ("sent", "failed", "in_doubt", "pending", "skipped")
LINES = ("accepted", "ignored", "duplicate", "rejected")
HEADS = ("event", "run", "why it is dead")


def tell(outcome: "Outcome", dead: "Sequence[EventRow]") -> None:
    """Summary, annotations and outputs of a dispatch, in GitHub Actions; nothing anywhere else."""
    if (runner := find()) is None:
        return
    files.summarise(runner, markdown(outcome, dead))
    files.set_outputs(runner, {**_figures(outcome), "exit_code": int(outcome.exit_code)})
    lines.annotate([*(_of_dead(event) for event in dead), *_of_outcome(outcome, dead)])


def markdown(outcome: "Outcome", dead: "Sequence[EventRow]") -> str:
    """The figures, and the events that need a person."""
    rows = [[cell(event.name), cell(event.run_id or ""), cell(event.error or "")] for event in dead]
    figures = _figures(outcome)
    told = (
        f"lines: {_told(LINES, figures)}; events: {_told(EVENTS, figures)}; "
        f"messages: {_told(MESSAGES, figures)}"
    )
    note = f"\n{cell(outcome.summary.note)}\n" if outcome.summary.note else ""
    return f"\n### FisioFlow dispatch\n\n{told}\n{note}" + files.table(HEADS, rows)


def _figures(outcome: "Outcome") -> dict[str, int]:
    counts, summary = outcome.counts, outcome.summary
    return {
        **{name: int(getattr(counts, name)) for name in LINES},
        **{str(status): summary.events[status] for status in EVENTS},
        **{name: summary.messages[name] for name in MESSAGES},
    }


def _told(names: Sequence[str], figures: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {figures[name]}" for name in names)


def _of_dead(event: "EventRow") -> Annotation:
    remedy = f"`fisioflow runs show {event.run_id}` says more."
    return Annotation(
        kind=Kind.ERROR, title=f"{event.name} is dead", message=f"{event.error} {remedy}"
    )


def _of_outcome(outcome: "Outcome", dead: "Sequence[EventRow]") -> list[Annotation]:
    found, code = [], outcome.exit_code
    if rejected := outcome.counts.rejected:
        message = f"{rejected} lines were rejected; they are in the rejects file."
        found.append(Annotation(kind=Kind.ERROR, title="rejected lines", message=message))
    if outcome.summary.note and not (code is ExitCode.PARTIAL and dead):
        kind = KINDS.get(code, Kind.ERROR)
        found.append(Annotation(kind=kind, title="dispatch", message=outcome.summary.note))
    return found
