"""What a start came to: the document that `--json` prints and the exit code that goes with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fisioflow_cli.errors import ExitCode

if TYPE_CHECKING:
    from fisioflow_cli.ledger.runs import RunRow

URGENCY = (
    ExitCode.CONFIGURATION,
    ExitCode.FAILED,
    ExitCode.TRY_LATER,
    ExitCode.PARTIAL,
    ExitCode.BAD_INPUT,
)
ALREADY_RUNNING = "already_running"
PLANNED = "planned"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One slot's run, as told to the caller."""

    run_id: str | None
    workflow: str
    slot: str
    environment: str
    status: str
    """A RunStatus, `already_running`, or `planned` for a dry run."""
    reused: bool = False
    attempt: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    result: Mapping[str, Any]
    note: str | None = None
    """One sentence for a person: why it ended early, or who is working."""
    exit_code: ExitCode = ExitCode.DONE
    waits: bool = False
    """It came to its end; what is left waits for its time, or for a provider."""
    caught_up: tuple["Report", ...] = ()

    @classmethod
    def of(
        cls,
        run: "RunRow",
        *,
        status: str,
        note: str | None = None,
        reused: bool = False,
        code: ExitCode = ExitCode.DONE,
    ) -> "Report":
        """The report on a run as the ledger has it; `status` is what the caller is told of it."""
        return cls(
            run_id=run.id,
            workflow=run.workflow,
            slot=run.slot,
            environment=run.environment,
            status=status,
            reused=reused,
            attempt=run.attempt,
            started_at=run.started_at,
            finished_at=run.finished_at,
            result=run.result if isinstance(run.result, dict) else {},
            note=note,
            exit_code=code,
        )

    def document(self) -> dict[str, Any]:
        """The JSON form of DESIGN §8; instants in ISO 8601, UTC."""
        shown: dict[str, Any] = {
            "run_id": self.run_id,
            "workflow": self.workflow,
            "slot": self.slot,
            "environment": self.environment,
            "status": str(self.status),
            "reused": self.reused,
            "attempt": self.attempt,
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
            "result": dict(self.result),
        }
        if self.caught_up:
            shown["caught_up"] = [report.document() for report in self.caught_up]
        return shown

    def detailed(self) -> dict[str, Any]:
        """The same with note and exit code, for a document that tells of several slots or workflows.

        Of one alone the note stands on stderr, and the exit code is the command's.
        """
        shown = self.document() | {"note": self.note, "exit_code": self.final_code}
        if self.caught_up:
            shown["caught_up"] = [report.detailed() for report in self.caught_up]
        return shown

    def after(self, caught_up: Iterable["Report"]) -> "Report":
        """This report with the slots done on the way to it."""
        return replace(self, caught_up=tuple(caught_up))

    @property
    def figures(self) -> dict[str, int]:
        """The counts of its result, those by reason or by table added up; never a list or a name."""
        found: dict[str, int] = {}
        for name, value in self.result.items():
            if isinstance(value, int) and not isinstance(value, bool):
                found[name] = value
            elif isinstance(value, Mapping) and name != "by_channel":
                found[name] = sum(number for number in value.values() if isinstance(number, int))
        return found

    @property
    def remarks(self) -> list[str]:
        """Sentences for a person: its note, and the next command if messages are in doubt."""
        doubts = self.result.get("in_doubt")
        return [
            *filter(None, (self.note,)),
            *([of_doubts(doubts)] if isinstance(doubts, int) and doubts else []),
        ]

    @property
    def final_code(self) -> ExitCode:
        """The exit code of the whole start: a signal's, else the most urgent of all its slots."""
        return most_urgent([self.exit_code, *(report.exit_code for report in self.caught_up)])


def of_doubts(count: int) -> str:
    """What to type next where so many messages are in doubt."""
    told = "1 message is" if count == 1 else f"{count} messages are"
    return f"{told} in doubt; see `fisioflow deliveries in-doubt`."


def most_urgent(codes: Iterable[ExitCode]) -> ExitCode:
    """Of several exit codes the one to tell: a signal's, else the first of 78, 1, 75, 3, 65."""
    found = set(codes)
    for code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED, *URGENCY):
        if code in found:
            return code
    return ExitCode.DONE
