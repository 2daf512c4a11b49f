"""Asking a provider something that changes nothing: whether it is there, whether it knows our key."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from fisioflow_cli.gateways.transport import instant, json_object, unlogged

CONNECT_SECONDS, ANSWER_SECONDS = 4.0, 6.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; without a status nothing did, and `obstacle` says in half a sentence why."""

    status: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    date: datetime | None = None
    """The server's clock, when it answered; whole seconds, UTC."""
    obstacle: str | None = None
    remedy: str = ""

    @property
    def reached(self) -> bool:
        """Whether anybody answered at all."""
        return self.status is not None


def ask(url: str, headers: Mapping[str, str] | None = None) -> Answer:
    """One GET, never repeated or redirected; proxies of the environment are used, as in sending.

    At most some ten seconds. Neither address nor answer reaches a log.
    """
    limits = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    try:
        with unlogged():
            response = httpx.get(url, headers=dict(headers or {}), timeout=limits)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as error:
        obstacle, remedy = _explain(error)
        return Answer(obstacle=obstacle, remedy=remedy)
    return Answer(
        status=response.status_code,
        body=json_object(response),
        date=instant(response.headers.get("date", "")),
    )


def _explain(error: Exception) -> tuple[str, str]:
    causes = _causes(error)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return (
            "its certificate is not trusted here",
            "Check the address and this machine's certificates and clock (SSL_CERT_FILE).",
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return (
            "no encrypted connection came about",
            "Check whether the address needs http or https.",
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "its name is not known", "Check the address, and the name server of this machine."
    if isinstance(error, httpx.ProxyError):
        return "the proxy does not let it through", "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY."
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "nobody listens there", "Check address and port, and whether the server runs."
    if isinstance(error, httpx.TimeoutException):
        return "no answer came in time", "Check the network and what filters it."
    return "the connection broke off", "Check the address and the network."


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
