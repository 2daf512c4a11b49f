"""WhatsApp through Meta's Cloud API, which knows no idempotency key."""

from typing import Any
from urllib.parse import quote

import httpx

from fisioflow_cli.gateways.gateway import Accepted, Content, Media, Outcome, Payload, Uncertain
from fisioflow_cli.gateways.transport import (
    Transport,
    base_url,
    header_value,
    json_object,
    retry_after,
    unanswered,
)
from fisioflow_cli.gateways.whatsapp_cloud_errors import outcome_of

CLOUD_URL = "https://graph.facebook.com/v25.0"


class WhatsAppCloud:
    """Sends from one business number; `url` includes the version, `language` is the templates'.

    Raises InvalidSetting for a token or an address that no request could use.
    """

    name = "whatsapp-cloud"
    idempotent = False
    leaves = True

    def __init__(self, token: str, phone_number_id: str, url: str, language: str) -> None:
        self._language = language
        self._path = f"/{quote(phone_number_id, safe='')}/messages"
        authorization = f"Bearer {header_value(token, 'WHATSAPP_ACCESS_TOKEN')}"
        address = base_url(url, "WHATSAPP_API_URL")
        self._transport = Transport(address, {"Authorization": authorization})

    def compose(self, to: str, content: Content, *, reference: str) -> Payload:
        """A file if the content has one, a template if it names one, else a text.

        Only a template may begin a conversation. `biz_opaque_callback_data` comes back in the
        webhooks; Meta does not compare it.
        """
        kind, message = self._message(content)
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to.removeprefix("+"),
            "type": kind,
            kind: message,
            "biz_opaque_callback_data": reference,
        }

    def send(self, payload: Payload, *, provider_key: str, timeout: float) -> Outcome:
        """Send one message; what may have left without an answer is uncertain, for good."""
        try:
            response = self._transport.post(self._path, dict(payload), timeout=timeout)
        except httpx.RequestError as error:
            return unanswered(error)
        if response.is_success:
            return _accepted(json_object(response))
        return _refusal(response)

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _message(self, content: Content) -> tuple[str, dict[str, Any]]:
        if content.media is not None:
            return content.media.kind, _media(content.media)
        if content.template is not None:
            return "template", self._template(content)
        return "text", {"preview_url": False, "body": content.short}

    def _template(self, content: Content) -> dict[str, Any]:
        code = content.language or self._language
        template: dict[str, Any] = {
            "name": content.template,
            "language": {"policy": "deterministic", "code": code},
        }
        if content.components:
            template["components"] = [dict(component) for component in content.components]
        elif content.parameters:
            # Meta refuses line breaks, tabs and runs of spaces in a parameter.
            texts = (" ".join(parameter.split()) for parameter in content.parameters)
            parameters = [{"type": "text", "text": text} for text in texts]
            template["components"] = [{"type": "body", "parameters": parameters}]
        return template


def _media(media: Media) -> dict[str, Any]:
    """A file that Meta fetches; only a document has a name, and a sound no caption."""
    said = {
        "caption": media.caption if media.kind != "audio" else None,
        "filename": media.filename if media.kind == "document" else None,
    }
    return {"link": media.url, **{name: text for name, text in said.items() if text}}


def _accepted(body: Payload) -> Outcome:
    match body:
        case {"messages": [{"id": str(provider_id)}, *_]} if provider_id:
            return Accepted(provider_id=provider_id)
    return Uncertain(code="unreadable_answer")


def _refusal(response: httpx.Response) -> Outcome:
    error = json_object(response).get("error")
    found = error if isinstance(error, dict) else {}
    return outcome_of(
        response.status_code,
        _number(found.get("code")),
        _number(found.get("error_subcode")),
        retry_after(response.headers),
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
