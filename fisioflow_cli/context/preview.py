"""A preview: every scheduled workflow once, as a branch's code does it, and nothing leaves."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.clock import Clock
from fisioflow_cli.context.context import Context
from fisioflow_cli.context.demonstration import OPENING, TEMPLATES, Demonstration
from fisioflow_cli.context.environments import PREVIEW, Environments
from fisioflow_cli.demo import MONDAY
from fisioflow_cli.engine.start import Request
from fisioflow_cli.errors import ExitCode, UsageError
from fisioflow_cli.ledger import deliveries
from fisioflow_cli.ledger.tables import DeliveryState
from fisioflow_cli.workflows.registry import WORKFLOWS

if TYPE_CHECKING:
    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.ledger.deliveries import Tally
    from fisioflow_cli.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Previewed:
    """What one workflow did, and what became of its messages."""

    report: "Report"
    tally: "list[Tally]"

    def messages(self, *states: DeliveryState) -> Counter[str]:
        """Those in one of these states: how many by channel if sent, else by reason or state."""
        found: Counter[str] = Counter()
        for row in self.tally:
            if row.state in states:
                is_sent = row.state is DeliveryState.SENT
                found[(row.channel if is_sent else row.reason) or row.state] += row.count
        return found


@dataclass(frozen=True, kw_only=True)
class Preview:
    """One day of one preview, at half past ten: whatever the hour, patients may be written to."""

    context: Context
    day: date
    is_demo: bool
    """Whether it is the demo clinic, built where there is no DATABASE_URL."""

    @classmethod
    def of(
        cls, settings: "Settings", *, day: date | None, watch: Callable[[str, int], None]
    ) -> "Preview":
        """The preview of these settings; UsageError unless they are a preview's.

        `day`: today, or the demo clinic's own Monday, if it is not given.
        """
        if not settings.environment.startswith(PREVIEW):
            raise UsageError(
                f"A preview works in an environment of its own, and this is {settings.environment}; "
                "set FISIOFLOW_ENV=preview:<branch>."
            )
        is_demo, zone = settings.database_url is None, ZoneInfo(settings.timezone)
        if day is None:
            day = MONDAY if is_demo else Clock().now().astimezone(zone).date()
        more = TEMPLATES if is_demo else {}
        own = settings.model_copy(update={**more, "allow_recipients": ()})
        clock = Clock(starting_at=datetime.combine(day, OPENING, zone))
        return cls(
            context=Context(settings=own, clock=clock, watch=watch), day=day, is_demo=is_demo
        )

    def prepare(self, *, fresh: bool) -> None:
        """Make sure that clinic and ledger are there; `fresh`: forget what this preview did before.

        Raises RunInProgress if it is at work, DemoRefused if there is another clinic than the demo's
        where that should be.
        """
        if self.is_demo:
            Demonstration(context=self.context).build(fresh=False)
        if not fresh:
            return
        with self.context.databases() as databases:
            self.context.require_ledger(databases)
            environments = Environments(ledger=databases.ledger)
            doomed = environments.named(())
            environments.require_idle(doomed)
            for each in doomed:
                for _ in environments.drop(each):
                    pass

    def run_all(self) -> list[Previewed]:
        """Start every scheduled workflow for the day, until a signal comes."""
        done: list[Previewed] = []
        for workflow in WORKFLOWS:
            report = self.context.start(workflow, Request(catch_up=False))
            done.append(Previewed(report=report, tally=self._tally(report)))
            if report.exit_code in {ExitCode.INTERRUPTED, ExitCode.TERMINATED}:
                break
        return done

    def _tally(self, report: "Report") -> "list[Tally]":
        with self.context.databases() as databases:
            return deliveries.tally(databases.ledger, report.run_id or "")
