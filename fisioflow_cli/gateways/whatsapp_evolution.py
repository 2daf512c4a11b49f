"""WhatsApp through an Evolution API v2 server, which knows no idempotency key.

Its answers are read as its source has them (2.3.7, `abstract.router.ts` and `main.ts`).
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

import httpx

from fisioflow_cli.gateways.gateway import (
    Accepted,
    Content,
    Media,
    Outcome,
    Payload,
    Rejected,
    RetryAfter,
    StopRun,
    Uncertain,
)
from fisioflow_cli.gateways.transport import (
    Transport,
    base_url,
    header_value,
    json_object,
    outcome_code,
    retry_after,
    unanswered,
)

KEY = "The Evolution server refuses the key; check WHATSAPP_API_KEY."
INSTANCE = (
    "The Evolution server has no such instance; check WHATSAPP_INSTANCE and WHATSAPP_API_URL."
)
UNNAMED = "documento"
# `error.toString()`: "Error: Connection Closed", "TypeError: …", "[object Object]"
THROWN = re.compile(r"\s*(\w*(Error|Exception)\b|\[object)")


class Evolution:
    """Sends from one paired instance.

    Raises InvalidSetting for a key or an address that no request could use.
    """

    name = "whatsapp-evolution"
    idempotent = False
    leaves = True

    def __init__(self, api_key: str, instance: str, url: str) -> None:
        self._instance = quote(instance, safe="")
        key = header_value(api_key, "WHATSAPP_API_KEY")
        self._transport = Transport(base_url(url, "WHATSAPP_API_URL"), {"apikey": key})

    def compose(self, to: str, content: Content, *, reference: str) -> Payload:
        """A file if the content has one, else the text; Evolution knows no template and no reference."""
        message = {"text": content.short} if content.media is None else _media(content.media)
        return {"number": to.removeprefix("+"), **message}

    def send(self, payload: Payload, *, provider_key: str, timeout: float) -> Outcome:
        """Send one message; what may have left without an answer is uncertain, for good."""
        endpoint = "sendMedia" if "media" in payload else "sendText"
        path = f"/message/{endpoint}/{self._instance}"
        try:
            response = self._transport.post(path, dict(payload), timeout=timeout)
        except httpx.RequestError as error:
            return unanswered(error)
        body = json_object(response)
        if response.is_success:
            return _accepted(body)
        return _refusal(response.status_code, body, retry_after(response.headers))

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _media(media: Media) -> dict[str, str]:
    """A file that the server fetches; it takes no document whose name it has to guess (2.3.7)."""
    message = {"mediatype": media.kind, "media": media.url}
    if media.caption:
        message["caption"] = media.caption
    if media.filename or media.kind == "document":
        message["fileName"] = media.filename or _file_name(media.url)
    return message


def _file_name(url: str) -> str:
    return unquote(PurePosixPath(urlsplit(url).path).name) or UNNAMED


def _accepted(body: Payload) -> Outcome:
    match body:
        case {"key": {"id": str(provider_id)}} if provider_id:
            return Accepted(provider_id=provider_id)
    return Uncertain(code="unreadable_answer")


def _refusal(status: int, body: Payload, seconds: float | None) -> Outcome:
    code = outcome_code(status)
    match status:
        case 400:
            return _bad_request(body)
        case 401 | 403:
            return StopRun(code=code, remedy=KEY)
        case 429:
            return RetryAfter(code=code, seconds=seconds)
        case _ if status in {404, 405} or 300 <= status < 400:
            return StopRun(code=code, remedy=INSTANCE)
        case _ if 400 <= status < 500 and status != 408:
            return Rejected(code=code)
    return Uncertain(code=code)


def _bad_request(body: Payload) -> Outcome:
    """A 400 may mean "sent": the server wraps all that follows the sending in one such answer.

    Only what it says before it sends counts as a refusal: the number is not on WhatsApp, or the
    request does not fit the schema.
    """
    match body:
        case {"response": {"message": message}}:
            found = list(_flat(message))
        case _:
            found = []
    if any(isinstance(item, dict) and item.get("exists") is False for item in found):
        return Rejected(code=outcome_code(400, "not_on_whatsapp"), address=True)
    if found and all(isinstance(item, str) and not THROWN.match(item) for item in found):
        return Rejected(code=outcome_code(400, "schema"))
    return Uncertain(code=outcome_code(400, "after_send"))


def _flat(message: object) -> Iterator[object]:
    """The messages, however they are nested: 2.x answers `[…]` and, for the schema, `[[…]]`."""
    if not isinstance(message, list):
        yield message
        return
    for item in message:
        yield from _flat(item)
