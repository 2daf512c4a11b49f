"""How an attempt at a run ends: what stopped its body, or what its items came to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.errors import (
    CancelledByHand,
    ConfigurationError,
    DeadlineReached,
    ExitCode,
    FisioFlowError,
    SignalReceived,
    TryLater,
    unexpected,
)
from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from fisioflow_cli.engine.workflow import Result

CODES = {
    RunStatus.COMPLETED: ExitCode.DONE,
    RunStatus.PARTIAL: ExitCode.PARTIAL,
    RunStatus.TIMED_OUT: ExitCode.TRY_LATER,
    RunStatus.FAILED: ExitCode.FAILED,
    # by hand: what a signal has ended is resumed, and never told of
    RunStatus.CANCELLED: ExitCode.PARTIAL,
}


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What is recorded of an attempt, and what the command tells the shell."""

    status: RunStatus
    exit_code: ExitCode
    note: str | None = None
    by_hand: bool = False
    """Whether a person wanted it: then nobody comes back to what is open."""
    waits: bool = False
    """It came to its end; what is left waits for its time, or for a provider."""


def of_error(error: Exception) -> Ending:
    """The ending of an attempt that `error` stopped; a defect tells its kind and place only."""
    if isinstance(error, CancelledByHand):
        status, code = RunStatus.CANCELLED, CODES[RunStatus.CANCELLED]
        return Ending(status=status, exit_code=code, note=error.message, by_hand=True)
    match error:
        case SignalReceived():
            status, code = RunStatus.CANCELLED, ExitCode(128 + error.signal_number)
        case DeadlineReached() | TryLater():
            status, code = RunStatus.TIMED_OUT, ExitCode.TRY_LATER
        case ConfigurationError():
            status, code = RunStatus.FAILED, ExitCode.CONFIGURATION
        case FisioFlowError():
            status, code = RunStatus.FAILED, error.exit_code
        case _:
            status, code = RunStatus.FAILED, ExitCode.FAILED
    note = error.message if isinstance(error, FisioFlowError) else unexpected(error)
    return Ending(status=status, exit_code=code, note=note)


def of_result(result: "Result", *, waits: bool) -> Ending:
    """The ending of an attempt that came to its end; with `waits` a later start has something to do."""
    if result.pending or waits:
        note = f"{result.pending or 'Some'} left pending; a later start does them."
        return Ending(
            status=RunStatus.TIMED_OUT, exit_code=ExitCode.TRY_LATER, note=note, waits=True
        )
    status = RunStatus.PARTIAL if result.troubled else RunStatus.COMPLETED
    return Ending(status=status, exit_code=CODES[status])
