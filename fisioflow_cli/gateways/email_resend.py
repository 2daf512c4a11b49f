"""E-mail through Resend: the one gateway that may repeat an uncertain call.

https://resend.com/docs/api-reference/errors and …/dashboard/emails/idempotency-keys.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

import resend
from resend.exceptions import NoContentError, ResendError

from fisioflow_cli.gateways.gateway import (
    Accepted,
    Content,
    Mail,
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
    outcome_code,
    retry_after,
    unanswered,
)

KEY = "Resend refuses the key; check RESEND_API_KEY and that it may send."
SENDER = "Resend refuses the sender; verify the domain of RESEND_FROM in Resend's dashboard."
SERVER = "This is not Resend's API; check RESEND_API_URL."
QUOTAS = {
    "daily_quota_exceeded": "Resend's daily quota is used up; start again tomorrow.",
    "monthly_quota_exceeded": "Resend's monthly quota is used up; raise the plan or wait.",
}
# "Invalid `to` field. The email address needs to follow the `email@example.com` … format."
RECIPIENT_AT_FAULT = re.compile(r"invalid [`'\"]to[`'\"] field", re.IGNORECASE)
# The SDK's own word for an answer that is not JSON: from a proxy, or from another server.
NOT_RESEND = "application_error"
# These 4xx do not say "not sent". 409 invalid_idempotent_request even means that a mail with this
# key was accepted, with another body: a person has to look.
SILENT = {408, 409}
SEND_ID = "send_id"
LONGEST_TAG = 256
NO_TAG = re.compile(r"[^A-Za-z0-9_-]+")


class Resend:
    """Sends through one Resend account.

    Raises InvalidSetting for a key or an address that no request could use.
    """

    name = "resend"
    idempotent = True
    leaves = True

    def __init__(self, api_key: str, sender: str, url: str) -> None:
        self._sender = sender
        authorization = f"Bearer {header_value(api_key, 'RESEND_API_KEY')}"
        address = base_url(url, "RESEND_API_URL")
        self._transport = Transport(address, {"Authorization": authorization})

    def compose(self, to: str, content: Content, *, reference: str) -> Payload:
        """The body of `POST /emails`, without what is empty; the tag `send_id` comes back in webhooks."""
        mail = content.mail or Mail()
        body: dict[str, Any] = {
            "from": mail.sender or self._sender,
            "to": [to, *mail.also_to],
            "cc": list(mail.cc),
            "bcc": list(mail.bcc),
            "reply_to": list(mail.reply_to),
            "html": content.html,
            "text": content.text,
            "attachments": [dict(attachment) for attachment in mail.attachments],
            "tags": [{"name": SEND_ID, "value": reference}, *_tags(mail.tags)],
        }
        # A line break, as in a name pasted from elsewhere, would have the mail refused.
        subject = " ".join(content.subject.split())
        return {"subject": subject, **{name: value for name, value in body.items() if value}}

    def send(self, payload: Payload, *, provider_key: str, timeout: float) -> Outcome:
        """Send one mail; the same key and payload within 24 hours give the same mail's id."""
        resend.default_http_client = _TRANSPORT
        token = _CALL.set(_Call(transport=self._transport, timeout=timeout))
        try:
            answer = resend.Emails.send(
                cast("resend.Emails.SendParams", dict(payload)), {"idempotency_key": provider_key}
            )
        except ResendError as error:
            return _refusal(error)
        except (NoContentError, TypeError, ValueError, AttributeError):
            return Uncertain(code="unreadable_answer")  # the SDK stumbled over an odd body
        finally:
            _CALL.reset(token)
        return _accepted(answer)

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _Redirected(Exception):  # a way to go, not an error
    """The server sends us elsewhere: nothing was accepted here."""


@dataclass(frozen=True, kw_only=True)
class _Call:
    transport: Transport
    timeout: float


_CALL: ContextVar[_Call] = ContextVar("resend_call")


class _PerCall(resend.HTTPClient):
    """Carries the SDK's request with the account and the time limit of the `send` it belongs to.

    The SDK knows one key, one address and one client per process, and no time limit per call. This
    client, the same for every gateway, takes them from the context of the call, which threads do
    not share: two accounts never mix and no lock makes one sender wait for another.
    """

    def request(  # the SDK's signature
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: dict[str, object] | list[object] | None = None,
        files: dict[str, Any] | None = None,
        data: dict[str, str] | None = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        call = _CALL.get()
        ours = {name: value for name, value in headers.items() if name != "Authorization"}
        path = url.removeprefix(resend.api_url)
        response = call.transport.post(path, json, timeout=call.timeout, headers=ours)
        if 300 <= response.status_code < 400:
            raise _Redirected
        return response.content, response.status_code, response.headers


_TRANSPORT = _PerCall()


def _tags(tags: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Tags of ASCII letters, digits, `_` and `-`, as Resend takes them: one odd one refuses the mail."""
    spelled = {_spelled(name): _spelled(value) for name, value in tags}
    found = {name: value for name, value in spelled.items() if name and value}
    return [{"name": name, "value": value} for name, value in found.items() if name != SEND_ID]


def _spelled(word: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    return NO_TAG.sub("_", ascii_only).strip("_")[:LONGEST_TAG]


def _accepted(answer: object) -> Outcome:
    provider_id = answer.get("id") if isinstance(answer, dict) else None
    if isinstance(provider_id, str) and provider_id:
        return Accepted(provider_id=provider_id)
    return Uncertain(code="unreadable_answer")


def _refusal(error: ResendError) -> Outcome:
    """Decides by status and type: the SDK has no class for most of what Resend answers."""
    if error.error_type == "HttpClientError":
        return _no_answer(error.__context__)
    status = int(error.code) if str(error.code).isdecimal() else 0
    word = str(error.error_type)
    code = outcome_code(status, word)
    if remedy := _remedy(status, word):
        return StopRun(code=code, remedy=remedy, configuration=status != 429)
    if status == 429 or (status, word) == (409, "concurrent_idempotent_requests"):
        return RetryAfter(code=code, seconds=retry_after(error.headers))
    if 400 <= status < 500 and status not in SILENT:
        return Rejected(code=code, address=_is_recipient_at_fault(error))
    return Uncertain(code=code)


def _remedy(status: int, word: str) -> str | None:
    """What the operator has to do before any mail can leave; None: the others are not concerned."""
    if status == 429:
        return QUOTAS.get(word)
    if (status, word) == (403, "invalid_api_key"):
        return KEY
    if status in {404, 405} and word == NOT_RESEND:
        return SERVER
    if word == "invalid_from_address":
        return SENDER  # our own setting: were it the message's fault, all would fail for good
    return {401: KEY, 403: SENDER}.get(status)


def _no_answer(reason: BaseException | None) -> Outcome:
    if isinstance(reason, _Redirected):
        return StopRun(code="redirected", remedy=SERVER)
    return unanswered(reason)


def _is_recipient_at_fault(error: ResendError) -> bool:
    if error.error_type == "invalid_to_address":
        return True
    return error.error_type == "validation_error" and bool(
        RECIPIENT_AT_FAULT.search(str(error.message))
    )
