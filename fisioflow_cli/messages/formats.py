"""Dates, numbers and money as Brazil writes them, by the CLDR data in Babel."""

from datetime import date, time, timedelta
from decimal import Decimal

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, format_percent

LOCALE = "pt_BR"
NONE = "–"


def full_date(day: date) -> str:
    """`segunda-feira, 23 de novembro de 2026`."""
    return format_date(day, "full", locale=LOCALE)


def numeric_date(day: date) -> str:
    """`23/11/2026`."""
    return format_date(day, "dd/MM/yyyy", locale=LOCALE)


def clock_time(moment: time) -> str:
    """`14:00`."""
    return format_time(moment, "HH:mm", locale=LOCALE)


def weekday(day: date) -> str:
    """`segunda`, `sábado`: the day of the week as one says it."""
    return format_date(day, "EEEE", locale=LOCALE).removesuffix("-feira")


def week(monday: date) -> str:
    """`23 a 29 de novembro de 2026`: seven days from `monday`, month and year only as needed."""
    sunday = monday + timedelta(days=6)
    if monday.month == sunday.month:
        start = str(monday.day)
    elif monday.year == sunday.year:
        start = format_date(monday, "d 'de' MMMM", locale=LOCALE)
    else:
        start = format_date(monday, "long", locale=LOCALE)
    return f"{start} a {format_date(sunday, 'long', locale=LOCALE)}"


def number(value: Decimal | int) -> str:
    """`12.345`, `2,5`."""
    return format_decimal(value, locale=LOCALE)


def money(value: Decimal | int) -> str:
    """`R$ 1.234,50`, in reais, with a space that does not break."""
    return format_currency(value, "BRL", locale=LOCALE)


def percent(value: Decimal | int) -> str:
    """`12,5%` for 0.125."""
    return format_percent(value, "#,##0.#%", locale=LOCALE)


def points(value: Decimal | int) -> str:
    """`2,5 pontos` (of a percentage) for 0.025; `1 ponto`."""
    return counted(value * 100, "ponto", "pontos")


def counted(value: Decimal | int, one: str, many: str) -> str:
    """`1 sessão`, `1,5 ponto`, `2 sessões`: the plural begins at two, and none is `0 sessões`."""
    return f"{number(value)} {one if 0 < value < 2 else many}"
