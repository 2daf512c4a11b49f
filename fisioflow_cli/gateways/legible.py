"""A stored payload as a person reads it: whatever provider's shape the message was given."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Legible:
    """What a recipient sees of a message."""

    subject: str
    """Empty where the channel has none."""
    html: str
    """Empty unless it is a mail; written by the clinic's application or by us: never to be trusted."""
    text: str
    template: str | None = None
    """The approved template that a provider fills in."""


def legible(payload: str) -> Legible | None:
    """The message in a delivery's payload, of any gateway or the outbox; None if it cannot be read."""
    try:
        body = json.loads(payload)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    match body:
        case {"preview": dict(preview)}:
            return _preview(preview)
        case {"messaging_product": _, "type": str(kind)}:
            return _whatsapp(kind, body.get(kind))
        case {"message": dict(push)}:
            return _said(push.get("title"), "", push.get("body"))
        case {"number": _}:
            return _said("", "", body.get("text") or body.get("caption") or body.get("media"))
        case _:
            return _said(body.get("subject"), body.get("html"), body.get("text"))


def _preview(preview: Mapping[str, Any]) -> Legible:
    text = preview.get("text") if preview.get("html") else preview.get("short")
    found = _said(preview.get("subject"), preview.get("html"), text or preview.get("text"))
    template = preview.get("template")
    return Legible(
        subject=found.subject,
        html=found.html,
        text=found.text,
        template=str(template) if template else None,
    )


def _whatsapp(kind: str, content: Any) -> Legible:
    if not isinstance(content, Mapping):
        return _said("", "", "")
    if kind != "template":
        return _said("", "", content.get("body") or content.get("caption") or content.get("link"))
    text = "\n".join(_parameters(content))
    return Legible(subject="", html="", text=text, template=str(content.get("name")))


def _parameters(template: Mapping[str, Any]) -> Iterator[str]:
    for component in _mappings(template.get("components")):
        for parameter in _mappings(component.get("parameters")):
            yield str(parameter.get("text") or parameter.get("type"))


def _mappings(found: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, list):
        yield from (one for one in found if isinstance(one, Mapping))


def _said(subject: Any, html: Any, text: Any) -> Legible:
    said = [part if isinstance(part, str) else "" for part in (subject, html, text)]
    return Legible(subject=said[0], html=said[1], text=said[2])
