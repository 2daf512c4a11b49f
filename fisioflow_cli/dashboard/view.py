"""A page before it is HTML: which template, and what it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, TypeVar

from fisioflow_cli.engine.timetable import YEARS
from fisioflow_cli.errors import UsageError

if TYPE_CHECKING:
    from enum import StrEnum

    from fisioflow_cli.dashboard.facts import Facts

S = TypeVar("S", bound="StrEnum")
LONGEST_VALUE = 300


@dataclass(frozen=True, kw_only=True)
class View:
    """What a page shows; free of HTTP, so that the export shows the same."""

    template: str
    title: str
    shown: Mapping[str, object]


@dataclass(frozen=True)
class Wishes:
    """What the address of a page asks for: the part behind its question mark."""

    given: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """The value, None if it is missing or empty; UsageError if no ledger could hold it."""
        value = self.given.get(name, "").strip()
        if not value.isprintable() or len(value) > LONGEST_VALUE:
            raise UsageError(f"What was asked for as {name} cannot be looked for; correct it.")
        return value or None

    def choice(self, name: str, kind: type[S]) -> S | None:
        """The value as one of `kind`, None if it is missing; UsageError if there is none such."""
        value = self.text(name)
        if value is None:
            return None
        if value not in list(kind):
            raise UsageError(f"There is no {name} {value}; choose one of {', '.join(kind)}.")
        return kind(value)

    def day(self, name: str, facts: "Facts") -> datetime | None:
        """The beginning of a day such as `2026-11-23` in the dashboard's zone; UsageError otherwise."""
        value = self.text(name)
        if value is None:
            return None
        try:
            day = datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007  # a date has no zone
        except ValueError:
            day = None
        if day is None or day.year not in YEARS:
            raise UsageError(f"{name} takes a date such as 2026-11-23.")
        return datetime.combine(day, time(), facts.zone)

    def end_of_day(self, name: str, facts: "Facts") -> datetime | None:
        """The end of such a day, which is the next one's beginning."""
        begins = self.day(name, facts)
        return begins + timedelta(days=1) if begins is not None else None
