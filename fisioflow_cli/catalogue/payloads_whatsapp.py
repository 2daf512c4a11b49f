"""WhatsApp messages that an application writes itself."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field

from fisioflow_cli.catalogue.fields import Line, Objects, Phone, TemplateData, Text, Url
from fisioflow_cli.catalogue.payload import Payload

EXTENSIONS = {
    "image": {".jpg", ".jpeg", ".png", ".webp"},
    "video": {".mp4", ".3gp", ".3gpp", ".mov"},
    "audio": {".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".amr"},
}


class WhatsappSend(Payload):
    """`whatsapp/send`."""

    needs = "a text with message, a media with mediaUrl, or a template with templateName"

    to: Phone = Field(description="Who gets it.")
    type: Literal["text", "template", "media"] = Field(
        "text",
        description="What it is; if absent, `template` with a `templateName`, `media` with a `mediaUrl`.",
    )
    message: Text | None = Field(None, description="The text; beside `media` its caption.")
    media_url: Url | None = Field(None, description="Where the provider fetches the file.")
    media_type: Line | None = Field(
        None,
        description="`image`, `video`, `audio`, `document` or a media type; if absent, from the address.",
    )
    filename: Line | None = Field(None, description="The name that a document is shown under.")
    template_name: Line | None = Field(None, description="The approved template.")
    language: Line | None = Field(
        None, description="The template's language, instead of WHATSAPP_TEMPLATE_LANGUAGE."
    )
    components: Objects = Field((), description="The template's components as Meta writes them.")
    template_data: TemplateData | None = Field(
        None,
        description="The values of the template's body, instead of `components`: in order, or by name.",
    )

    @classmethod
    def prepared(cls, data: dict[str, Any]) -> dict[str, Any]:
        """With the type that callers leave to be guessed."""
        if "templateName" in data:
            return {"type": "template", **data}
        return {"type": "media", **data} if "mediaUrl" in data else data

    def is_complete(self) -> bool:
        """Whether it has what its type needs."""
        needed = {"text": self.message, "media": self.media_url, "template": self.template_name}
        return needed[self.type] is not None

    @property
    def media_kind(self) -> str:
        """`image`, `video`, `audio` or else `document`."""
        stated = (self.media_type or "").casefold().partition("/")[0]
        if stated in {*EXTENSIONS, "document"}:
            return stated
        suffix = PurePosixPath(urlsplit(self.media_url or "").path).suffix.casefold()
        return next((kind for kind, ends in EXTENSIONS.items() if suffix in ends), "document")

    @property
    def template_components(self) -> tuple[Mapping[str, Any], ...]:
        """The template's components as Meta takes them, from `components` or else `templateData`."""
        if self.components or not self.template_data:
            return self.components
        return ({"type": "body", "parameters": _parameters(self.template_data)},)


def _parameters(data: Any) -> list[dict[str, str]]:
    """By place for a list and for numbered names, else by name: an object has no order that lasts."""
    if not isinstance(data, Mapping):
        return [{"type": "text", "text": str(value)} for value in data]
    if all(name.isdecimal() for name in data):
        ordered = sorted(data, key=int)
        return [{"type": "text", "text": str(data[name])} for name in ordered]
    return [
        {"type": "text", "parameter_name": name, "text": str(data[name])} for name in sorted(data)
    ]
