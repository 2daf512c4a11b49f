"""The actions: forms that were sent by a page of ours, from a session of ours."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fisioflow_cli.dashboard import sending
from fisioflow_cli.dashboard.guard import session_of
from fisioflow_cli.dashboard.remedies import REMEDIES, Done, Form
from fisioflow_cli.errors import BadEvent, FisioFlowError, unexpected
from fisioflow_cli.listener.body import read_body

if TYPE_CHECKING:
    from starlette.requests import Request

    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import View

MOST_FIELDS = 20
FORM = "application/x-www-form-urlencoded"
Show = Callable[["Request", "View", int], Response]


def routes(facts: "Facts", show: Show) -> list[Route]:
    """The routes that change something: none unless that is allowed, no test events in production."""
    if not facts.allow_actions:
        return []
    desk = Desk(facts=facts, show=show)
    found = [
        Route(path, partial(desk.remedy, do), methods=["POST"]) for path, do in REMEDIES.items()
    ]
    if not facts.production:
        found.append(Route("/send", desk.send, methods=["POST"]))
    return found


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where forms arrive."""

    facts: "Facts"
    show: Show

    async def remedy(self, do: Callable[["Facts", Form], Done], request: "Request") -> Response:
        """Apply a remedy, and lead to the page that shows what came of it."""
        return self._lead(await self._in_thread(do, await self._form(request)))

    async def send(self, request: "Request") -> Response:
        """Accept a test event, or show the form again with what is wrong."""
        typed = await self._form(request)
        try:
            return self._lead(await self._in_thread(sending.send, typed))
        except BadEvent as error:
            view = sending.form(typed.get("name", ""), typed.get("data", ""), error.message)
            return self.show(request, view, 422)

    async def _form(self, request: "Request") -> Form:
        """The fields; HTTPException unless they come from a page of this very session."""
        if request.headers.get("content-type", "").partition(";")[0].strip() != FORM:
            raise HTTPException(415, "Only a form of this dashboard is accepted.")
        try:
            text = (await read_body(request)).decode()
            fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError:
            raise HTTPException(400, "This form cannot be read.") from None
        session = session_of(request.scope)
        if session is None or not self.facts.keyring.is_form_token(session, fields.get("form", "")):
            raise HTTPException(403, "This form is not of this session; go back and load it again.")
        return fields

    def _lead(self, done: Done) -> Response:
        self.facts.say(done.line)
        joint = "&" if "?" in done.path else "?"
        return RedirectResponse(f"{done.path}{joint}did={done.did}", 303)

    async def _in_thread(self, do: Callable[["Facts", Form], Done], form: Form) -> Done:
        try:
            return await run_in_threadpool(do, self.facts, form)
        except FisioFlowError:
            raise
        except Exception as error:  # noqa: BLE001  # its text may hold personal data
            self.facts.say(unexpected(error))
            raise HTTPException(500, unexpected(error)) from None
