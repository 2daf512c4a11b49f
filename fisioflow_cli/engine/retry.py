"""Retrying: the one place that knows tenacity."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_any,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from fisioflow_cli import log
from fisioflow_cli.engine.control import Control
from fisioflow_cli.errors import DatabaseUnavailable

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How often, and after how many seconds (doubling, with jitter), something is tried again."""

    attempts: int
    first: float
    most: float


DATABASE = Policy(attempts=5, first=0.5, most=10)
API = Policy(attempts=3, first=1, most=30)
EMAIL = Policy(attempts=3, first=2, most=60)
WHATSAPP = EMAIL


@dataclass(frozen=True, kw_only=True)
class Tried(Generic[T]):
    """What a retried call came to, and after how many tries."""

    value: T
    tries: int


def call(
    do: Callable[[], T],
    policy: Policy,
    control: Control,
    *,
    again: Callable[[T], bool] | None = None,
) -> Tried[T]:
    """The value of `do()`, tried again while the database is away or while `again(value)` holds.

    When the attempts are used up, the last value is returned, or the last error raised. Waiting
    ends at the deadline or a signal with their `Stop`.
    """
    retrying = Retrying(
        stop=stop_after_attempt(policy.attempts),
        wait=wait_exponential(multiplier=policy.first, max=policy.most)
        + wait_random(0, policy.first),
        sleep=control.sleep,
        retry=retry_any(
            retry_if_exception_type(DatabaseUnavailable),
            retry_if_result(again or (lambda _: False)),
        ),
        before_sleep=_told,
        retry_error_callback=_last,
    )
    value = retrying(do)
    return Tried(value=value, tries=retrying.statistics.get("attempt_number", 1))


def _last(state: RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None


def _told(state: RetryCallState) -> None:
    """Why it is tried again, in a word: the kind of an error, or a gateway's code."""
    if state.outcome is None or state.next_action is None:
        return
    error = None if not state.outcome.failed else state.outcome.exception()
    value = error if error is not None else state.outcome.result()
    log.tell(
        "retry",
        level=log.WARNING,
        reason=str(getattr(value, "code", None) or type(value).__name__),
        tries=state.attempt_number,
        wait_seconds=round(state.next_action.sleep, 3),
    )
