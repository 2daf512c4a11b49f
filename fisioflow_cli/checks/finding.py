"""What a check found, and how several findings add up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fisioflow_cli.errors import FisioFlowError

ELSEWHERE = "see docs/configuration.md."


class Verdict(StrEnum):
    """How a check ended; SKIPPED could not be judged, or has nothing to judge."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The outcome of one check: never a secret, an address or a password."""

    id: str
    """Stable, for scripts: `ledger.version`, `profile.patients`, `settings.resend-api-key`."""
    verdict: Verdict
    message: str
    remedy: str | None = None


def ok(check: str, message: str) -> Finding:
    """All is well; `message` says what was found."""
    return Finding(id=check, verdict=Verdict.OK, message=message)


def warning(check: str, message: str, remedy: str) -> Finding:
    """Works, but not as somebody may expect."""
    return Finding(id=check, verdict=Verdict.WARNING, message=message, remedy=remedy)


def failure(check: str, message: str, remedy: str) -> Finding:
    """Some command will fail until this is mended."""
    return Finding(id=check, verdict=Verdict.FAILURE, message=message, remedy=remedy)


def skipped(check: str, message: str) -> Finding:
    """Not judged; `message` says why."""
    return Finding(id=check, verdict=Verdict.SKIPPED, message=message)


def of_error(check: str, error: FisioFlowError) -> Finding:
    """The failure an error stands for: what is behind the semicolon of its message is the remedy."""
    said, semicolon, remedy = error.message.rstrip(".").rpartition("; ")
    if not semicolon:
        said, remedy = remedy, ELSEWHERE.rstrip(".")
    return failure(check, f"{said}.", f"{remedy[:1].upper()}{remedy[1:]}.")


def guarded(check: str, look: Callable[[], Finding]) -> Finding:
    """What `look` finds, or the failure that keeps it from looking."""
    try:
        return look()
    except FisioFlowError as error:
        return of_error(check, error)


def overall(findings: Sequence[Finding]) -> Verdict:
    """The worst verdict of all; what was skipped does not count."""
    found = {finding.verdict for finding in findings}
    return next((bad for bad in (Verdict.FAILURE, Verdict.WARNING) if bad in found), Verdict.OK)
