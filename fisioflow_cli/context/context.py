"""What a command works with: built once, closed at its end."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.clinic import fit
from fisioflow_cli.clock import Clock
from fisioflow_cli.context.channels import build_channels
from fisioflow_cli.context.databases import Databases, open_databases
from fisioflow_cli.context.insights import build_insights
from fisioflow_cli.context.monitor import open_monitor
from fisioflow_cli.context.patrons import require_clinic, require_organization
from fisioflow_cli.delivery.courier import Courier
from fisioflow_cli.delivery.decision import Channel
from fisioflow_cli.delivery.hours import SendWindow
from fisioflow_cli.delivery.pacer import Pacer
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.perform import Performer
from fisioflow_cli.engine.signals import heeded
from fisioflow_cli.engine.start import Request, Starter, timetable
from fisioflow_cli.settings import parse_window
from fisioflow_cli.workflows.services import Services

if TYPE_CHECKING:
    from fisioflow_cli.delivery.channels import Channels
    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.engine.workflow import Workflow
    from fisioflow_cli.settings import Settings

NO_LEDGER_ID = "dry-run"


def unwatched(step: str, items: int) -> None:
    """Progress that nobody looks at."""
    del step, items


def unheard(sentence: str) -> None:
    """A note that nobody reads."""
    del sentence


@dataclass(frozen=True, kw_only=True)
class Context:
    """The settings of one command and everything built from them."""

    settings: "Settings"
    clock: Clock = field(default_factory=Clock)
    watch: Callable[[str, int], None] = unwatched
    """Called with a step's name and how many items it has done."""
    noted: Callable[[str], None] = unheard
    """Called with a sentence about trouble that harms no work: a monitor that does not answer."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the slots."""
        return ZoneInfo(self.settings.timezone)

    @contextmanager
    def databases(self) -> Iterator[Databases]:
        """The clinic and the ledger, closed at the end."""
        databases = open_databases(self.settings, self.clock)
        try:
            yield databases
        finally:
            databases.close()

    def start(self, workflow: "Workflow[Services]", request: Request) -> "Report":
        """Start a workflow as requested; every precondition is checked before anything is done."""
        timetable(workflow, self.clock, self.zone).asked(request)
        telling = not request.dry_run and request.organization is None
        with (
            open_monitor(self.settings, self.noted, telling=telling) as monitor,
            monitor.watching(workflow.command) as watch,
            self.databases() as databases,
            self.channels(workflow.needs) as channels,
        ):
            remembers = self.require(databases, request)
            performer = self.performer(
                databases, channels, workflow, request.organization, remembers=remembers
            )
            starter = Starter(
                workflow=workflow,
                request=request,
                performer=replace(performer, begun=watch.begun),
                zone=self.zone,
            )
            with heeded(performer.control):
                report = starter.start()
            watch.ended(report, databases.ledger)
            return report

    def performer(
        self,
        databases: Databases,
        channels: "Channels",
        workflow: "Workflow[Services]",
        organization: str | None,
        *,
        remembers: bool = True,
    ) -> Performer[Services]:
        """What does a workflow's slots for one organization or all; `remembers`: there is a ledger."""
        ledger_id = databases.require_side().ledger_id if remembers else NO_LEDGER_ID
        return Performer(
            workflow=workflow,
            services=self.services(databases, channels, ledger_id),
            ledger=databases.ledger,
            control=Control(clock=self.clock),
            organization=organization,
            lease_seconds=self.settings.lease_seconds,
            remembers=remembers,
            watch=self.watch,
        )

    def require_ledger(self, databases: Databases) -> str:
        """Make sure that the databases are ready, creating what is ours to create; the ledger's id."""
        self.require(databases, Request())
        return databases.require_side().ledger_id

    @contextmanager
    def channels(self, needs: Sequence[str]) -> "Iterator[Channels]":
        """The channels as configured, closed at the end; MissingSetting if one of `needs` is not."""
        channels = build_channels(self.settings, self.clock, needs)
        try:
            yield channels
        finally:
            channels.close()

    def services(
        self,
        databases: Databases,
        channels: "Channels",
        ledger_id: str,
        *,
        patience: float = math.inf,
    ) -> Services:
        """What the bodies of all workflows need besides their runs.

        `patience`: for how many seconds a thread sleeps when a provider asks for a pause.
        """
        window = (
            None
            if self.settings.send_window == "always"
            else parse_window(self.settings.send_window)
        )
        return Services(
            clinic=databases.clinic,
            courier=Courier(
                channels=channels,
                clock=self.clock,
                ledger_id=ledger_id,
                pacer=self._pacer(patience),
            ),
            clock=self.clock,
            window=SendWindow(window=window),
            message_minors=self.settings.message_minors,
            payload_days=self.settings.payload_days,
            insights=build_insights(self.settings),
            ai_organizations=frozenset(self.settings.ai_organizations),
        )

    def _pacer(self, patience: float) -> Pacer:
        rates: dict[str, float] = {
            Channel.EMAIL: self.settings.email_per_second,
            Channel.WHATSAPP: self.settings.whatsapp_per_second,
            Channel.PUSH: self.settings.push_per_second,
        }
        return Pacer(clock=self.clock, per_second=rates, patience=patience)

    def require(self, databases: Databases, request: Request) -> bool:
        """Make sure that the databases are ready, creating nothing before all else is in order.

        Whether there is a ledger.
        """
        if request.dry_run:
            remembers = databases.inspect()
            require_clinic(databases, request)
            return remembers
        databases.require_files()
        if databases.is_new():  # nobody is in it yet
            require_organization(request, None)
            databases.prepare()
            fit.require_fit(databases.clinic)
        else:
            require_clinic(databases, request)
            databases.prepare()
        return True
