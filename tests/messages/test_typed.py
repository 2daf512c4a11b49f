"""What a person typed, made harmless."""

import pytest

from fisioflow_cli.messages.typed import clinic_name, one_line, person, unmarked


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("Ana\r\nBcc: eve@example.com", "Ana Bcc: eve@example.com"),
        ("Ana\u2028Souza\u2029\x85x", "Ana Souza x"),
        ("A\x00n\x1b[31ma\x7f", "An[31ma"),
        ("Ana\u202eazuoS", "AnaazuoS"),
        ("\u2066Ana\u2069 \u200f\u061cSouza\ufeff", "Ana Souza"),
        ("A\u200bn\u00ada", "Ana"),
        ("  Ana \t  Souza ", "Ana Souza"),
        ("Jose\u0301", "José"),
        ("Dra. Li \U0001f469\u200d\u2695\ufe0f", "Dra. Li \U0001f469\u200d\u2695\ufe0f"),
        ("a\ud800b", "ab"),
    ],
)
def test_one_line_without_what_cannot_be_seen(typed: str, line: str) -> None:
    assert one_line(typed) == line


@pytest.mark.parametrize("typed", ["", " ", "\u202e", "***", "\U0001f600", "…"])
def test_without_letter_or_digit_the_other_words_are_used(typed: str) -> None:
    assert one_line(typed, otherwise="paciente") == "paciente"


def test_a_long_name_is_cut() -> None:
    assert one_line("x" * 300) == "x" * 79 + "…"
    assert one_line("x" * 80) == "x" * 80
    assert one_line("ab cd", limit=4) == "ab…"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ganhe em http://golpe.example.com/x", "Ganhe em http golpe. example. com/x"),
        ("www.example.com", "www. example. com"),
        ("Dr.Ana", "Dr. Ana"),
        ("J.R. Silva", "J.R. Silva"),
        ("Dra. Ana", "Dra. Ana"),
    ],
)
def test_no_name_becomes_a_link(typed: str, name: str) -> None:
    assert person(typed, otherwise="paciente") == name


def test_a_clinic_may_be_named_like_its_site() -> None:
    assert clinic_name("Fisio.com") == "Fisio.com"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("*Ana*", "Ana"),
        ("_Ana_ ~Souza~", "Ana Souza"),
        ("```Ana``` `x`", "Ana x"),
        ("ana_souza", "ana souza"),
    ],
)
def test_marks_of_whatsapp_are_gone(typed: str, name: str) -> None:
    assert unmarked(typed) == name
