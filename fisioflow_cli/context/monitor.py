"""The monitor: told when a start begins and how it ended, in production and nowhere else."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fisioflow_cli.console import plain
from fisioflow_cli.delivery.decision import Pause
from fisioflow_cli.engine.report import ALREADY_RUNNING
from fisioflow_cli.errors import ExitCode, FisioFlowError, InvalidSetting, UsageError, unexpected
from fisioflow_cli.gateways.ping import FAIL, LOG, SETTING, START, SUCCESS, Ping, Pinger
from fisioflow_cli.ledger import deliveries
from fisioflow_cli.ledger.tables import OPEN

if TYPE_CHECKING:
    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.settings import Settings

FOR_THEIR_TIME = (Pause.OUTSIDE_HOURS, Pause.DAY_NOT_BEGUN, Pause.QUIET_HOURS)
UNUSABLE = f"{SETTING} is no address that a request can go to; the monitor is told nothing."


@dataclass(kw_only=True)
class Watch:
    """One start of one workflow, as the monitor sees it."""

    check: str
    pinger: Pinger | None
    _rid: str = field(default_factory=lambda: str(uuid.uuid4()))
    _begun: bool = False

    def begun(self) -> None:
        """Somebody works on it from now on; told once, however many slots there are."""
        if not self._begun:
            self._begun = True
            self._tell(START)

    def ended(self, report: "Report", ledger: "Ledger") -> None:
        """How it ended; nothing if another process is at work, which will tell itself."""
        if self.pinger is not None and (self._begun or report.status != ALREADY_RUNNING):
            self._tell(_signal(report, ledger), summary(self.check, report))

    def came_to(self, code: ExitCode, body: str) -> None:
        """The end of what has no report: a dispatch."""
        self._tell(LOG if code is ExitCode.TRY_LATER else _status(code), body)

    def stopped(self, error: Exception) -> None:
        """What kept it from its work, or broke it off; a slip on the command line is not told."""
        if isinstance(error, UsageError):
            return
        if isinstance(error, FisioFlowError):
            self.came_to(error.exit_code, f"{self.check}: {plain(error.message)}")
        else:
            self._tell(FAIL, f"{self.check}: {unexpected(error)}")

    def _tell(self, signal: str, body: str = "") -> None:
        if self.pinger is not None:
            self.pinger.send(Ping(check=self.check, signal=signal, rid=self._rid, body=body))


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """Whoever FISIOFLOW_PING_URL names; nobody outside production, where it would be told lies."""

    pinger: Pinger | None

    def watch(self, check: str) -> Watch:
        """A start of the workflow of this name."""
        return Watch(check=check, pinger=self.pinger)

    @contextmanager
    def watching(self, check: str) -> Iterator[Watch]:
        """The same, and what breaks it off is told."""
        watch = self.watch(check)
        try:
            yield watch
        except Exception as error:
            watch.stopped(error)
            raise


@contextmanager
def open_monitor(
    settings: "Settings",
    noted: Callable[[str], None],
    *,
    telling: bool = True,
    shared: bool = True,
) -> Iterator[Monitor]:
    """The monitor of these settings; at the end it is waited for, ten seconds at the most.

    `telling`: false for what is no start of the schedule's. `shared`: false for what would drown the
    others if all have one address. `noted` hears if the monitor could not be told; that is no
    failure of what it should have been told.
    """
    pinger = None
    if telling and settings.production and settings.ping_url is not None:
        try:
            pinger = Pinger(settings.ping_url.get_secret_value())
        except InvalidSetting:
            noted(UNUSABLE)
    told = pinger if pinger is not None and (shared or pinger.tells_apart) else None
    try:
        yield Monitor(pinger=told)
    finally:
        if pinger is not None and (trouble := pinger.close()) is not None:
            noted(f"The monitor of {SETTING} could not be told ({trouble}); nothing else suffers.")


def summary(check: str, report: "Report") -> str:
    """A start in a few lines: slots, states, figures and durations, never people."""
    return "\n".join(_line(check, each) for each in (*report.caught_up, report))


def _line(check: str, report: "Report") -> str:
    took = (
        f" in {(report.finished_at - report.started_at).total_seconds():.1f} s"
        if report.started_at and report.finished_at
        else ""
    )
    figures = ", ".join(f"{name} {number}" for name, number in report.figures.items())
    told = (f"{check} {report.slot} {report.status}{took}", figures, plain(report.note or ""))
    return "; ".join(filter(None, told))


def _signal(report: "Report", ledger: "Ledger") -> str:
    """Success, an exit status, or a note in the log that leaves the check as it is.

    What only waits for daylight is as it should be. Whatever else is to be tried again counts once
    the check's own grace period is over: until then a later start may have done it.
    """
    code = report.final_code
    if code is not ExitCode.TRY_LATER:
        return _status(code)
    return SUCCESS if all(_in_order(each, ledger) for each in (*report.caught_up, report)) else LOG


def _status(code: ExitCode) -> str:
    return SUCCESS if code is ExitCode.DONE else str(int(code))


def _in_order(report: "Report", ledger: "Ledger") -> bool:
    if report.exit_code is not ExitCode.TRY_LATER:
        return True
    if not report.waits or report.run_id is None:
        return False
    left = [each for each in deliveries.tally(ledger, report.run_id) if each.state in OPEN]
    return bool(left) and all(each.reason in FOR_THEIR_TIME for each in left)
