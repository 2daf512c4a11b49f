"""What a messaging run has come to, counted from the ledger over all its attempts."""

from collections import Counter
from typing import TYPE_CHECKING

from fisioflow_cli.delivery.decision import Reason
from fisioflow_cli.engine.workflow import Result
from fisioflow_cli.ledger import deliveries
from fisioflow_cli.ledger.tables import DeliveryState

if TYPE_CHECKING:
    from fisioflow_cli.delivery.planned import Planned
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.workflows.services import Services

PARKED = "parked"
UNFINISHED = (DeliveryState.PENDING, DeliveryState.SENDING)


def messaging_result(run: "Run", services: "Services", step: str) -> Result:
    """The counts of DESIGN §8: candidates = sent + failed + in_doubt + pending + all skipped.

    Items of a page that could not even be read as a message count as failed. A dry run counts what
    it would do, and lists it under `plan`.
    """
    elsewhere = run.tallies(step)
    states: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    by_channel: Counter[str] = Counter()
    plan = services.courier.plan() if run.dry else []
    for state, reason, channel, count in _planned(plan) if run.dry else _recorded(run):
        states[state] += count
        if state == DeliveryState.SKIPPED:
            skipped[reason or ""] += count
        if state == DeliveryState.SENT:
            by_channel[channel or ""] += count
    if elsewhere[Reason.ALREADY_SENT]:
        skipped[Reason.ALREADY_SENT] += elsewhere[Reason.ALREADY_SENT]
    failed = states[DeliveryState.FAILED] + elsewhere[DeliveryState.FAILED] + elsewhere[PARKED]
    in_doubt = states[DeliveryState.IN_DOUBT] + elsewhere[DeliveryState.IN_DOUBT]
    pending = sum(c[state] for c in (states, elsewhere) for state in UNFINISHED)
    data = {
        "candidates": states[DeliveryState.SENT] + failed + in_doubt + pending + skipped.total(),
        "sent": states[DeliveryState.SENT],
        "failed": failed,
        "in_doubt": in_doubt,
        "pending": pending,
        "skipped": dict(sorted(skipped.items())),
        "by_channel": dict(sorted(by_channel.items())),
    }
    if run.dry:
        data["plan"] = [vars(planned) for planned in plan]
    return Result(data=data, troubled=failed + in_doubt, pending=pending)


Counted = tuple[str, str | None, str | None, int]


def _recorded(run: "Run") -> list[Counted]:
    found = deliveries.tally(run.ledger, run.id or "")
    return [(row.state, row.reason, row.channel, row.count) for row in found]


def _planned(plan: "list[Planned]") -> list[Counted]:
    states = {
        "send": DeliveryState.SENT,
        "skip": DeliveryState.SKIPPED,
        "wait": DeliveryState.PENDING,
    }
    return [
        (states[planned.action], planned.reason, planned.channel, 1)
        for planned in plan
        if planned.action in states
    ]
