"""The figures of a report: each beside the earlier one, and as bars."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fisioflow_cli.messages.formats import NONE, counted, number
from fisioflow_cli.messages.typed import person

Value = Decimal | int
LABEL_LENGTH = 40
MOST_BARS = 15  # Gmail cuts a mail at 102 KB, and nobody reads a chart of forty names


class Mood(StrEnum):
    """How a change is coloured; its words and its arrow say the same without colour."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure and how it changed: `12`, `▲`, `3 a mais`, `9`."""

    label: str
    value: str
    arrow: str
    change: str
    earlier: str
    mood: Mood


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar; `percent` is its length, 0 to 100, relative to the longest of its chart."""

    label: str
    count: str
    percent: int


def figure(  # what to compare, and how to show it
    label: str,
    now: Value | None,
    before: Value | None,
    *,
    show: Callable[[Value], str] = number,
    show_change: Callable[[Value], str] | None = None,
    more_is_better: bool = True,
) -> Figure:
    """`now` compared with `before`; None where there is nothing to count."""
    value, earlier = (NONE if one is None else show(one) for one in (now, before))
    arrow, change, mood = "", "sem comparação", Mood.SAME
    if now is not None and before is not None:
        rise = now - before
        mood = _mood(rise if more_is_better else -rise)
        arrow, change = _change(rise, show_change or show)
    return Figure(label=label, value=value, arrow=arrow, change=change, earlier=earlier, mood=mood)


def bars(counts: Iterable[tuple[str, int]]) -> list[Bar]:
    """The counts as bars, in the given order; anything above zero can be seen."""
    rows = list(counts)
    longest = max((count for _, count in rows), default=0)
    return [
        Bar(label=label, count=number(count), percent=_percent(count, longest))
        for label, count in rows
    ]


def therapist_bars(by_therapist: Iterable[tuple[str, int]]) -> list[Bar]:
    """Sessions per therapist; those after the first fifteen are one bar, the last."""
    rows = [(_label(name), count) for name, count in by_therapist]
    rest = rows[MOST_BARS:]
    if len(rest) > 1:
        others = f"Outros {counted(len(rest), 'terapeuta', 'terapeutas')}"
        rows = [*rows[:MOST_BARS], (others, sum(count for _, count in rest))]
    return bars(rows)


def _label(name: str) -> str:
    return person(name, otherwise="Sem nome", limit=LABEL_LENGTH)


def _percent(count: int, longest: int) -> int:
    return max(1, round(100 * count / longest)) if count > 0 else 0


def _change(rise: Value, show: Callable[[Value], str]) -> tuple[str, str]:
    if rise == 0:
        return "=", "igual"
    return ("▲", f"{show(rise)} a mais") if rise > 0 else ("▼", f"{show(-rise)} a menos")


def _mood(gain: Value) -> Mood:
    if gain == 0:
        return Mood.SAME
    return Mood.BETTER if gain > 0 else Mood.WORSE
