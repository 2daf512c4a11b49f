"""One line per request, without key, payload or path: what a log may keep."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Journal:
    """Tells method, known path, status and number of events; a health check that succeeds is not news."""

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
        count = scope.get("state", {}).get("events")
        told = "" if count is None else f", {count} event{'' if count == 1 else 's'}"
        self.say(f"{scope['method']} {place} {status}{told}")


def _place(path: str) -> str:
    if path.startswith("/e/"):
        return "/e/…"
    return "/health" if path == "/health" else "elsewhere"
