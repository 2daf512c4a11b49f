"""Live without reloading: a stream that says when the ledger has changed, while somebody watches."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from fisioflow_cli.errors import FisioFlowError
from fisioflow_cli.ledger import pulse

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from fisioflow_cli.dashboard.facts import Facts

EVERY_SECONDS = 1.0
STILL_THERE = 15
"""After so many looks without a change a comment is sent, or a client that left would go unnoticed."""
MOST_WATCHERS = 50


def mark(facts: "Facts") -> str:
    """Another text as soon as a page may show something else: of the ledger, or of an attempt."""
    return f"{pulse.mark(facts.ledger)}-{facts.trials.turns}"


@dataclass
class Watching:
    """The streams of one dashboard: however many watch, the ledger is looked at once a second."""

    facts: "Facts"
    watchers: int = 0
    _mark: str = ""
    _looked: float = float("-inf")
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def stream(self, request: "Request") -> Response:
        """Server-sent events: `change` with the ledger's mark, at once if it is not the one given."""
        if self.watchers >= MOST_WATCHERS:
            return Response("Too many watch; close some of them.\n", 503)
        # counted here, or all that come at once would find room
        self.watchers += 1
        return _Stream(self._changes(request.query_params.get("mark", "")), self._left)

    def _left(self) -> None:
        self.watchers -= 1

    async def _changes(self, known: str) -> AsyncIterator[str]:
        quiet = 0
        yield "retry: 2000\n\n"
        while not self.facts.stopping.is_set():
            found = await self._look()
            quiet += 1
            if found is None:
                yield "event: away\ndata: \n\n"
            elif found != known:
                known, quiet = found, 0
                yield f"event: change\ndata: {found}\n\n"
            elif quiet % STILL_THERE == 0:
                yield ":\n\n"
            await asyncio.sleep(EVERY_SECONDS)

    async def _look(self) -> str | None:
        """The ledger's mark, at most a second old; None if the database does not answer."""
        async with self._looking:
            if self.facts.ledger.clock.monotonic() - self._looked >= EVERY_SECONDS:
                try:
                    self._mark = await run_in_threadpool(mark, self.facts)
                except FisioFlowError:
                    return None
                self._looked = self.facts.ledger.clock.monotonic()
            return self._mark


class _Stream(StreamingResponse):
    """A stream of events that says when it is over, however it ended."""

    def __init__(self, events: AsyncIterator[str], over: Callable[[], None]) -> None:
        super().__init__(events, media_type="text/event-stream")
        self._over = over

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Send it to its end."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._over()
