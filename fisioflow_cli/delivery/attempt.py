"""The attempt to send a claimed message: requests, pauses and retries until there is an outcome."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from fisioflow_cli.delivery import telling
from fisioflow_cli.delivery.decision import Channel, Intent, Pause, Reason, Send, Skip, Wait
from fisioflow_cli.engine import retry
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.run import Run, Seen
from fisioflow_cli.errors import FisioFlowError, GatewayRefused, QuotaExhausted
from fisioflow_cli.gateways.gateway import (
    Accepted,
    Outcome,
    Rejected,
    RetryAfter,
    StopRun,
    Uncertain,
)
from fisioflow_cli.ledger import deliveries, doubts
from fisioflow_cli.ledger.tables import DeliveryState

if TYPE_CHECKING:
    from fisioflow_cli.delivery.pacer import Pacer
    from fisioflow_cli.gateways.gateway import Gateway
    from fisioflow_cli.ledger.deliveries import DeliveryRow

REQUEST_SECONDS = 30.0
SHORTEST_PAUSE = 1.0
"""A provider that asks for less, rounding down, is not asked again and again within a second."""
STOPPED_SECONDS = 600.0
"""How long a gateway is left alone that would take no message at all: a person has to act first."""
# Resend keeps an idempotency key for 24 hours; an hour is left for clocks and slow requests
KEY_IS_SAFE = timedelta(hours=23)
POLICIES = {
    Channel.EMAIL: retry.EMAIL,
    Channel.WHATSAPP: retry.WHATSAPP,
    Channel.PUSH: retry.API,
}


def key_is_safe(row: "DeliveryRow", now: datetime) -> bool:
    """Whether the provider still knows the key of a first request that may have reached it."""
    return row.first_attempt_at is not None and now - row.first_attempt_at < KEY_IS_SAFE


def resolved(row: "DeliveryRow | None") -> str | None:
    """That a person has had it sent once more: it stays with the message when that is done."""
    reason = row.reason if row is not None else None
    return reason if (reason or "").startswith(doubts.RESOLVED) else None


def postpone(run: Run, wait: Wait) -> None:
    """Let the run come back when what it waits for is over, if that is known."""
    if wait.until is not None:
        run.postpone(wait.until.astimezone(UTC))


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """Something changed between two requests, the recipient's state say: do not send another."""

    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Made:
    """What the attempt came to."""

    seen: Seen
    refused: "DeliveryRow | None" = None
    """The delivery, pending again, if its address was refused and there is another option."""


@dataclass(kw_only=True)
class Attempt:
    """One claimed delivery on its way to the provider."""

    run: Run
    row: "DeliveryRow"
    gateway: "Gateway"
    intent: Intent
    pacer: "Pacer"
    last_option: bool = True
    maybe_sent: bool = False
    """An earlier request may have been carried out."""
    requests: int = 0
    paused: float = 0.0
    """Seconds of the pauses that the provider asked for."""

    def make(self) -> Made:
        """Ask the provider until it says yes or no, the attempts are used up, or time is."""
        policy = POLICIES[self._channel]
        try:
            outcome = retry.call(self._request, policy, self.run.control, again=self._again).value
        except FisioFlowError:
            self._leave("interrupted")
            raise
        except Exception as error:
            self._leave(type(error).__name__)
            raise
        return self._record(outcome)

    @property
    def _channel(self) -> Channel:
        return Channel(self.row.channel or "")

    def _request(self) -> Outcome | Withdrawn:
        """One request; a pause that the provider asks for uses up no attempt.

        The first one's turn has come already: the courier claims a message only then.
        """
        while True:
            if self.requests:
                if rest := self.pacer.admit(self.gateway, self._channel, self.run.control):
                    return RetryAfter(code=Pause.PROVIDER_PAUSES, seconds=rest)
                if withdrawn := self._withdrawn():
                    return withdrawn
            self.run.check()
            if self.maybe_sent and not key_is_safe(self.row, self.run.ledger.clock.now()):
                return Withdrawn(reason="interrupted")  # it grew old while we waited
            self.requests += 1
            before, self.maybe_sent = self.maybe_sent, True
            outcome = self.gateway.send(
                json.loads(self.row.payload or "{}"),
                provider_key=self.row.provider_key,
                timeout=self.run.control.remaining(REQUEST_SECONDS),
            )
            self.maybe_sent = before or isinstance(outcome, Uncertain)
            if not isinstance(outcome, RetryAfter) or outcome.seconds is None:
                return outcome
            pause = max(SHORTEST_PAUSE, outcome.seconds)
            if not outcome.recipient:
                self.pacer.pause(self.gateway.name, pause)
            if not self.pacer.sits_out(pause, self.run.control, before=self.paused):
                return outcome
            self.paused += pause
            self.run.control.sleep(pause)

    def _again(self, outcome: Outcome | Withdrawn) -> bool:
        if isinstance(outcome, RetryAfter):
            return outcome.seconds is None
        return isinstance(outcome, Uncertain) and self.gateway.idempotent

    def _withdrawn(self) -> Withdrawn | None:
        decision = self.intent.decide()
        if isinstance(decision, Send):
            return None
        if isinstance(decision, Wait):
            postpone(self.run, decision)
        return Withdrawn(reason=str(decision.reason) if isinstance(decision, Skip) else None)

    def _record(self, outcome: Outcome | Withdrawn) -> Made:
        match outcome:
            case Accepted(provider_id=provider_id):
                kept = resolved(self.row)
                return self._settle(DeliveryState.SENT, provider_id=provider_id, reason=kept)
            case Rejected(opted_out=True):
                return self._settle(DeliveryState.SKIPPED, reason=Reason.OPTED_OUT)
            case Rejected(address=True, code=code) if not self.last_option:
                self.maybe_sent = False  # a definite no, also to whatever went before
                return replace(self._leave(code), refused=self._pending_again())
            case Rejected(code=code):
                return self._settle(DeliveryState.FAILED, reason=code)
            case Withdrawn(reason=str() as reason):
                state = DeliveryState.IN_DOUBT if self.maybe_sent else DeliveryState.SKIPPED
                return self._settle(state, reason=reason)
            case Uncertain(code=code) if not self.gateway.idempotent:
                return self._settle(DeliveryState.IN_DOUBT, reason=code)
            case StopRun(code=code, remedy=remedy, configuration=configuration):
                self.pacer.pause(self.gateway.name, STOPPED_SECONDS)
                self._leave(code)
                raise (GatewayRefused if configuration else QuotaExhausted)(remedy)
            case RetryAfter(code=code) | Uncertain(code=code):
                self._postpone(outcome)
                return self._leave(code)
            case _:
                return self._leave(None)

    def _postpone(self, outcome: RetryAfter | Uncertain) -> None:
        """A pause that was asked for, and is not sat out, says when to come back."""
        if isinstance(outcome, RetryAfter) and outcome.seconds is not None:
            now = self.run.ledger.clock.now()
            self.run.postpone(now + timedelta(seconds=outcome.seconds))

    def _settle(self, state: DeliveryState, **values: Any) -> Made:
        if state is DeliveryState.SKIPPED:
            values["payload"] = None
        self._write({"state": state, "reason": None, **values})
        return Made(seen=Seen())

    def _leave(self, reason: str | None) -> Made:
        """For a later start: pending if certainly unsent, else `sending`, the evidence of a doubt."""
        values: dict[str, Any] = {"state": DeliveryState.SENDING}
        if not self.maybe_sent:
            values = {"state": DeliveryState.PENDING, "payload": None}
        self._write({**values, "reason": reason})
        return Made(seen=Seen(waiting=True))

    def _pending_again(self) -> "DeliveryRow":
        tries = self.row.tries + self.requests
        return replace(self.row, state=DeliveryState.PENDING, tries=tries)

    def _write(self, values: dict[str, Any]) -> None:
        """What a provider answered is known nowhere else: deadline and signals wait for it."""
        values["tries"] = self.row.tries + self.requests
        record = partial(deliveries.settle, self.run.ledger, self.row, values)
        retry.call(record, retry.DATABASE, Control(clock=self.run.control.clock))
        telling.delivery(self.row, values)
