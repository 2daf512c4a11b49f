"""The dashboard as an application: its pages, behind the guard."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from fisioflow_cli.dashboard import actions
from fisioflow_cli.dashboard.assets import KINDS, asset
from fisioflow_cli.dashboard.guard import Guard, session_of, with_session
from fisioflow_cli.dashboard.live import Watching, mark
from fisioflow_cli.dashboard.remedies import DID
from fisioflow_cli.dashboard.render import Renderer
from fisioflow_cli.dashboard.site import Place, navigation, places
from fisioflow_cli.dashboard.view import View, Wishes
from fisioflow_cli.dashboard.views import delivery, outbox
from fisioflow_cli.errors import (
    FisioFlowError,
    NotThere,
    UnknownEvent,
    UnknownRun,
    UsageError,
    unexpected,
)
from fisioflow_cli.listener.body import read_body

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts

YEAR_SECONDS = 365 * 24 * 3600
MISSING = (NotThere, UnknownRun, UnknownEvent)

MESSAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "sandbox",
            "default-src 'none'",
            "img-src data:",
            "style-src 'unsafe-inline'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
        )
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
"""For what a clinic's application or a patient may have written: no script, no request, no origin."""

Endpoint = Callable[[Request], Awaitable[Response]]


def build(facts: "Facts", watching: Watching | None = None) -> Starlette:
    """The application; serve it at the root of its host, alone or beside paths of another one.

    Before the server is ended, set `facts.stopping`, or it waits for whoever watches.
    """
    front = Front(facts=facts, renderer=Renderer(facts))
    app = Starlette(
        routes=[
            *(Route(place.path, front.page(place), methods=["GET"]) for place in places(facts)),
            *actions.routes(facts, front.show),
            Route("/deliveries/{id}/message", front.message(delivery.message), methods=["GET"]),
            Route("/outbox/{id}/message", front.message(outbox.read), methods=["GET"]),
            Route("/changes", (watching or Watching(facts)).stream, methods=["GET"]),
            Route("/sign-in", front.sign_in, methods=["GET", "POST"]),
            *(_static(name) for name in KINDS),
        ],
        exception_handlers={HTTPException: front.refuse, FisioFlowError: front.refuse},
        middleware=[Middleware(Guard, facts=facts, turn_away=front.turn_away)],
    )
    app.router.redirect_slashes = False
    return app


@dataclass(frozen=True, kw_only=True)
class Front:
    """What all pages have in common; looking into the ledger happens in threads."""

    facts: "Facts"
    renderer: Renderer

    def page(self, place: Place) -> Endpoint:
        """The endpoint of one page."""

        async def endpoint(request: Request) -> Response:
            wishes = Wishes({**request.query_params, **request.path_params})
            return await run_in_threadpool(self._look, request, place, wishes)

        return endpoint

    def message(self, read: Callable[["Facts", str], str]) -> Endpoint:
        """The endpoint of a frame that shows a message as its recipient sees it, and no more."""

        async def endpoint(request: Request) -> Response:
            text = await run_in_threadpool(read, self.facts, request.path_params["id"])
            return HTMLResponse(text, headers=MESSAGE_HEADERS)

        return endpoint

    async def sign_in(self, request: Request) -> Response:
        """The token, typed into a form instead of an address."""
        if request.method != "POST":  # GET, and HEAD with it
            return self.turn_away(200)
        body = (await read_body(request)).decode(errors="replace")
        try:
            form = parse_qs(body, max_num_fields=actions.MOST_FIELDS)
        except ValueError:  # a million fields would keep everybody waiting
            return self.turn_away(403)
        if not self.facts.keyring.admits(form.get("token", [""])[0].strip()):
            return self.turn_away(403)
        return with_session(RedirectResponse("/", 303), self.facts)

    def turn_away(self, status: int) -> Response:
        """The page for a browser without a session."""
        text = self.renderer.render("sign_in.html.j2", assets=_paths(), refused=status == 403)
        return HTMLResponse(text, status)

    def show(self, request: Request, view: View, status: int) -> Response:
        """A view as a page."""
        return self._answer(request, view, status=status)

    async def refuse(self, request: Request, error: Exception) -> Response:
        """A page that says what is wrong, inside the frame that all pages have."""
        status, sentence = _explain(error)
        shown = {"status": status, "sentence": sentence}
        view = View(template="error.html.j2", title=sentence, shown=shown)
        return self._answer(request, view, status=status)

    def _look(self, request: Request, place: Place, wishes: Wishes) -> Response:
        """The mark is taken first: what changes while we look is told as a change."""
        try:
            with self.facts.ledger.at_one_look() as ledger:
                seen = replace(self.facts, ledger=ledger)
                known = mark(seen)
                view = place.look(seen, wishes)
            return self._answer(request, view, mark=known)
        except (HTTPException, FisioFlowError):
            raise
        except Exception as error:  # noqa: BLE001  # its text may hold personal data
            self.facts.say(unexpected(error))
            raise HTTPException(500, unexpected(error)) from None

    def _answer(
        self, request: Request, view: View, *, mark: str = "", status: int = 200
    ) -> HTMLResponse:
        session = session_of(request.scope)
        text = self.renderer.render(
            view.template,
            **view.shown,
            title=view.title,
            mark=mark,
            assets=_paths(),
            navigation=navigation(self.facts),
            did=DID.get(request.query_params.get("did", "")),
            here=request.url.path,
            form_token=self.facts.keyring.form_token(session) if session else "",
        )
        return HTMLResponse(text, status)


def _explain(error: Exception) -> tuple[int, str]:
    if isinstance(error, HTTPException):
        known = {404: "There is no such page.", 405: "This page takes no such request."}
        return error.status_code, known.get(error.status_code, error.detail)
    sentence = error.message if isinstance(error, FisioFlowError) else unexpected(error)
    if isinstance(error, MISSING):
        return 404, sentence
    return (400 if isinstance(error, UsageError) else 503), sentence


def _paths() -> dict[str, str]:
    return {name.partition(".")[2]: asset(name).path for name in KINDS}


def _static(name: str) -> Route:
    found = asset(name)
    headers = {"Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable"}

    async def endpoint(request: Request) -> Response:
        del request
        return Response(found.content, headers={**headers, "Content-Type": found.kind})

    return Route(found.path, endpoint, methods=["GET"])
