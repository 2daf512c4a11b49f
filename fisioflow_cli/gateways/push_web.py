"""Web Push (RFC 8030, VAPID): one message to one subscription of a browser."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from fisioflow_cli.gateways.gateway import (
    Accepted,
    Content,
    Outcome,
    Payload,
    Rejected,
    RetryAfter,
    StopRun,
    Uncertain,
)
from fisioflow_cli.gateways.push_message import message
from fisioflow_cli.gateways.push_vapid import signer
from fisioflow_cli.gateways.transport import Transport, outcome_code, retry_after, unanswered

NAME = "web-push"
UNSET = "Web push is not configured; set VAPID_PRIVATE_KEY and VAPID_SUBJECT."
REFUSED = "A push service refuses the signature; check VAPID_PRIVATE_KEY and VAPID_SUBJECT."
DAY_SECONDS = 24 * 3600
"""How long a push service keeps a message for a browser that is not there; 0 would drop it."""
LONGEST_TOPIC = 32
NO_BROWSERS = Rejected(code="invalid_subscription", address=True)
"""Keys or an address that no browser has made; nothing was asked of anybody."""


def address(endpoint: str, p256dh: str, auth: str) -> str:
    """A subscription as one text; a bearer secret, so it is shown nowhere."""
    return json.dumps({"endpoint": endpoint, "p256dh": p256dh, "auth": auth}, sort_keys=True)


class WebPush:
    """Sends in the name of one application server; without a key it only composes.

    Raises InvalidSetting for a key or a subject that no push service would take.
    """

    name = NAME
    idempotent = False
    leaves = True

    def __init__(self, private_key: str | None, subject: str) -> None:
        self._subject = subject
        self._signer = signer(private_key, subject) if private_key else None
        self._transport = Transport("", {})
        # the push services that have taken our signature
        self._trusting: set[str] = set()

    def compose(self, to: str, content: Content, *, reference: str) -> Payload:
        """The subscription, and the text that the application's service worker shows.

        `to` is what `address` made. The tag lets a repeated message replace the one shown.
        """
        known = json.loads(to)
        keys = {name: _url_safe(known[name]) for name in ("p256dh", "auth")}
        return {
            "subscription": {"endpoint": known["endpoint"], "keys": keys},
            "message": message(content, tag=reference),
        }

    def send(self, payload: Payload, *, provider_key: str, timeout: float) -> Outcome:
        """Send one message; what may have left without an answer is uncertain, for good."""
        if self._signer is None:
            return StopRun(code="not_configured", remedy=UNSET)
        origin = _origin(payload["subscription"]["endpoint"])
        if origin is None:
            return NO_BROWSERS
        call = _Call(transport=self._transport, timeout=timeout)
        try:
            self._push(call, payload, topic=_topic(provider_key))
        except httpx.RequestError as error:
            return unanswered(error)
        except Exception:
            if call.made:
                raise
            return NO_BROWSERS  # the library stumbles over odd keys in many ways
        return self._outcome(origin, call.answer)

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _push(self, call: "_Call", payload: Payload, *, topic: str) -> None:
        # --help, and whoever sends no push, must not pay for it
        from pywebpush import webpush  # type: ignore[import-untyped]  # noqa: PLC0415

        webpush(
            payload["subscription"],
            data=json.dumps(payload["message"], ensure_ascii=False, sort_keys=True),
            vapid_private_key=self._signer,
            vapid_claims={"sub": self._subject},  # a new one each time: the library writes into it
            ttl=DAY_SECONDS,
            timeout=call.timeout,
            headers={
                "urgency": "normal",
                "topic": topic,
                "content-type": "application/octet-stream",
            },
            requests_session=call,
        )

    def _outcome(self, origin: str, answer: "httpx.Response | None") -> Outcome:
        """A refused signature concerns one subscription alone if the same service took another.

        That one was made for an earlier key, say. Else all others would be refused too.
        """
        if answer is None:
            return Uncertain(code="unreadable_answer")
        status = answer.status_code
        if answer.is_success:
            self._trusting.add(origin)
        if status in {401, 403} and origin not in self._trusting:
            return StopRun(code=outcome_code(status), remedy=REFUSED)
        return _answered(answer)


@dataclass(kw_only=True)
class _Call:
    """Stands in for the library's HTTP session, for our own connections, time limit and judgement."""

    transport: Transport
    timeout: float
    made: bool = False
    answer: httpx.Response | None = None

    def post(
        self, url: str, *, data: bytes, headers: Mapping[str, str], timeout: float
    ) -> "_Taken":
        self.made = True
        self.answer = self.transport.post_bytes(url, data, headers=headers, timeout=timeout)
        return _Taken()


@dataclass(frozen=True)
class _Taken:
    """As much of a response as the library looks at: it is told that all is well."""

    status_code: int = 201
    text: str = ""
    headers: Mapping[str, Any] = field(default_factory=dict)


def _answered(answer: httpx.Response) -> Outcome:
    status = answer.status_code
    code = outcome_code(status)
    if answer.is_success:
        return Accepted()
    if status == 429:
        return RetryAfter(code=code, seconds=retry_after(answer.headers))
    if status >= 500 or status == 408:
        return Uncertain(code=code)
    # 404 and 410: the subscription expired or was revoked (RFC 8030, 7.3)
    return Rejected(code=code, address=status in {401, 403, 404, 410})


def _origin(endpoint: object) -> str | None:
    try:
        url = httpx.URL(str(endpoint))
    except httpx.InvalidURL:
        return None
    usable = url.scheme in {"http", "https"} and url.host
    return f"{url.scheme}://{url.netloc.decode()}" if usable else None


def _topic(provider_key: str) -> str:
    """The same for the same message: a push service keeps only the last of a topic (RFC 8030, 5.4)."""
    digest = hashlib.sha256(provider_key.encode()).digest()
    return urlsafe_b64encode(digest).decode()[:LONGEST_TOPIC]


def _url_safe(key: str) -> str:
    """A key as browsers spell it; applications also store what btoa() makes of it."""
    return key.strip().replace("+", "-").replace("/", "_").rstrip("=")
