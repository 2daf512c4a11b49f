"""Bars in a row: one per stretch of time, the highest as high as the drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HEIGHT = 100.0
FLATTEST = 2.0
"""What is not nothing is drawn at least so high."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of a bar, from `y` downwards."""

    kind: str
    y: float
    height: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar; bars stand a unit apart."""

    x: int
    label: str
    total: int
    parts: list[Part]


def beats(counts: Sequence[int]) -> list[Bar]:
    """A bar per count, all of one kind."""
    return stacked([("", {"all": count}) for count in counts])


def stacked(columns: "Sequence[tuple[str, Mapping[str, int]]]") -> list[Bar]:
    """A bar per column: its label, and how many there are of each kind, the first one lowest."""
    highest = max((sum(kinds.values()) for _, kinds in columns), default=0) or 1
    return [_bar(x, label, kinds, highest) for x, (label, kinds) in enumerate(columns)]


def _bar(x: int, label: str, kinds: Mapping[str, int], highest: int) -> Bar:
    parts: list[Part] = []
    y = HEIGHT
    for kind, count in kinds.items():
        if count:
            height = max(FLATTEST, count / highest * HEIGHT)
            y -= height
            parts.append(Part(kind=kind, y=round(y, 2), height=round(height, 2), count=count))
    return Bar(x=x, label=label, total=sum(kinds.values()), parts=parts)
