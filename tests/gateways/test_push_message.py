"""What a push message says: complete if it fits, and never more than fits."""

import json

import pytest

from fisioflow_cli.gateways.gateway import Content
from fisioflow_cli.gateways.push_message import CUT, MOST_BYTES, message


def content(subject: str = "Aviso", short: str = "Oi", link: str | None = None) -> Content:
    return Content(subject=subject, html="<p>", text="longer", short=short, link=link)


def size(said: dict[str, str]) -> int:
    return len(json.dumps(said, ensure_ascii=False).encode())


def test_message_has_a_title_a_body_and_a_tag() -> None:
    assert message(content(), tag="t1") == {"title": "Aviso", "body": "Oi", "tag": "t1"}


def test_link_is_the_applications_own() -> None:
    assert message(content(link="/agenda"), tag="t")["url"] == "/agenda"
    assert "url" not in message(content(link="https://example.com/" + "a" * 1000), tag="t")


def test_title_stands_on_one_line_of_bounded_length() -> None:
    assert message(content(subject=" a\r\n b "), tag="t")["title"] == "a b"
    assert len(message(content(subject="ã" * 500), tag="t")["title"]) == 150


@pytest.mark.parametrize("letter", ["a", "ã", "🎉", '"', "\x01"])
def test_body_is_cut_as_late_as_possible(letter: str) -> None:
    said = message(content(short=f"a{letter * 5000}b", link="/x"), tag="t" * 32)
    assert MOST_BYTES - 6 < size(said) <= MOST_BYTES
    assert said["body"].endswith(CUT)


def test_body_that_just_fits_is_whole() -> None:
    room = MOST_BYTES - size(message(content(short=""), tag="t"))
    assert message(content(short="a" * room), tag="t")["body"] == "a" * room
    assert message(content(short="a" * (room + 1)), tag="t")["body"].endswith("a" + CUT)


def test_half_a_character_harms_nothing() -> None:
    said = message(content(subject="a\ud800", short="b\udc00", link="/\ud800"), tag="t")
    assert (said["title"], said["body"], said["url"]) == ("a?", "b?", "/?")
