"""The courier: brings one message to one person, at most once, whatever dies on the way."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fisioflow_cli.delivery import telling
from fisioflow_cli.delivery.attempt import Attempt, Made, key_is_safe, postpone, resolved
from fisioflow_cli.delivery.decision import Channel, Intent, Option, Pause, Reason, Send, Skip, Wait
from fisioflow_cli.delivery.planned import Planned, foresee
from fisioflow_cli.engine.run import Run, Seen
from fisioflow_cli.errors import FisioFlowError
from fisioflow_cli.ledger import deliveries, runs
from fisioflow_cli.ledger.deliveries import DeliveryRow, Subject
from fisioflow_cli.ledger.tables import DeliveryState

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.delivery.channels import Channels
    from fisioflow_cli.delivery.pacer import Pacer
    from fisioflow_cli.gateways.gateway import Gateway

WAITING = Seen(waiting=True)
"""A row of this run says that it is pending, or that a request may be in flight."""
THEIRS = Seen(waiting=True, labels=(DeliveryState.PENDING,))
"""The same of another run's row, which this run's tally would miss."""
OURS = Seen()
DEFECT = "unexpected "
"""Begins the reason of a message that an error of ours has stopped: unsent, so not final."""
FRESH_SECONDS = 1.0
"""Whoever waited longer for a turn has the recipient's state read again before the request."""


@dataclass(frozen=True, kw_only=True)
class Courier:
    """Delivers the messages of one command."""

    channels: "Channels"
    clock: "Clock"
    ledger_id: str
    planned: list[Planned] = field(default_factory=list)
    """Filled by a dry run, and only then; emptied by `plan`."""
    pacer: "Pacer"
    """How fast the gateways are asked, and which one rests."""

    def plan(self) -> list[Planned]:
        """What a dry run would do, since this was last asked: one command may rehearse many slots."""
        plan = list(self.planned)
        self.planned.clear()
        return plan

    def deliver(self, run: Run, intent: Intent) -> Seen:
        """Send the message, unless that is done, barred or untimely; record which.

        Raises GatewayRefused or QuotaExhausted if no message would get through, and `Stop`.
        """
        try:
            seen = self._deliver(run, intent)
        except FisioFlowError:
            raise
        except Exception as error:
            if run.dry:
                raise
            seen = self._stumble(run, intent, error)
        run.waits |= seen.waiting
        return seen

    def _deliver(self, run: Run, intent: Intent) -> Seen:
        seen = deliveries.find(run.ledger, intent.key) if run.remembers else None
        if seen and (known := self._known(run, seen)):
            if run.dry:
                self.planned.append(Planned(key=intent.key, action="none", reason=known.labels[0]))
            return known
        in_flight = seen is not None and seen.state is DeliveryState.SENDING
        if run.dry:
            self.planned.append(foresee(intent.key, intent.decide(), in_flight=in_flight))
            return OURS
        if seen and in_flight:
            return self._recover(run, seen, intent)
        decision = intent.decide()
        if isinstance(decision, Send):
            return self._send(run, seen, intent, decision)
        return self._note(run, seen, intent, decision)

    def subject(self, run: Run, intent: Intent) -> Subject:
        """What is stored of a message from its first row on.

        The provider key is unique to this ledger, environment and message, and says nothing of them.
        """
        parts = "\n".join((self.ledger_id, run.ledger.environment, intent.key))
        return Subject(
            message_key=intent.key,
            provider_key=hashlib.sha256(parts.encode()).hexdigest(),
            organization_id=intent.organization_id,
            recipient_id=intent.recipient_id,
        )

    def _known(self, run: Run, seen: DeliveryRow) -> Seen | None:
        """What an earlier start came to, where that is final."""
        ours = seen.run_id == run.id
        if seen.state is DeliveryState.FAILED and (seen.reason or "").startswith(DEFECT):
            return None
        match seen.state:
            case DeliveryState.SENT:
                return OURS if ours else Seen(labels=(Reason.ALREADY_SENT,))
            case DeliveryState.FAILED | DeliveryState.IN_DOUBT:
                return OURS if ours else Seen(labels=(seen.state,))
        return None

    def _stumble(self, run: Run, intent: Intent, error: Exception) -> Seen:
        """One bad message harms no other, and is not left half-way."""
        seen = deliveries.find(run.ledger, intent.key)
        reason = f"{DEFECT}{type(error).__name__}"
        if seen and seen.state is DeliveryState.SENDING:
            return self._doubt(run, seen, intent, reason) if seen.run_id == run.id else THEIRS
        values = {"state": DeliveryState.FAILED, "reason": reason}
        return OURS if self._write(run, seen, intent, values) else THEIRS

    def _note(
        self, run: Run, seen: DeliveryRow | None, intent: Intent, decision: Skip | Wait
    ) -> Seen:
        skip = isinstance(decision, Skip)
        values: dict[str, Any] = {
            "state": DeliveryState.SKIPPED if skip else DeliveryState.PENDING,
            "reason": decision.reason if isinstance(decision, Skip) else decision.why,
            "payload": None,
        }
        if self._write(run, seen, intent, values) is None:
            return THEIRS
        if isinstance(decision, Wait):
            postpone(run, decision)
        return OURS if skip else WAITING

    def _recover(self, run: Run, seen: DeliveryRow, intent: Intent) -> Seen:
        """A request that may have left: repeat it where that is harmless, else declare it in doubt."""
        owner = runs.get(run.ledger, seen.run_id)
        if owner and owner.id != run.id and owner.leased:
            return THEIRS
        gateway = self.channels.named(seen.provider, Channel(seen.channel or ""))
        fresh = key_is_safe(seen, self.clock.now())
        if gateway is None or not gateway.idempotent or not fresh or seen.payload is None:
            return self._doubt(run, seen, intent, "interrupted")
        decision = self._resting(run, gateway, seen.channel or "") or intent.decide()
        if isinstance(decision, Wait):
            postpone(run, decision)
            return WAITING if seen.run_id == run.id else THEIRS
        if isinstance(decision, Skip):
            return self._doubt(run, seen, intent, str(decision.reason))
        claimed = self._write(run, seen, intent, {"state": DeliveryState.SENDING})
        if claimed is None:
            return THEIRS
        return self._attempt(run, claimed, intent, gateway, maybe_sent=True).seen

    def _doubt(self, run: Run, seen: DeliveryRow, intent: Intent, reason: str) -> Seen:
        values = {"state": DeliveryState.IN_DOUBT, "reason": reason}
        return OURS if self._write(run, seen, intent, values) else THEIRS

    def _send(self, run: Run, seen: DeliveryRow | None, intent: Intent, decision: Send) -> Seen:
        """By the first option; a definite refusal of its address leaves the next one its chance."""
        for option in decision.options:
            gateway = self.channels.gateway(option)
            if changed := self._turn(run, intent, gateway, option):
                return self._note(run, seen, intent, changed)
            claimed = self._claim(run, seen, intent, decision, option)
            if claimed is None:
                return THEIRS
            last = option is decision.options[-1]
            made = self._attempt(run, claimed, intent, gateway, last_option=last)
            if made.refused is None:
                return made.seen
            seen = made.refused
        return OURS

    def _turn(
        self, run: Run, intent: Intent, gateway: "Gateway", option: Option
    ) -> Skip | Wait | None:
        """Wait for the turn of a request; what bars it if the provider or, by then, its reader does.

        A message that waits is not claimed: dying here leaves nothing in doubt.
        """
        began = self.clock.monotonic()
        if resting := self._resting(run, gateway, option.channel):
            return resting
        if self.clock.monotonic() - began < FRESH_SECONDS:
            return None
        decision = intent.decide()
        return None if isinstance(decision, Send) else decision

    def _resting(self, run: Run, gateway: "Gateway", channel: str) -> Wait | None:
        rest = self.pacer.admit(gateway, channel, run.control)
        if not rest:
            return None
        until = self.clock.now() + timedelta(seconds=rest)
        return Wait(why=Pause.PROVIDER_PAUSES, until=until)

    def _attempt(
        self, run: Run, row: DeliveryRow, intent: Intent, gateway: "Gateway", **facts: bool
    ) -> Made:
        return Attempt(
            run=run, row=row, gateway=gateway, intent=intent, pacer=self.pacer, **facts
        ).make()

    def _claim(
        self, run: Run, seen: DeliveryRow | None, intent: Intent, decision: Send, option: Option
    ) -> DeliveryRow | None:
        """Freeze, then send: the rendered request is stored before the first one is made."""
        gateway = self.channels.gateway(option)
        subject = self.subject(run, intent)
        content = decision.render(option.channel)
        option.require_all(content)
        key = seen.provider_key if seen else subject.provider_key
        payload = gateway.compose(option.address, content, reference=key[:32])
        frozen = json.dumps(payload, ensure_ascii=False, sort_keys=True)
        values = {
            "state": DeliveryState.SENDING,
            "reason": resolved(seen),
            "channel": option.channel,
            "recipient": option.masked,
            "provider": gateway.name,
            "provider_id": None,
            "payload": frozen,
            "payload_sha256": hashlib.sha256(frozen.encode()).hexdigest(),
            "first_attempt_at": self.clock.now(),
        }
        return self._write(run, seen, intent, values)

    def _write(
        self, run: Run, seen: DeliveryRow | None, intent: Intent, values: dict[str, Any]
    ) -> DeliveryRow | None:
        assert run.lease is not None  # noqa: S101  # a dry run never comes here
        written = deliveries.write(run.ledger, run.lease, self.subject(run, intent), seen, values)
        if written is not None:
            telling.delivery(written, values)
        return written
