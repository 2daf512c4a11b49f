"""The voucher reminder."""

import pytest

from tests.messages.conftest import Compare
from tests.messages.samples import voucher


def test_it_looks_as_approved(snapshot: Compare) -> None:
    snapshot("voucher_expiry", voucher())


@pytest.mark.parametrize(
    ("days_left", "words"),
    [(0, "vence hoje"), (1, "vence amanhã"), (2, "vence em 2 dias"), (30, "vence em 30 dias")],
)
def test_it_says_when_in_words(days_left: int, words: str) -> None:
    message = voucher(days_left=days_left)
    assert message.subject == f"Ana Souza, seu voucher {words}"
    assert f"Seu voucher {words}" in message.text
    assert f"Seu voucher {words}" in message.html
    assert words.removeprefix("vence ") in message.short


def test_the_date_stands_beside_the_words() -> None:
    message = voucher(days_left=0)
    for body in (message.text, message.html, message.short):
        assert "segunda-feira, 30 de novembro de 2026" in " ".join(body.split())


@pytest.mark.parametrize(
    ("left", "words"), [(1, "1 sessão"), (3, "3 sessões"), (1200, "1.200 sessões")]
)
def test_sessions_agree_in_number(left: int, words: str) -> None:
    message = voucher(sessions_left=left)
    for body in (message.text, message.html, message.short):
        assert words in body


def test_without_a_balance_none_is_mentioned() -> None:
    message = voucher(title="Pacote", sessions_left=0)
    for body in (message.text, message.html, message.short):
        assert "sess" not in body
        assert "Saldo" not in body
    assert "\n\n\n" not in message.short


def test_the_template_gets_its_five_parameters_in_order() -> None:
    assert voucher().parameters == (
        "Ana Souza",
        "Pacote Pilates",
        "30/11/2026",
        "3",
        "Clínica Movimento",
    )


def test_what_a_lock_screen_shows_tells_nothing_about_health() -> None:
    """Subject and preheader stand in the notification, for everybody near the phone."""
    message = voucher(title="Reabilitação de joelho")
    preview = message.html[message.html.index("<body") : message.html.index("<table")]
    assert "joelho" in message.text
    assert "joelho" not in message.subject
    assert "joelho" not in preview


def test_it_says_how_to_stop_it() -> None:
    message = voucher()
    assert "responda a este e-mail ou avise a clínica" in " ".join(message.text.split())
    assert "responda a este e-mail ou avise a clínica" in message.html
    assert message.short.endswith("avise a recepção da clínica.")


def test_nobody_is_asked_to_use_what_has_expired() -> None:
    with pytest.raises(ValueError, match="expired already"):
        voucher(days_left=-1)
