"""What holds for every message: mail clients, accessibility, and hostile input."""

import re
import unicodedata

import pytest

from fisioflow_cli.messages.rendered import Rendered, render
from tests.messages.samples import every_message
from tests.messages.structure import Structure

BENIGN = every_message("Ana Souza")
NAMES = sorted(BENIGN)
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td", "th"),
    *("p", "h1", "h2", "span", "strong", "br"),
}
HOSTILE = {
    "markup": "Ana [/b] <script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "single quotes": "' onmouseover='alert(1)",
    "comment": "--><script>alert(1)</script><!--",
    "closing tags": "</title></style></td></table>",
    "entity": "&lt;script&gt;&#60;b&#62;",
    "template": "{{ 7 * 7 }}{% raw %}",
    "long": "Maximiliana " * 25,
    "long word": "W" * 300,
    "emoji": "Ana \U0001f389\U0001f469\u200d\u2695\ufe0f",
    "override": "Ana \u202egpj.exe\u2066x\u2069",
    "header": "Ana\r\nBcc: eve@example.com\r\n\r\n<b>x</b>",
    "control": "Ana\x00\x07\x1b[2J\x9b",
    "whatsapp": "*Ana* _x_ ~y~ ```z```",
}


@pytest.fixture(params=NAMES)
def message(request: pytest.FixtureRequest) -> Rendered:
    """Each message in turn."""
    return BENIGN[str(request.param)]


def invisible(text: str) -> set[str]:
    """The control and format characters of `text` but the joiner of emoji."""
    return {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} - {"\u200d"}


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_typed_changes_the_page(name: str, typed: str) -> None:
    page, benign = Structure(every_message(typed)[name].html), Structure(BENIGN[name].html)
    assert page.tags == benign.tags
    assert page.attributes == benign.attributes
    assert page.open == []


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_typed_adds_a_header_or_turns_text_around(name: str, typed: str) -> None:
    message = every_message(typed)[name]
    assert len(message.subject) <= 150
    assert not invisible(message.subject)
    assert invisible(message.text) <= {"\n"}
    assert invisible(message.short) <= {"\n"}
    assert not any(invisible(parameter) for parameter in message.parameters)
    assert invisible(message.html) <= {"\n"}


@pytest.mark.parametrize(
    "name",
    [
        *("birthday", "voucher_expiry", "daily_figures"),
        *("appointment_reminder", "appointment_confirmation", "appointment_cancellation"),
    ],
)
def test_nothing_typed_is_formatted_by_whatsapp(name: str) -> None:
    marks = re.compile(r"[*_~`]")
    hostile, benign = every_message(HOSTILE["whatsapp"])[name], BENIGN[name]
    assert marks.findall(hostile.short) == marks.findall(benign.short)
    assert not any(marks.search(parameter) for parameter in hostile.parameters)
    assert hostile.parameters[0] == "Ana x y z"


def test_what_was_typed_is_still_read_as_typed() -> None:
    page = Structure(every_message("Ana [/b] <script>")["birthday"].html)
    assert "Feliz aniversário, Ana [/b] <script>!" in page.text


def test_the_text_part_stands_alone(message: Rendered) -> None:
    assert len(message.text) > 150
    assert not re.search(r"</?[a-z]+[ >]|&[a-z]+;|&#", message.text)
    assert "\n\n\n" not in message.text
    assert all(line == line.rstrip() for line in message.text.splitlines())
    assert max(len(line) for line in message.text.splitlines()) <= 98


def test_the_page_uses_what_mail_clients_know(message: Rendered) -> None:
    page = Structure(message.html)
    assert {tag for tag, _ in page.tags} <= TAGS
    assert not re.search(r"flex|grid|url\(|@import|https?:|src=", message.html)
    assert message.html.startswith("<!doctype html>")
    assert ("html", "lang", "pt-BR") in page.attributes
    assert '<meta name="color-scheme" content="light dark">' in message.html
    assert page.open == []


def test_the_page_is_600_pixels_at_most(message: Rendered) -> None:
    assert "max-width:600px" in message.html
    assert '<!--[if mso]><table role="presentation" width="600"' in message.html


def test_every_background_is_an_attribute_too(message: Rendered) -> None:
    """Outlook's Word engine reads bgcolor more reliably than the style."""
    for tag in re.findall(r"<(?:td|table|body)[^>]*background-color:#\w+[^>]*>", message.html):
        assert re.search(r'bgcolor="#\w+"', tag), tag


def test_tables_are_layout_unless_they_are_labelled(message: Rendered) -> None:
    for tag, names in Structure(message.html).tags:
        if tag == "table":
            assert ("role" in names) != ("aria-label" in names)


def test_the_title_is_the_subject(message: Rendered) -> None:
    assert f"<title>{message.subject}</title>" in message.html


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert every_message("Ana Souza") == BENIGN


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(Exception, match="'preheader' is undefined"):
        render("birthday", subject="x", name="Ana", clinic="Clínica")
