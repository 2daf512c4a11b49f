"""The dispatch as it runs: how fast events end, who works on them, which ended last."""

from collections import defaultdict
from typing import TYPE_CHECKING

from fisioflow_cli.dashboard.drawing.bars import beats
from fisioflow_cli.dashboard.view import View
from fisioflow_cli.engine import owner
from fisioflow_cli.ledger import pulse

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes
    from fisioflow_cli.ledger.pulse import Busy, Pulse

LATEST = 15
RATE_SECONDS = 10


def look(facts: "Facts", wishes: "Wishes") -> View:
    """The last sixty seconds of this ledger's events."""
    del wishes
    taken = pulse.take(facts.ledger, most=LATEST)
    return View(
        template="dispatch.html.j2",
        title="Dispatch",
        shown={
            "pulse": taken,
            "rate": sum(taken.per_second[-RATE_SECONDS - 1 : -1]) / RATE_SECONDS,
            "beats": beats(taken.per_second),
            "workers": _workers(taken),
            "full": len(taken.busy) == pulse.MOST_RUNNING,
        },
    )


def _workers(taken: "Pulse") -> "list[tuple[str, list[Busy]]]":
    """Who works, and on what."""
    found: dict[str, list[Busy]] = defaultdict(list)
    for busy in taken.busy:
        found[owner.describe(busy.owner)].append(busy)
    return sorted(found.items())
