"""What a dry run tells of one message."""

from dataclasses import dataclass

from fisioflow_cli.delivery.decision import Decision, Send, Skip, Wait

IN_FLIGHT = "in_flight"
"""The reason to wait of what an earlier start may have sent."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What a dry run would do about one message; the recipient is masked."""

    key: str
    action: str
    """`send`, `skip`, `wait`, or `none` for what an earlier run has settled."""
    channel: str | None = None
    recipient: str | None = None
    reason: str | None = None


def foresee(key: str, decision: Decision, *, in_flight: bool) -> Planned:
    """What a decision would lead to; `in_flight`: a request of an earlier start may have left."""
    channel, recipient = None, None
    reason: str | None = None
    if isinstance(decision, Send):
        option = decision.options[0]
        channel, recipient = str(option.channel), option.masked
    if in_flight:
        action, reason = "wait", IN_FLIGHT
    elif isinstance(decision, Skip):
        action, reason = "skip", str(decision.reason)
    elif isinstance(decision, Wait):
        action, reason = "wait", str(decision.why) if decision.why else None
    else:
        action = "send"
    return Planned(key=key, action=action, channel=channel, recipient=recipient, reason=reason)
