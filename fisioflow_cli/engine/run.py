"""A run from the inside: steps that are looked up, retried and recorded."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from fisioflow_cli.database import writing
from fisioflow_cli.engine import retry, telling
from fisioflow_cli.engine.page import Page, Row
from fisioflow_cli.errors import CancelledByHand, DatabaseUnavailable, FisioFlowError
from fisioflow_cli.ledger import cancelling, steps
from fisioflow_cli.ledger.tables import StepStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from fisioflow_cli.engine.control import Control
    from fisioflow_cli.engine.slots import Slot
    from fisioflow_cli.ledger.ledger import Lease, Ledger
    from fisioflow_cli.ledger.steps import StepRow

MOST_RESULT_BYTES = 64 * 1024


class Hold(Protocol):
    """What keeps a run's lease alive, of one run or of many."""

    @property
    def lost(self) -> bool:
        """Whether another process has the run, or may have it by now."""

    def check(self) -> None:
        """Raise LeaseLost if it is lost, CancelledByHand if a person wants the run ended."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What became of one item: `waiting` ones are done by a later start; `labels` are counted."""

    waiting: bool = False
    labels: tuple[str, ...] = ()

    @classmethod
    def together(cls, parts: "Iterable[Seen]") -> "Seen":
        """An item that consists of others."""
        seen = list(parts)
        return cls(
            waiting=any(part.waiting for part in seen),
            labels=tuple(label for part in seen for label in part.labels),
        )


@dataclass(kw_only=True)
class Run:
    """One attempt at a run. Without a lease it is a dry run: it records nothing."""

    id: str | None
    slot: "Slot"
    as_of: datetime
    """The instant the run is for: fixed when it is opened, the same in every attempt; UTC."""
    organization: str | None
    """The one organization it is for; None: all."""
    ledger: "Ledger"
    control: "Control"
    lease: "Lease | None"
    watch: Callable[[str, int], None]
    """Told of each step's progress: its name and how many items it has done."""
    remembers: bool = True
    """False: there is no ledger yet, which only a dry run tolerates."""
    heartbeat: Hold | None = None
    attempt: int = 0
    known: "dict[str, StepRow]" = field(default_factory=dict)
    waits: bool = False
    """Whether this attempt has left something to a later start."""
    resume_at: datetime | None = None
    """When what was left becomes possible, UTC: the earliest of what `postpone` was told."""
    because: str | None = None
    """What is waited for, in a sentence, where no delivery of the run says it."""

    @property
    def dry(self) -> bool:
        """Whether nothing may be written anywhere."""
        return self.lease is None

    @property
    def scope(self) -> str:
        """`all` or the organization's id."""
        return self.organization or "all"

    def postpone(self, until: datetime, because: str | None = None) -> None:
        """Remember that something waits for an instant, not for another try; `because`: a sentence."""
        self.resume_at = min(self.resume_at or until, until)
        self.because = because or self.because

    def check(self) -> None:
        """Raise `Stop` if the deadline, a signal, a person or another process ends this attempt here.

        It asks nobody: what others want, the heartbeat has brought.
        """
        self.control.check()
        if self.heartbeat is not None:
            self.heartbeat.check()

    def begin(self) -> None:
        """The check before a step, with one look into the ledger whether a person wants it ended."""
        self.check()
        if self.lease is None:
            return
        with suppress(DatabaseUnavailable):  # then the step itself will tell
            if cancelling.requested(self.ledger, [self.lease.run_id]):
                raise CancelledByHand

    def step(
        self, name: str, do: Callable[[], Any], *, policy: retry.Policy = retry.DATABASE
    ) -> Any:
        """The result of a step: looked up if it is recorded, else done, retried and recorded."""
        if (row := self.known.get(name)) and row.status is StepStatus.COMPLETED:
            return row.result
        self.begin()
        started = self.ledger.clock.now()
        tried = self._try(name, started, lambda: retry.call(do, policy, self.control))
        self.record(name, started, tried.value, tries=tried.tries)
        return tried.value

    def change(
        self,
        name: str,
        engine: "Engine",
        do: "Callable[[Connection], Any]",
        *,
        policy: retry.Policy = retry.DATABASE,
    ) -> Any:
        """A step with an effect in a database: in the ledger's own, both commit in one transaction.

        Elsewhere the effect commits first; so `do` must be harmless when repeated. Not for a dry run.
        """
        if (row := self.known.get(name)) and row.status is StepStatus.COMPLETED:
            return row.result
        self.begin()
        started = self.ledger.clock.now()
        effect = partial(self._effect, name, started, engine, do)
        tried = self._try(name, started, lambda: retry.call(effect, policy, self.control))
        if self.lease is not None and engine is self.ledger.engine:
            self._know(tried.value)
        else:
            self.record(name, started, tried.value.result, tries=tried.tries)
        return tried.value.result

    def record_with(self, name: str, do: "Callable[[Connection], Any]") -> Any:
        """A step with an effect in the ledger's own tables: both commit in one transaction.

        `do` only executes statements; it may be rolled back and repeated. Not for a dry run.
        """
        assert self.lease is not None  # noqa: S101  # a dry run never comes here
        if (row := self.known.get(name)) and row.status is StepStatus.COMPLETED:
            return row.result
        self.begin()
        started = self.ledger.clock.now()
        effect = partial(self._once, name, started, do)
        together = partial(self.ledger.write, effect, self.lease)
        tried = self._try(name, started, lambda: retry.call(together, retry.DATABASE, self.control))
        self._know(tried.value)
        return tried.value.result

    def for_each(
        self,
        name: str,
        *,
        pages: Callable[[str | None, str | None], Sequence[Row]],
        do: Callable[[Row], Seen],
    ) -> None:
        """Do something with every row: a step per keyset page, in which one bad row harms no other.

        `pages(after, until)` reads the rows behind `after`: a page of them, or those up to `until`.
        A page with waiting rows is read again by a later start; a finished one never is.
        """
        after: str | None = None
        number = 1
        while True:
            step = f"{name}/{number}"
            known = self.known.get(step)
            if known is None or known.status is not StepStatus.COMPLETED:
                self.begin()
                until = known.result["until"] if known else None
                started = self.ledger.clock.now()
                rows = retry.call(partial(pages, after, until), retry.DATABASE, self.control).value
                if not rows and known is None:
                    return
                result = Page(run=self, step=step, rows=rows).work(do) | {
                    "after": after,
                    "until": until or rows[-1].id,
                }
                self.waits |= bool(result["waiting"])
                status = StepStatus.WAITING if result["waiting"] else StepStatus.COMPLETED
                self.record(step, started, result, status=status)
                after = result["until"]
            else:
                after = known.result["until"]
            number += 1

    def tallies(self, name: str) -> Counter[str]:
        """What the pages of `for_each(name, …)` counted beside the deliveries, over all attempts."""
        total: Counter[str] = Counter()
        for step, row in self.known.items():
            if step.startswith(f"{name}/"):
                total.update(row.result["labels"])
                total.update({"items": row.result["items"], "waiting": row.result["waiting"]})
        return total

    def results(self, prefix: str) -> Mapping[str, Any]:
        """The results of the steps done so far whose names begin with `prefix`, by name."""
        return {
            name: row.result
            for name, row in self.known.items()
            if name.startswith(prefix) and row.status is not StepStatus.FAILED
        }

    def record(
        self,
        name: str,
        started: datetime,
        result: Any,
        *,
        status: StepStatus = StepStatus.COMPLETED,
        tries: int = 1,
        error: str | None = None,
    ) -> None:
        """Write a step, durable on return; LeaseLost if the run is not ours any more."""
        row = self._row(name, started, result, status=status, tries=tries, error=error)
        if self.lease is not None:
            self.ledger.write(lambda c: steps.record(self.ledger, c, row), self.lease)
        self._know(row)

    def _know(self, row: "StepRow") -> None:
        self.known[row.name] = row
        telling.step(row)

    def _try(
        self, name: str, started: datetime, attempt: Callable[[], retry.Tried[Any]]
    ) -> retry.Tried[Any]:
        try:
            return attempt()
        except FisioFlowError:
            raise
        except Exception as error:
            self.record(name, started, None, status=StepStatus.FAILED, error=type(error).__name__)
            raise

    def _effect(
        self, name: str, started: datetime, engine: "Engine", do: "Callable[[Connection], Any]"
    ) -> "StepRow":
        with writing(engine) as connection:
            if self.lease is None or engine is not self.ledger.engine:
                return self._row(name, started, do(connection))
            self.ledger.check(connection, self.lease)
            return self._once(name, started, do, connection)

    def _once(
        self,
        name: str,
        started: datetime,
        do: "Callable[[Connection], Any]",
        connection: "Connection",
    ) -> "StepRow":
        """The effect and its record; a commit whose answer was lost has happened all the same."""
        if before := steps.completed(self.ledger, connection, self.id or "", name):
            return before
        row = self._row(name, started, do(connection))
        steps.record(self.ledger, connection, row)
        return row

    def _row(
        self,
        name: str,
        started: datetime,
        result: Any,
        *,
        status: StepStatus = StepStatus.COMPLETED,
        tries: int = 1,
        error: str | None = None,
    ) -> "StepRow":
        if len(json.dumps(result).encode()) > MOST_RESULT_BYTES:
            raise ValueError(f"the result of step {name} is larger than {MOST_RESULT_BYTES} bytes")
        return steps.StepRow(
            run_id=self.id or "",
            name=name,
            status=status,
            attempt=self.attempt,
            tries=tries,
            started_at=started,
            finished_at=self.ledger.clock.now(),
            result=result,
            error=error,
        )
