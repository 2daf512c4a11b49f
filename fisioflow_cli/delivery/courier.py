"""The courier: brings one message to one person, at most once, whatever dies on the way."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fisioflow_cli.console import mask
from fisioflow_cli.delivery.attempt import Attempt
from fisioflow_cli.delivery.decision import Channel, Intent, Option, Reason, Send, Skip, Wait
from fisioflow_cli.engine.run import Run, Seen
from fisioflow_cli.ledger import deliveries, runs
from fisioflow_cli.ledger.deliveries import DeliveryRow, Subject
from fisioflow_cli.ledger.tables import DeliveryState

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.delivery.channels import Channels

# Resend keeps an idempotency key for 24 hours; an hour is left for clocks and slow requests
KEY_IS_SAFE = timedelta(hours=23)
WAITING = Seen(waiting=True)
OURS = Seen()


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What a dry run would do about one message; the recipient is masked."""

    key: str
    action: str
    """`send`, `skip` or `wait`."""
    channel: str | None = None
    recipient: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Courier:
    """Delivers the messages of one command."""

    channels: "Channels"
    clock: "Clock"
    ledger_id: str
    planned: list[Planned] = field(default_factory=list)
    """Filled by a dry run, and only then."""

    def deliver(self, run: Run, intent: Intent) -> Seen:
        """Send the message, unless that is done, barred or untimely; record which.

        Raises GatewayRefused or QuotaExhausted if no message would get through, and `Stop`.
        """
        seen = deliveries.find(run.ledger, intent.key) if run.remembers else None
        if seen and (known := self._known(run, seen)):
            return known
        if run.dry:
            return self._plan(seen, intent)
        if seen and seen.state is DeliveryState.SENDING:
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
        match seen.state:
            case DeliveryState.SENT:
                return OURS if ours else Seen(labels=(Reason.ALREADY_SENT,))
            case DeliveryState.FAILED | DeliveryState.IN_DOUBT:
                return OURS if ours else Seen(labels=(seen.state,))
        return None

    def _plan(self, seen: DeliveryRow | None, intent: Intent) -> Seen:
        decision = intent.decide()
        channel, recipient, reason = None, None, None
        if isinstance(decision, Send):
            option = decision.options[0]
            action, channel, recipient = "send", str(option.channel), mask(option.address)
        else:
            action, reason = (
                ("skip", str(decision.reason)) if isinstance(decision, Skip) else ("wait", None)
            )
        if seen and seen.state is DeliveryState.SENDING:
            action, reason = "wait", "in_flight"
        self.planned.append(
            Planned(
                key=intent.key, action=action, channel=channel, recipient=recipient, reason=reason
            )
        )
        return OURS

    def _note(
        self, run: Run, seen: DeliveryRow | None, intent: Intent, decision: Skip | Wait
    ) -> Seen:
        skip = isinstance(decision, Skip)
        values: dict[str, Any] = {
            "state": DeliveryState.SKIPPED if skip else DeliveryState.PENDING,
            "reason": decision.reason if isinstance(decision, Skip) else None,
            "payload": None,
        }
        written = self._write(run, seen, intent, values)
        return OURS if skip and written else WAITING

    def _recover(self, run: Run, seen: DeliveryRow, intent: Intent) -> Seen:
        """A request that may have left: repeat it where that is harmless, else declare it in doubt."""
        owner = runs.get(run.ledger, seen.run_id)
        if owner and owner.id != run.id and owner.leased:
            return WAITING
        gateway = self.channels.named(seen.provider, Channel(seen.channel or ""))
        begun = seen.first_attempt_at
        fresh = begun is not None and self.clock.now() - begun < KEY_IS_SAFE
        if gateway is None or not gateway.idempotent or not fresh or seen.payload is None:
            return self._doubt(run, seen, intent, "interrupted")
        decision = intent.decide()
        if isinstance(decision, Wait):
            return WAITING
        if isinstance(decision, Skip):
            return self._doubt(run, seen, intent, str(decision.reason))
        claimed = self._write(
            run, seen, intent, {"state": DeliveryState.SENDING, "tries": seen.tries}
        )
        if claimed is None:
            return WAITING
        return (
            Attempt(run=run, row=claimed, gateway=gateway, intent=intent, maybe_sent=True)
            .make()
            .seen
        )

    def _doubt(self, run: Run, seen: DeliveryRow, intent: Intent, reason: str) -> Seen:
        written = self._write(
            run, seen, intent, {"state": DeliveryState.IN_DOUBT, "reason": reason}
        )
        return OURS if written else WAITING

    def _send(self, run: Run, seen: DeliveryRow | None, intent: Intent, decision: Send) -> Seen:
        """By the first option; a definite refusal of its address leaves the next one its chance."""
        for option in decision.options:
            claimed = self._claim(run, seen, intent, decision, option)
            if claimed is None:
                return WAITING
            last = option is decision.options[-1]
            gateway = self.channels.gateway(option)
            made = Attempt(
                run=run, row=claimed, gateway=gateway, intent=intent, last_option=last
            ).make()
            if not made.address_refused or last:
                return made.seen
            seen = claimed
        return OURS

    def _claim(
        self, run: Run, seen: DeliveryRow | None, intent: Intent, decision: Send, option: Option
    ) -> DeliveryRow | None:
        """Freeze, then send: the rendered request is stored before the first one is made."""
        gateway = self.channels.gateway(option)
        subject = self.subject(run, intent)
        payload = gateway.compose(
            option.address, decision.render(option.channel), reference=subject.provider_key[:32]
        )
        frozen = json.dumps(payload, ensure_ascii=False, sort_keys=True)
        values = {
            "state": DeliveryState.SENDING,
            "reason": None,
            "channel": option.channel,
            "recipient": mask(option.address),
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
        return deliveries.write(run.ledger, run.lease, self.subject(run, intent), seen, values)
