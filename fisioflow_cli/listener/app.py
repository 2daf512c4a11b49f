"""Inngest's event API over HTTP: what is asked and what is answered."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fisioflow_cli.errors import BadEvent, FisioFlowError, unexpected
from fisioflow_cli.ledger import events
from fisioflow_cli.listener.accept import accept
from fisioflow_cli.listener.body import read_body
from fisioflow_cli.listener.journal import Journal
from fisioflow_cli.listener.keys import Keys, is_foreign, is_rebound
from fisioflow_cli.listener.parse import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fisioflow_cli.context.inbox import Inbox
    from fisioflow_cli.ledger.events import Offered

# threads that wait for the group commit; Starlette lends forty
AT_ONCE = 32
MOST_IN_HAND = 64
RETRY_AFTER = {"Retry-After": "5"}
TAKEN = "An id stands for another event."
"""What the log says of a conflict: an application may have put a name into the id."""
SEED_HEADER = "x-inngest-event-id-seed"

Say = Callable[[str], None]
Told = Callable[["list[Offered]"], None]
T = TypeVar("T")


def nobody(offered: "list[Offered]") -> None:
    """Tell nobody."""
    del offered


def build(inbox: "Inbox", keys: Keys, say: Say, offered: Told = nobody) -> Starlette:
    """The application: `POST /e/{key}` and `GET /health`; one line per request goes to `say`.

    `offered` is told what became of each event, by the thread that serves.
    """
    receiver = Receiver(inbox=inbox, keys=keys, say=say, offered=offered)
    app = Starlette(
        routes=[
            Route("/e/{key:path}", receiver.receive, methods=["POST"]),
            Route("/health", receiver.health, methods=["GET"]),
        ],
        exception_handlers={HTTPException: receiver.refuse, FisioFlowError: receiver.refuse},
        middleware=[Middleware(Journal, say=say)],
    )
    app.router.redirect_slashes = False
    return app


@dataclass(kw_only=True)
class Receiver:
    """What the endpoints share; the waiting is asynchronous, the ledger's work is in threads."""

    inbox: "Inbox"
    keys: Keys
    say: Say
    offered: Told = nobody
    _in_hand: int = 0
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def receive(self, request: Request) -> Response:
        """`{"ids": […], "status": 200}` once all events of the request are durable; else none is."""
        self._admit(request)
        if self._in_hand >= MOST_IN_HAND:
            raise HTTPException(503, "Too many requests at a time; send this again.", RETRY_AFTER)
        self._in_hand += 1
        try:
            body = await read_body(request)
            async with self._turns:
                seed = request.headers.get(SEED_HEADER)
                offered = await self._in_thread(self._accept, body, seed)
        finally:
            self._in_hand -= 1
        request.state.verdicts = [each.verdict for each in offered]
        self.offered(offered)
        return JSONResponse({"ids": [each.event.id for each in offered], "status": 200})

    async def health(self, request: Request) -> Response:
        """200 if the ledger can be read, 503 otherwise."""
        del request
        async with self._looking:
            await self._in_thread(events.next_due, self.inbox.ledger)
        return JSONResponse({"status": "ok"})

    async def refuse(self, request: Request, error: Exception) -> Response:
        """An error as the SDKs read it: `{"error": sentence, "status": number}`.

        What is wrong with the ledger is for the operator to read; the client only learns that it may
        come again.
        """
        if isinstance(error, HTTPException):
            if error.detail != HTTPStatus(error.status_code).phrase:  # which the number says
                taken = error.status_code == HTTPStatus.CONFLICT
                request.state.refusal = TAKEN if taken else error.detail
            return _answer(error.status_code, error.detail, error.headers)
        if isinstance(error, BadEvent):
            request.state.refusal = error.message  # which never repeats what stands in the event
            return _answer(400, error.message)
        self.say(error.message if isinstance(error, FisioFlowError) else unexpected(error))
        return _answer(
            503, "Events cannot be accepted at the moment; send this again.", RETRY_AFTER
        )

    def _admit(self, request: Request) -> None:
        if is_foreign(request.headers.get("origin", "//localhost")):
            raise HTTPException(403, "Events are not accepted from the pages of a browser.")
        if not self.keys and is_rebound(request.headers.get("host", "")):
            raise HTTPException(
                403,
                "Without INNGEST_EVENT_KEY this listens to clients that call it localhost only.",
            )
        if not self.keys.admit(request.path_params["key"]):
            raise HTTPException(401, "This event key is not known here.")

    def _accept(self, body: bytes, seed: str | None) -> "list[Offered]":
        return accept(self.inbox, parse(body, seed))

    async def _in_thread(self, do: Callable[..., T], *args: object) -> T:
        try:
            return await run_in_threadpool(do, *args)
        except (HTTPException, FisioFlowError):
            raise
        except Exception as error:  # noqa: BLE001  # its text may hold personal data
            self.say(unexpected(error))
            raise HTTPException(500, "An unexpected error; nothing was accepted.") from None


def _answer(status: int, sentence: str, headers: "Mapping[str, str] | None" = None) -> JSONResponse:
    return JSONResponse({"error": sentence, "status": status}, status, headers)
