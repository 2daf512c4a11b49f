"""Resolving what is in doubt: a person has looked at the provider, and says what is true."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from fisioflow_cli.errors import RunInProgress, UsageError
from fisioflow_cli.ledger import again, deliveries, event_care, runs
from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fisioflow_cli.ledger.deliveries import DeliveryRow
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.runs import RunRow

RESOLVED = "resolved_"
"""Begins the reason of a delivery that a person has judged; who it was and when stand behind it."""
TROUBLE = (DeliveryState.FAILED, DeliveryState.IN_DOUBT)


class Verdict(StrEnum):
    """What a person says of a message in doubt."""

    SENT = "sent"
    RESEND = "resend"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Who says what of a message in doubt."""

    verdict: Verdict
    by: str
    """`ana@clinic-1`."""
    provider_id: str | None = None
    """How the provider names the message, where the person has found it."""

    def reason(self, ledger: "Ledger") -> str:
        """What stands with the delivery from then on."""
        return f"{RESOLVED}{self.verdict} by {self.by} at {ledger.clock.now():%Y-%m-%dT%H:%M:%SZ}"


def believe(ledger: "Ledger", seen: "DeliveryRow", judgement: Judgement) -> bool:
    """Record that the message did leave; false if it is not in doubt any more.

    Its run counts anew: if nothing else of it is in trouble it is completed, and so is its event.
    """

    def do(connection: "Connection") -> bool:
        run = _hold(ledger, connection, seen)
        values = {
            "state": DeliveryState.SENT,
            "reason": judgement.reason(ledger),
            "provider_id": judgement.provider_id or seen.provider_id,
        }
        if not _judge(ledger, connection, seen, values):
            return False
        if run is not None and run.status is not RunStatus.RUNNING:
            _count_anew(ledger, connection, run, seen.channel)
            _complete_event(ledger, connection, run)
        return True

    return ledger.write(do)


def resend(
    ledger: "Ledger", seen: "DeliveryRow", judgement: Judgement, *, same_request: bool
) -> "RunRow | None":
    """Let a later start send the message; the run that will, or None if it is not in doubt any more.

    `same_request`: the provider drops repeats and still knows the key, so that the frozen request is
    made once more. Otherwise it is rendered anew under a new key: if the first one did arrive, this is
    a second message. Raises RunInProgress while its run is worked on, UsageError if a person has ended
    it.
    """

    def do(connection: "Connection") -> str | None:
        run = _hold(ledger, connection, seen)
        if run is None:
            raise UsageError("The run of this message is gone from the ledger.")
        heir = _heir(ledger, connection, run)
        values: dict[str, Any] = {
            "state": DeliveryState.SENDING,
            "reason": judgement.reason(ledger),
            "run_id": heir,
        }
        if not same_request:
            values |= {
                "state": DeliveryState.PENDING,
                "payload": None,
                "provider_id": None,
                "provider_key": _another_key(seen),
            }
        # what was done for it is undone with it
        if not _judge(ledger, connection, seen, values):
            raise _NotInDoubt
        return heir

    try:
        heir = ledger.write(do)
    except _NotInDoubt:
        return None
    return runs.get(ledger, heir) if heir else None


class _NotInDoubt(Exception):
    """Somebody was faster; the transaction is rolled back."""


def _hold(ledger: "Ledger", connection: "Connection", seen: "DeliveryRow") -> "RunRow | None":
    """The message's run; its event and the message are ours until the transaction ends.

    In this order, as in whatever else locks them, or two who judge at once would wait for each other.
    """
    d, e = ledger.tables.deliveries, ledger.tables.events
    run = runs.get_in(ledger, connection, seen.run_id)
    if run is not None:
        event = select(e.c.id).where(e.c.environment == run.environment, e.c.id == run.slot)
        connection.execute(event.with_for_update()).all()
    connection.execute(select(d.c.id).where(d.c.id == seen.id).with_for_update()).all()
    return run


def _judge(
    ledger: "Ledger", connection: "Connection", seen: "DeliveryRow", values: Mapping[str, Any]
) -> bool:
    d = ledger.tables.deliveries
    still = (
        d.c.id == seen.id,
        d.c.environment == ledger.environment,
        d.c.state == DeliveryState.IN_DOUBT,
        d.c.claim == seen.claim,
    )
    return deliveries.change(ledger, connection, still, values) == 1


def _another_key(seen: "DeliveryRow") -> str:
    """As unique, and as silent about the message, as the one it replaces."""
    return hashlib.sha256(f"{seen.provider_key}\n{seen.claim}".encode()).hexdigest()


def _heir(ledger: "Ledger", connection: "Connection", run: "RunRow") -> str:
    """The id of the run that will send it, made ready for that."""
    event = _event_again(ledger, connection, run)
    if event is not None:
        return run.id
    newest = runs.latest_in(ledger, connection, run.occasion) or run
    if newest.leased:
        raise RunInProgress(f"Run {newest.id} is being worked on; resolve it when that has ended.")
    if newest.cancelled_by_hand:
        raise UsageError(
            f"Run {newest.id} was cancelled by hand; `fisioflow runs retry` it first, then resolve."
        )
    if newest.settled:
        opened = again.open_next(ledger, connection, newest)
        if opened.leased or opened.settled:  # it may have passed the message, and would skip it
            raise RunInProgress(f"Run {opened.id} was begun meanwhile; resolve it once more.")
        return opened.id
    again.read_pages_again(ledger, connection, newest.id)
    return newest.id


def _event_again(ledger: "Ledger", connection: "Connection", run: "RunRow") -> str | None:
    """The id of the run's event, due again; None if none started the run."""
    e = ledger.tables.events
    query = select(e.c.status).where(
        e.c.environment == run.environment, e.c.id == run.slot, e.c.workflow == run.workflow
    )
    status = connection.execute(query.with_for_update()).scalar()
    if status is None:
        return None
    if status == EventStatus.RUNNING:
        raise RunInProgress(f"Event {run.slot} is being worked on; resolve it when that has ended.")
    if status not in {EventStatus.DEAD, EventStatus.WAITING}:
        raise UsageError(f"Event {run.slot} is {status}; nothing works on it any more.")
    event_care.due_again(ledger, connection, run.slot, EventStatus(status))
    return run.slot


def _count_anew(
    ledger: "Ledger", connection: "Connection", run: "RunRow", channel: str | None
) -> None:
    """One message less in doubt, one more sent."""
    result = run.result
    if not isinstance(result, dict) or not isinstance(result.get("in_doubt"), int):
        return
    doubts = max(0, result["in_doubt"] - 1)
    changed = {**result, "in_doubt": doubts, "sent": result.get("sent", 0) + 1}
    if channel and isinstance(result.get("by_channel"), dict):
        by_channel = result["by_channel"]
        changed["by_channel"] = {**by_channel, channel: by_channel.get(channel, 0) + 1}
    settled = run.status is RunStatus.PARTIAL and not doubts and not result.get("failed")
    r = ledger.tables.runs
    connection.execute(
        update(r)
        .where(r.c.id == run.id, r.c.attempt == run.attempt)
        .values(result=changed, status=RunStatus.COMPLETED if settled else run.status)
    )


def _complete_event(ledger: "Ledger", connection: "Connection", run: "RunRow") -> None:
    """An event that was dead because of a doubt alone is completed when that is resolved."""
    d, e, r = ledger.tables.deliveries, ledger.tables.events, ledger.tables.runs
    mine = select(r.c.id).where(
        r.c.environment == run.environment, r.c.workflow == run.workflow, r.c.slot == run.slot
    )
    left = select(func.count()).where(d.c.run_id.in_(mine), d.c.state.in_(TROUBLE))
    if run.status is not RunStatus.PARTIAL or connection.execute(left).scalar_one():
        return
    connection.execute(
        update(e)
        .where(e.c.environment == run.environment, e.c.id == run.slot, e.c.run_id == run.id)
        .where(e.c.status == EventStatus.DEAD)
        .values(status=EventStatus.COMPLETED, error=None, updated_at=ledger.clock.now())
    )
