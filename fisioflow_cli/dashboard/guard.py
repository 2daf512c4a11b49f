"""What stands before every page: the right host, no foreign page, a session; and the headers behind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from fisioflow_cli.dashboard.assets import KINDS, asset
from fisioflow_cli.listener.keys import is_loopback, named

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.keyring import Session

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # under no-referrer a browser would say `Origin: null` of our own forms, which is nobody's
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
OPEN_PATHS = frozenset({"/sign-in", *(asset(name).path for name in KINDS)})
"""What needs no session: nothing of the ledger is in it."""


@dataclass(frozen=True)
class Guard:
    """Lets a request through to `app` only from a browser that has shown the token."""

    app: "ASGIApp"
    facts: "Facts"
    turn_away: "Callable[[int], Response]"
    """The page for who has no session; its status."""

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer what is refused, pass on the rest; every answer gets the headers."""

        async def sealed(message: "Message") -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        answer = self._refusal(scope, headers) or self._admission(scope, headers)
        await (answer or self.app)(scope, receive, sealed)

    def _refusal(self, scope: "Scope", headers: Headers) -> Response | None:
        """The answer to what no browser of ours would ask."""
        if not self._is_ours(headers.get("host", "")):
            return PlainTextResponse(
                "This dashboard does not go by that name; start it with --allow-host NAME.\n", 421
            )
        if scope["method"] == "POST":
            if not _is_own_form(headers):
                return PlainTextResponse("A form of another page is not accepted.\n", 403)
        elif headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
            navigates = headers.get("sec-fetch-mode") == "navigate"
            if not navigates or headers.get("sec-fetch-dest") != "document":
                return PlainTextResponse("Another page may not read this one.\n", 403)
        return None

    def _admission(self, scope: "Scope", headers: Headers) -> Response | None:
        """None for who may pass; a new session for who brings the token in the address."""
        keyring, now = self.facts.keyring, self.facts.now()
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        offered = [value for name, value in asked if name == "token"]
        if offered and scope["method"] in {"GET", "HEAD"}:
            if not keyring.admits(offered[0]):
                return self.turn_away(403)
            rest = urlencode([(name, value) for name, value in asked if name != "token"])
            place = f"{_own_path(scope['path'])}{'?' if rest else ''}{rest}"
            return with_session(RedirectResponse(place, 303), self.facts)
        session = keyring.session(_cookie(headers, keyring.cookie), now)
        scope.setdefault("state", {})["session"] = session
        if session is None and scope["path"] not in OPEN_PATHS:
            return self.turn_away(401)
        return None

    def _is_ours(self, host: str) -> bool:
        name = named(host)
        return is_loopback(name) or name in self.facts.hosts


def with_session(response: Response, facts: "Facts") -> Response:
    """The response with a new session's cookie: gone with the browser, and never sent from elsewhere."""
    response.set_cookie(
        facts.keyring.cookie, facts.keyring.open(facts.now()), httponly=True, samesite="strict"
    )
    return response


def session_of(scope: "Scope") -> "Session | None":
    """The session of a request; None where none is needed."""
    session: Session | None = scope["state"]["session"]
    return session


def _is_own_form(headers: Headers) -> bool:
    """Whether a POST comes from a page of this very origin: two headers that no page can set."""
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    try:
        origin = urlsplit(headers.get("origin", ""))
    except ValueError:
        return False
    return origin.scheme in {"http", "https"} and origin.netloc == headers.get("host")


def _own_path(path: str) -> str:
    # a second slash, or a backslash, would make it another host's address
    return "/" + quote(path.lstrip("/"))


def _cookie(headers: Headers, name: str) -> str:
    return cookie_parser(headers.get("cookie", "")).get(name, "")
