"""Every error of the toolkit and the exit code it ends a command with.

    FisioFlowError                    1   failed
    ├── UsageError                    2   the command line asks for something impossible
    │   ├── UnknownOrganization
    │   ├── ImpossibleDate
    │   ├── FutureSlot
    │   ├── SlotTooOld
    │   ├── UnknownRun
    │   ├── UnknownEvent
    │   ├── FileInTheWay
    │   ├── NotThere
    │   ├── UnknownMessage
    │   ├── UnknownPatient
    │   └── DemoRefused
    ├── BadInput                     65   what was read cannot be used
    │   └── BadEvent
    ├── EventRefused                      an event that no repetition can help: dead at once
    ├── ConfigurationError           78   settings, profile or database do not fit
    │   ├── InvalidSetting
    │   ├── MissingSetting
    │   ├── InvalidDatabaseUrl
    │   ├── DatabaseRefused
    │   ├── ProfileInvalid
    │   ├── ProfileDoesNotFit
    │   ├── LedgerMissing
    │   ├── LedgerBehind
    │   ├── LedgerAhead
    │   ├── LedgerOfOtherSide
    │   ├── ExtraMissing
    │   └── GatewayRefused
    ├── TryLater                     75   nothing is wrong with the request; now is the wrong time
    │   ├── DatabaseUnavailable
    │   │   └── DatabaseFull
    │   ├── QuotaExhausted
    │   └── RunInProgress
    └── Stop                              a run ends early, on purpose; never shown as a failure
        ├── LeaseLost
        ├── DeadlineReached
        ├── CancelledByHand
        └── SignalReceived

The docstring of a class is its default message; what a caller passes replaces it and names the
remedy.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a command tells the shell; the documented contract of `docs/cli.md`."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    BAD_INPUT = 65
    TRY_LATER = 75
    CONFIGURATION = 78
    INTERRUPTED = 130
    TERMINATED = 143


class FisioFlowError(Exception):
    """The command failed."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))

    @property
    def message(self) -> str:
        """One sentence for a person, with the remedy; never personal data or a secret."""
        return str(self.args[0])


def unexpected(error: Exception) -> str:
    """A sentence about a defect of ours: what kind and where, never its text, which may hold names."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" in {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    return f"An unexpected {type(error).__name__}{place}; please report it."


class UsageError(FisioFlowError):
    """The command line asks for something that cannot be done; see --help."""

    exit_code = ExitCode.USAGE


class UnknownOrganization(UsageError):
    """No organization has this id; `fisioflow doctor` tells how many the profile finds."""


class ImpossibleDate(UsageError):
    """--as-of takes a date such as 2026-11-23 or a local time such as 2026-11-23T06:00."""


class FutureSlot(UsageError):
    """This slot has not begun yet; add --dry-run to see what it would do."""


class SlotTooOld(UsageError):
    """This slot is past the maximum age of its workflow; add --allow-late to run it all the same."""


class UnknownRun(UsageError):
    """No run has this id; `fisioflow runs list` shows those there are."""


class DemoRefused(UsageError):
    """The demo only works on its own database; unset DATABASE_URL or point FISIOFLOW_HOME elsewhere."""


class UnknownEvent(UsageError):
    """No event has this id; `fisioflow events list` shows those there are."""


class FileInTheWay(UsageError):
    """A file with other content is in the way, and nothing was written; see --help."""


class NotThere(UsageError):
    """There is nothing of that kind in this ledger; its list shows what there is."""


class UnknownMessage(UsageError):
    """No message has this key; `fisioflow deliveries list` shows those there are."""


class UnknownPatient(UsageError):
    """No patient has this id; take one from the clinic's database."""


class BadInput(FisioFlowError):
    """What was read cannot be used."""

    exit_code = ExitCode.BAD_INPUT


class BadEvent(BadInput):
    """This is not an event that can be accepted; docs/events.md shows them."""


class EventRefused(FisioFlowError):
    """What the event asks for cannot be done, however often it is tried."""


class ConfigurationError(FisioFlowError):
    """The settings do not fit; `fisioflow doctor` names what is wrong."""

    exit_code = ExitCode.CONFIGURATION


class InvalidSetting(ConfigurationError):
    """A setting has a value that cannot be used; see docs/configuration.md."""


class MissingSetting(ConfigurationError):
    """A setting that this command needs is not set; see docs/configuration.md."""


class InvalidDatabaseUrl(ConfigurationError):
    """DATABASE_URL cannot be read; write postgresql://user@host/name or sqlite:////path/file.db."""


class DatabaseRefused(ConfigurationError):
    """The database refused this user, password or name; check DATABASE_URL."""


class ProfileInvalid(ConfigurationError):
    """The clinic profile cannot be read; see docs/clinic-profiles.md."""


class ProfileDoesNotFit(ConfigurationError):
    """The clinic profile does not fit this database; `fisioflow doctor` names what is missing."""


class LedgerMissing(ConfigurationError):
    """This database has no ledger yet; run `fisioflow db upgrade`."""


class LedgerBehind(ConfigurationError):
    """The ledger is older than this program; run `fisioflow db upgrade`."""


class LedgerAhead(ConfigurationError):
    """The ledger is newer than this program; install the current release of fisioflow-cli."""


class LedgerOfOtherSide(ConfigurationError):
    """A production ledger serves production only, and the other way round; see FISIOFLOW_ENV, or
    `fisioflow db restamp` for a copied database."""


class GatewayRefused(ConfigurationError):
    """The provider refused our credentials; nothing was sent and what is left stays pending."""


class ExtraMissing(ConfigurationError):
    """This command needs the extra `web`; run: pip install 'fisioflow-cli[web]'."""


class TryLater(FisioFlowError):
    """Not now; start the command again later."""

    exit_code = ExitCode.TRY_LATER


class DatabaseUnavailable(TryLater):
    """The database does not answer; start the command again when it does."""


class DatabaseFull(DatabaseUnavailable):
    """The database's disk is full; make room there, then start the command again."""


class QuotaExhausted(TryLater):
    """The provider's quota is used up; what is left stays pending for a later start."""


class RunInProgress(TryLater):
    """This slot is being worked on, and --force waits for nobody; start again when it is done."""


class Stop(FisioFlowError):
    """The run ends here; what is left is done by a later start."""


class LeaseLost(Stop):
    """Another process has taken this run over."""


class DeadlineReached(Stop):
    """The maximum duration is over; what is left is done by a later start."""


class CancelledByHand(Stop):
    """Cancelled by hand; no start resumes it, only `fisioflow runs retry` does."""


class SignalReceived(Stop):
    """Stopped by a signal after the step in hand; a later start does the rest."""

    def __init__(self, signal_number: int) -> None:
        super().__init__()
        self.signal_number = signal_number
