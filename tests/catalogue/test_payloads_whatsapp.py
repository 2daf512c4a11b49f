"""`whatsapp/send` and its batch."""

from typing import Any

import pytest

from fisioflow_cli.catalogue.payloads import WhatsappSend, WhatsappSendBatch, fit
from tests.catalogue.refusals import refusal

TO = "+5511987654321"
URL = "https://example.com/exames/raio-x.pdf"
NEEDS = "data must be a text with message, a media with mediaUrl, or a template with templateName."


def message(**given: Any) -> WhatsappSend:
    """A message to somebody."""
    return fit(WhatsappSend, {"to": TO, **given})


def refused(**given: Any) -> str:
    """What is said of such a message."""
    return refusal("whatsapp/send", {"to": TO, **given})


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"message": "Oi"}, "text"),
        ({"mediaUrl": URL}, "media"),
        ({"mediaUrl": URL, "message": "Seu exame"}, "media"),
        ({"templateName": "aviso"}, "template"),
        ({"templateName": "aviso", "mediaUrl": URL, "message": "Oi"}, "template"),
        ({"message": "Oi", "mediaUrl": URL, "type": "text"}, "text"),
        ({"message": "Oi", "mediaUrl": "", "templateName": None, "type": None}, "text"),
    ],
)
def test_type_is_stated_or_follows_from_what_is_there(given: dict[str, Any], kind: str) -> None:
    assert message(**given).type == kind


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"type": "text"},
        {"type": "media", "message": "Oi"},
        {"type": "template", "message": "Oi"},
        {"type": "template", "mediaUrl": URL},
        {"type": "text", "templateName": "aviso"},
    ],
)
def test_each_type_needs_its_own(given: dict[str, Any]) -> None:
    assert refused(**given) == NEEDS


@pytest.mark.parametrize("kind", ["Text", "image", 5, True, ["text"]])
def test_other_types_are_refused(kind: object) -> None:
    assert refused(type=kind, message="Oi") == "data.type must be text, template or media."


def test_a_phone_may_be_a_number() -> None:
    assert fit(WhatsappSend, {"to": 5511987654321, "message": "Oi"}).to == "5511987654321"


@pytest.mark.parametrize("to", ["+55 11 98765-4321", "(11)\xa098765-4321", "ninguém"])
def test_phones_are_not_judged_here(to: str) -> None:
    assert fit(WhatsappSend, {"to": to, "message": "Oi"}).to == to


@pytest.mark.parametrize("to", [True, 1.5, [TO], {}, " ", "1\n2"])
def test_what_cannot_be_a_phone_is_refused(to: object) -> None:
    assert "data.to must be a phone number" in refusal("whatsapp/send", {"to": to, "message": "Oi"})


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/a",
        "file:///etc/passwd",
        "example.com/a",
        "https://",
        "https://a b",
        5,
        "https://example.com/" + "x" * 2048,
        "javascript:alert(1)",
        "https://example.com/\x7f",
        "https://[::1/a.jpg",
        "https://:80/a.jpg",
        "https://@/a.jpg",
    ],
)
def test_media_must_be_on_the_web(url: object) -> None:
    assert refused(mediaUrl=url) == "data.mediaUrl must be an address with http:// or https://."


@pytest.mark.parametrize(
    ("url", "stated", "kind"),
    [
        ("https://example.com/a.jpg", None, "image"),
        ("https://example.com/a.JPEG?x=.mp4", None, "image"),
        ("https://example.com/a.mp4#t", None, "video"),
        ("https://example.com/a.ogg", None, "audio"),
        ("https://example.com/a.pdf", None, "document"),
        ("https://example.com/a", None, "document"),
        ("https://example.com", None, "document"),
        ("https://example.com/a.pdf", "image", "image"),
        ("https://example.com/a", "Image/PNG", "image"),
        ("https://example.com/a", "audio/ogg; codecs=opus", "audio"),
        ("https://example.com/a.jpg", "application/pdf", "image"),
        ("https://example.com/a.jpg", "document", "document"),
        ("https://[::1]:8080/a.jpg", None, "image"),
    ],
)
def test_kind_of_media_is_stated_or_follows_from_its_address(
    url: str, stated: str | None, kind: str
) -> None:
    assert message(mediaUrl=url, mediaType=stated).media_kind == kind


def test_components_are_metas_own() -> None:
    components = [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}]
    given = message(templateName="aviso", components=components, templateData=["Bia"])
    assert given.template_components == tuple(components)


@pytest.mark.parametrize(
    ("data", "parameters"),
    [
        (["Ana", 5], [{"type": "text", "text": "Ana"}, {"type": "text", "text": "5"}]),
        (
            {str(place): f"v{place}" for place in (10, 2, 1)},
            [{"type": "text", "text": f"v{place}"} for place in (1, 2, 10)],
        ),
        (
            {"nome": "Ana", "dia": "1"},
            [
                {"type": "text", "parameter_name": "dia", "text": "1"},
                {"type": "text", "parameter_name": "nome", "text": "Ana"},
            ],
        ),
    ],
)
def test_template_data_becomes_the_body(data: Any, parameters: list[dict[str, str]]) -> None:
    given = message(templateName="aviso", templateData=data)
    assert given.template_components == ({"type": "body", "parameters": parameters},)


def test_a_template_may_need_nothing() -> None:
    assert message(templateName="aviso").template_components == ()
    assert message(templateName="aviso", templateData={}).template_components == ()


@pytest.mark.parametrize("data", [5, "Ana", [["Ana"]], {"a": {"b": 1}}, {"a": None}, [None]])
def test_template_data_must_be_values(data: object) -> None:
    assert "data.templateData must be a list of values" in refused(
        templateName="x", templateData=data
    )


@pytest.mark.parametrize("components", [5, "a", ["a"], [[]], {"type": "body"}])
def test_components_must_be_objects(components: object) -> None:
    assert "data.components" in refused(templateName="x", components=components)


def test_messages_of_a_batch_are_taken_as_they_are() -> None:
    data = {"messages": [{"to": TO, "message": "Oi"}, {"to": TO, "templateName": "aviso"}]}
    assert fit(WhatsappSendBatch, data).children() == [
        {"to": TO, "message": "Oi"},
        {"type": "template", "to": TO, "templateName": "aviso"},
    ]
