"""The history of messages: what became of each, and what a person may say of those in doubt."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.console import shortened
from fisioflow_cli.context.history import History, find_run, one_of, open_history, storable
from fisioflow_cli.context.person import whoever
from fisioflow_cli.context.run_care import workflow_of
from fisioflow_cli.delivery.attempt import key_is_safe
from fisioflow_cli.delivery.decision import Channel
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.errors import SlotTooOld, UnknownMessage, UsageError
from fisioflow_cli.gateways.email_resend import Resend
from fisioflow_cli.gateways.outbox import Outbox
from fisioflow_cli.ledger import deliveries, doubts, pages, runs
from fisioflow_cli.ledger.delivery_filter import DeliveryFilter
from fisioflow_cli.ledger.doubts import Judgement, Verdict
from fisioflow_cli.ledger.tables import DeliveryState
from fisioflow_cli.workflows.registry import WORKFLOWS

if TYPE_CHECKING:
    from fisioflow_cli.ledger.deliveries import DeliveryRow
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.pages import Page
    from fisioflow_cli.ledger.runs import RunRow

NEAR = 5
"""So many keys that begin alike are named to somebody who mistyped one."""
DROPPING_REPEATS = frozenset({Resend.name, Outbox.name})
"""The gateways whose provider makes one message of two requests with the same key."""


@dataclass(frozen=True, kw_only=True)
class WantedDeliveries:
    """Which deliveries are meant, as typed."""

    state: str | None = None
    channel: str | None = None
    reason: str | None = None
    run: str | None = None
    recipient: str | None = None
    organization: str | None = None
    key: str | None = None
    """What the message key begins with."""
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryHistory:
    """Questions about the deliveries of one ledger; what is typed wrongly is a UsageError."""

    history: History

    @property
    def ledger(self) -> "Ledger":
        """Where the deliveries are."""
        return self.history.ledger

    def page(
        self, wanted: WantedDeliveries, *, after: str | None, most: int
    ) -> "Page[DeliveryRow]":
        """The newest deliveries that are meant, behind the cursor `after`."""
        return pages.page(self.ledger, self.filter(wanted), after=after, most=most)

    def filter(self, wanted: WantedDeliveries) -> DeliveryFilter:
        """What was typed, as the ledger takes it."""
        return DeliveryFilter(
            state=one_of(DeliveryState, wanted.state),
            channel=one_of(Channel, wanted.channel),
            reason=storable(wanted.reason),
            run_id=find_run(self.ledger, wanted.run).id if wanted.run is not None else None,
            recipient_id=storable(wanted.recipient),
            organization_id=storable(wanted.organization),
            key=storable(wanted.key),
            since=self.history.instant(wanted.since),
            until=self.history.instant(wanted.until),
        )

    def find(self, key: str) -> "DeliveryRow":
        """The delivery with this key; UnknownMessage, with those that begin alike, if there is none."""
        known = storable(key.strip()) or ""
        found = deliveries.find(self.ledger, known)
        if found is None:
            raise UnknownMessage(
                f"No message has the key {shortened(key)}; {self._near(known) or _NONE_ALIKE}."
            )
        return found

    def run_of(self, row: "DeliveryRow") -> "RunRow | None":
        """The run that touched it last; None if it is gone."""
        return runs.get(self.ledger, row.run_id)

    def in_doubt(self, wanted: WantedDeliveries) -> "Iterator[DeliveryRow]":
        """Those of the meant ones that are in doubt, newest first; read in pages."""
        meant = pages.every(self.ledger, self.filter(wanted))
        return (row for row in meant if row.state is DeliveryState.IN_DOUBT)

    def believe(self, row: "DeliveryRow", provider_id: str | None = None) -> "DeliveryRow":
        """Record that a message in doubt did leave; how it is then."""
        self.check_believe(row)
        found = storable(provider_id)
        judgement = Judgement(verdict=Verdict.SENT, by=whoever(), provider_id=found)
        if not doubts.believe(self.ledger, row, judgement):
            raise _judged(row)
        return self.find(row.message_key)

    def resend(self, row: "DeliveryRow", *, allow_late: bool) -> "RunRow":
        """Let a later start send a message in doubt once more; the run that does.

        Raises SlotTooOld past the age of its workflow, RunInProgress while its run is worked on.
        """
        self.check_resend(row, allow_late=allow_late)
        judgement = Judgement(verdict=Verdict.RESEND, by=whoever())
        repeatable = (
            row.provider in DROPPING_REPEATS
            and row.payload is not None
            and key_is_safe(row, self.ledger.clock.now())
        )
        run = doubts.resend(self.ledger, row, judgement, same_request=repeatable)
        if run is None:
            raise _judged(row)
        return run

    def check_resend(self, row: "DeliveryRow", *, allow_late: bool) -> None:
        """Raise UsageError for a message that is not in doubt, SlotTooOld for one that is too late."""
        self.check_believe(row)
        if not allow_late:
            self._refuse_late(row)

    def check_believe(self, row: "DeliveryRow") -> None:
        """Raise UsageError for a message that is not in doubt."""
        if row.state is not DeliveryState.IN_DOUBT:
            raise UsageError(
                f"Message {row.message_key} is {row.state}; only one in doubt is resolved."
            )

    def _refuse_late(self, row: "DeliveryRow") -> None:
        run = self.run_of(row)
        if run is None or run.workflow not in {workflow.id for workflow in WORKFLOWS}:
            return
        workflow = workflow_of(run)
        table = timetable(workflow, self.ledger.clock, self.history.zone)
        if table.too_old(table.slot_of(run.as_of)):
            raise SlotTooOld(
                f"Slot {run.slot} is past the maximum age of {workflow.command}: its message would come "
                "too late; add --allow-late to send it all the same."
            )

    def _near(self, key: str) -> str:
        """The keys that begin as this one does, as much of it as leads to any."""
        while key := key.rstrip("/"):
            found = pages.page(self.ledger, DeliveryFilter(key=key), most=NEAR).rows
            if found:
                return f"these begin alike: {', '.join(row.message_key for row in found)}"
            key = key.rpartition("/")[0]
        return ""


_NONE_ALIKE = "`fisioflow deliveries list` shows those there are"


def _judged(row: "DeliveryRow") -> UsageError:
    return UsageError(f"Message {row.message_key} is not in doubt any more: somebody was faster.")


@contextmanager
def open_delivery_history(environment: str | None = None) -> Iterator[DeliveryHistory]:
    """The deliveries of this process's settings; LedgerMissing where nothing has ever run."""
    with open_history(environment) as history:
        yield DeliveryHistory(history=history)
