"""Dates, numbers and money as Brazil writes them."""

from datetime import date
from decimal import Decimal

import pytest

from fisioflow_cli.messages import formats


def test_dates() -> None:
    assert formats.full_date(date(2026, 11, 23)) == "segunda-feira, 23 de novembro de 2026"
    assert formats.numeric_date(date(2026, 3, 1)) == "01/03/2026"
    assert [formats.weekday(date(2026, 11, day)) for day in (23, 24, 28, 29)] == [
        "segunda",
        "terça",
        "sábado",
        "domingo",
    ]


@pytest.mark.parametrize(
    ("monday", "words"),
    [
        (date(2026, 11, 23), "23 a 29 de novembro de 2026"),
        (date(2026, 11, 30), "30 de novembro a 6 de dezembro de 2026"),
        (date(2026, 12, 28), "28 de dezembro de 2026 a 3 de janeiro de 2027"),
    ],
)
def test_a_week_names_month_and_year_as_needed(monday: date, words: str) -> None:
    assert formats.week(monday) == words


def test_numbers_and_money() -> None:
    assert formats.number(12345) == "12.345"
    assert formats.money(Decimal("1234.5")) == "R$\u00a01.234,50"
    assert formats.money(0) == "R$\u00a00,00"
    assert formats.percent(Decimal("0.125")) == "12,5%"
    assert formats.percent(0) == "0%"
    assert formats.percent(1) == "100%"


@pytest.mark.parametrize(
    ("value", "words"),
    [("0.01", "1 ponto"), ("0.015", "1,5 ponto"), ("0.02", "2 pontos"), ("0.005", "0,5 ponto")],
)
def test_points_are_plural_from_two_on(value: str, words: str) -> None:
    assert formats.points(Decimal(value)) == words


def test_counts_agree_in_number() -> None:
    assert [formats.counted(n, "sessão", "sessões") for n in (0, 1, 2)] == [
        "0 sessões",
        "1 sessão",
        "2 sessões",
    ]
