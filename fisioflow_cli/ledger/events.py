"""The statements on events: accepted once per id, claimed with their run, finished with it."""

from fisioflow_cli.ledger.event_care import (
    cancel,
    discard,
    hasten,
    retry,
    void,
)
from fisioflow_cli.ledger.event_claims import claim, conclude
from fisioflow_cli.ledger.event_intake import accept, accept_in
from fisioflow_cli.ledger.event_leases import free_abandoned, renew
from fisioflow_cli.ledger.event_rows import (
    PRIORITIES,
    Claimed,
    Conclusion,
    EventRow,
    NewEvent,
    Offered,
    Verdict,
    counts,
    get,
    matching,
    next_due,
)

__all__ = [
    "PRIORITIES",
    "Claimed",
    "Conclusion",
    "EventRow",
    "NewEvent",
    "Offered",
    "Verdict",
    "accept",
    "accept_in",
    "cancel",
    "claim",
    "conclude",
    "counts",
    "discard",
    "free_abandoned",
    "get",
    "hasten",
    "matching",
    "next_due",
    "renew",
    "retry",
    "void",
]
