"""One request over a kept connection, and what it means when no answer comes back."""

import json
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from fisioflow_cli.clock import Clock
from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.gateways.gateway import Payload, RetryAfter, Uncertain

CONNECT_SECONDS = 5.0
# No byte of the request can have left: there was no connection to write it to.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


# As many connections as there are threads: who waited for one would be taken for unconnected.
UNLIMITED = httpx.Limits(max_connections=None, max_keepalive_connections=64)
_OURS: ContextVar[bool] = ContextVar("transport_call", default=False)


def _is_not_ours(record: logging.LogRecord) -> bool:
    return not _OURS.get()


# httpx logs the address of every request: of a push message it is a secret
logging.getLogger("httpx").addFilter(_is_not_ours)


@contextmanager
def unlogged() -> Iterator[None]:
    """While inside, httpx logs nothing of this thread's requests, whatever its logger is told."""
    token = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)


class Transport:
    """Posts JSON to one provider; opened by the first request, safe to share between threads.

    A gateway that only composes (the outbox' one) never pays for loading the certificates.
    """

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = dict(headers)
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def post(
        self, path: str, body: object, *, timeout: float, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """The provider's answer to JSON. Keys are sorted and all is ASCII.

        So the same payload gives the same bytes, also after a database has reordered it.
        """
        content = json.dumps(body, sort_keys=True).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        return self.post_bytes(path, content, timeout=timeout, headers=sent)

    def post_bytes(
        self, path: str, content: bytes, *, timeout: float, headers: Mapping[str, str]
    ) -> httpx.Response:
        """The provider's answer, whatever its status; redirects are not followed.

        Connecting may take 5 seconds and the answer `timeout` seconds. Raises httpx.RequestError,
        which `unanswered` explains. Neither address nor body reaches a log.
        """
        limits = httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout))
        with unlogged():
            return self._opened().post(path, content=content, headers=headers, timeout=limits)

    def close(self) -> None:
        """Close the kept connections; a later request would open new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _opened(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    base_url=self._url, headers=self._headers, limits=UNLIMITED
                )
            return self._client


def unanswered(error: BaseException | None) -> RetryAfter | Uncertain:
    """What a request without an answer may have done: nothing if no connection came about."""
    if isinstance(error, NEVER_LEFT):
        return RetryAfter(code="not_connected")
    if isinstance(error, httpx.TimeoutException):
        return Uncertain(code="timeout")
    return Uncertain(code="connection_lost")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of a Retry-After header, given as a number or as a date (RFC 9110, 10.2.3).

    A date is measured against the answer's own Date, so that a wrong clock on either side, or one
    shifted for a demonstration, does not matter. None: absent or unreadable.
    """
    known = httpx.Headers(headers)
    value = known.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
        return float(value)
    until = instant(value)
    if until is None:
        return None
    since = instant(known.get("date", "")) or Clock().now()
    return max(0.0, (until - since).total_seconds())


def instant(value: str) -> datetime | None:
    """The aware instant of an HTTP date; None if it is none."""
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def outcome_code(status: int, detail: object = None) -> str:
    """`http_422 validation_error`: the status and the provider's own word.

    Anything but a plain word or number is left out: prose may repeat an address.
    """
    word = str(detail)
    return f"http_{status} {word}" if _is_word(detail, word) else f"http_{status}"


def _is_word(detail: object, word: str) -> bool:
    return detail is not None and re.fullmatch(r"[a-z0-9_]{1,60}", word) is not None


def json_object(response: httpx.Response) -> Payload:
    """The answer's JSON object; empty if the body is anything else."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def header_value(value: str, setting: str) -> str:
    """`value` if a header can carry it; InvalidSetting, which does not repeat it, otherwise."""
    if value.isascii() and value.isprintable():
        return value
    raise InvalidSetting(f"{setting} has a character that no key has; copy it again.")


def base_url(value: str, setting: str) -> str:
    """`value` if a request can go there; InvalidSetting otherwise."""
    try:
        usable = httpx.URL(value).scheme in {"http", "https"} and bool(httpx.URL(value).host)
    except httpx.InvalidURL:
        usable = False
    if not usable:
        raise InvalidSetting(f"{setting} is not an address that begins with http:// or https://.")
    return value.rstrip("/")
