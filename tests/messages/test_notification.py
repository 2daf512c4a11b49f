"""An application's own words, in the clinic's dress."""

import pytest

from fisioflow_cli.messages.notification import notification
from tests.messages.conftest import Compare
from tests.messages.samples import CLINIC, WORDS
from tests.messages.structure import Structure

NOTICE = notification(subject="Plano atualizado", body=WORDS, clinic=CLINIC)


def test_it_looks_as_approved(snapshot: Compare) -> None:
    snapshot("notification", NOTICE)


def test_blank_lines_part_paragraphs_and_line_breaks_stay() -> None:
    page = Structure(NOTICE.html)
    assert len([tag for tag, _ in page.tags if tag == "br"]) == 1
    assert "mudanças.<br>Qualquer" in NOTICE.html
    assert WORDS in NOTICE.text
    assert NOTICE.short == WORDS


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_any_line_break_will_do(newline: str) -> None:
    body = WORDS.replace("\n", newline)
    assert notification(subject="Plano atualizado", body=body, clinic=CLINIC) == NOTICE


def test_markup_is_read_as_typed() -> None:
    said = "<b>Olá</b> & {{ 7 * 7 }} [bold]x[/bold]"
    page = Structure(notification(subject=said, body=said, clinic=CLINIC).html)
    assert said in page.text
    assert "<b>Olá" not in NOTICE.html


def test_whatsapp_formatting_is_the_applications_decision() -> None:
    assert notification(subject="", body="*Olá*", clinic=CLINIC).short == "*Olá*"


def test_without_a_subject_it_is_named_after_the_clinic() -> None:
    assert notification(subject=" ", body="Olá", clinic=CLINIC).subject == f"Aviso – {CLINIC}"
    assert notification(subject="", body="Olá", clinic="").subject == "Aviso – Sua clínica"
