"""One line per request, without key, payload or path: what a log may keep."""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fisioflow_cli.console import plain
from fisioflow_cli.ledger.events import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Journal:
    """Tells method, known path, status, number of events and why they were refused.

    A health check that succeeds is not news.
    """

    def __init__(self, app: "ASGIApp", say: Callable[[str], None]) -> None:
        self.app = app
        self.say = say

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass the request on, and tell what becomes of it just before it is answered."""

        async def watched(message: "Message") -> None:
            if message["type"] == "http.response.start":
                self._tell(scope, message["status"])
            await send(message)

        await self.app(scope, receive, watched)

    def _tell(self, scope: "Scope", status: int) -> None:
        place = _place(scope["path"])
        if (place, status) == ("/health", 200):
            return
        state = scope.get("state", {})
        why = f": {plain(state['refusal'])}" if "refusal" in state else ""
        self.say(f"{scope['method']} {place} {status}{_told(state)}{why}")


def _told(state: "Mapping[str, Any]") -> str:
    """`, 3 events (1 duplicate)`: what is not worked on is named."""
    if (verdicts := state.get("verdicts")) is None:
        return ""
    idle = Counter(str(v) for v in verdicts if v in {Verdict.DUPLICATE, Verdict.IGNORED})
    named = ", ".join(f"{count} {name}" for name, count in sorted(idle.items()))
    return f", {len(verdicts)} event{'' if len(verdicts) == 1 else 's'}" + (
        f" ({named})" if named else ""
    )


def _place(path: str) -> str:
    if path.startswith("/e/"):
        return "/e/…"
    return "/health" if path == "/health" else "elsewhere"
