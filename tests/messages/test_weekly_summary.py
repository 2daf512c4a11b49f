"""The weekly summary."""

from dataclasses import replace
from datetime import date

import pytest

from tests.messages.conftest import Compare
from tests.messages.samples import QUIET_WEEK, WEEK, WEEK_BEFORE, weekly


def words(text: str, label: str) -> str:
    """The line of the text part that begins with `label`, its columns one space apart."""
    line = next(line for line in text.splitlines() if line.startswith(label))
    return " ".join(line.split())


def test_it_looks_as_approved(snapshot: Compare) -> None:
    snapshot("weekly_summary", weekly())


def test_a_first_and_empty_week_looks_as_approved(snapshot: Compare) -> None:
    snapshot("weekly_summary_empty", weekly(figures=QUIET_WEEK, week_before=QUIET_WEEK))


def test_rates_are_parts_of_all_appointments() -> None:
    text = weekly().text
    assert words(text, "Taxa de cancelamento").endswith("10% ▼ 2,6 pontos a menos (antes: 12,6%)")
    assert words(text, "Taxa de faltas").endswith("4,2% ▲ 1 ponto a mais (antes: 3,2%)")


def test_fewer_cancellations_are_good_news_and_more_absences_bad() -> None:
    html = weekly().html
    assert html.index('class="better"', html.index("Taxa de cancelamento")) < html.index(
        "Taxa de faltas"
    )
    assert html.index('class="worse"', html.index("Taxa de faltas")) < html.index("Receita")


def test_without_appointments_there_is_no_rate() -> None:
    text = weekly(figures=QUIET_WEEK).text
    assert words(text, "Taxa de faltas") == "Taxa de faltas – sem comparação (antes: 3,2%)"


def test_revenue_is_in_reais() -> None:
    assert words(weekly().text, "Receita") == (
        "Receita recebida R$ 18.450,50 ▲ R$ 1.000,50 a mais (antes: R$ 17.450,00)"
    )


def test_a_database_without_payments_shows_no_revenue() -> None:
    message = weekly(figures=replace(WEEK, revenue=None), week_before=WEEK_BEFORE)
    assert "Receita" not in message.text
    assert "Receita" not in message.html


def test_a_week_before_without_payments_is_not_compared() -> None:
    text = weekly(week_before=replace(WEEK_BEFORE, revenue=None)).text
    assert words(text, "Receita").endswith("sem comparação (antes: –)")


def test_every_day_has_its_bar_and_its_number() -> None:
    text = weekly().text
    assert words(text, "quarta") == f"quarta 35 {'█' * 20}"
    assert words(text, "sábado") == f"sábado 8 {'█' * 5}"
    assert words(text, "domingo") == "domingo 0"


def test_the_period_crosses_a_year() -> None:
    message = weekly(monday=date(2026, 12, 28), clinic="C" * 300)
    assert message.subject.startswith(
        "Resumo semanal de 28 de dezembro de 2026 a 3 de janeiro de 2027 – CCC"
    )
    assert len(message.subject) <= 150


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValueError, match="shorter"):
        weekly(figures=replace(WEEK, by_day=(1, 2, 3)))


def test_a_big_clinic_stays_below_what_gmail_cuts() -> None:
    crew = tuple((f"Terapeuta {n} com um sobrenome comprido", 100 - n) for n in range(80))
    message = weekly(figures=replace(WEEK, by_therapist=crew))
    assert len(message.html.encode()) < 102_000
    assert "Outros 65 terapeutas" in message.text
