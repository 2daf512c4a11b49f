"""What people type into a clinic's database: invented, the same for the same seed."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
Row = dict[str, Any]

FIRST_NAMES = ("Maria", "João", "Ana", "José", "Zoë", "D'Ávila", "Antônia", "[b]Rui[/b]", "Íris")
LAST_NAMES = ("da Silva", "Souza", "de Oliveira", "Lima <i>", "Nakamura", "Conceição", "O'Neill")
PHONES = (
    "({ddd}) 9{a}-{b}",
    "+55 {ddd} 9{a}-{b}",
    "{ddd}9{a}{b}",
    "55{ddd}9{a}{b}",
    "0{ddd} 9{a} {b}",
    " ({ddd})9{a}.{b} ",
    "({ddd}) {a}-{b}",
)
UNUSABLE_PHONES = (
    None,
    "",
    "  ",
    "123",
    "9{a}-{b}",
    "não tem",
    "(00) 00000-0000",
    "+1 202 555 0100",
)
UNUSABLE_EMAILS = (None, "", " ", "não tem", "ana@", "@example.com", "a b@example.com", "x@y")
SETTINGS = (
    None,
    "{}",
    '{"timezone": "America/Sao_Paulo"}',
    '{"timezone": "America/Manaus", "whatsapp_enabled": true}',
    '{"email_enabled": "true", "timezone": "America/Noronha"}',
    '{"timezone": "Brasilia"}',
    '"{}"',
    "[]",
)
SILENT_SETTINGS = ('{"email_enabled": false}', '{"whatsapp_enabled": "false"}')
EMPTY_JSON = (None, "null", "{}", "[]", '""', '"  "', '[{"nome": ""}]', '{"dor": null}')
FULL_JSON = ('"dor lombar"', '{"adm": "90°"}', '[{"nome": "ponte", "series": 3}]', "false", "0")


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is written, and the local day around which it happens."""

    patients: int
    organizations: int
    today: date

    @property
    def days(self) -> list[date]:
        """The days that hold appointments: the last fifteen, today and the next two."""
        return [self.today + timedelta(days=day) for day in range(-15, 3)]


@dataclass(frozen=True)
class Dice:
    """Chance with a memory: the same seed gives the same database."""

    random: random.Random

    def id(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def often(self, **weights: int) -> str | None:
        """One of the names, as often as its weight says; the name `none` is null."""
        [name] = self.random.choices(list(weights), list(weights.values()))
        return None if name == "none" else name

    def name(self) -> str:
        return f"{self.pick(FIRST_NAMES)} {self.pick(LAST_NAMES)}"

    def phone(self) -> str | None:
        style = self.pick(UNUSABLE_PHONES if self.chance(0.08) else PHONES)
        numbers = {"ddd": self.pick((11, 21, 31, 71, 92)), "a": self.random.randint(1000, 9999)}
        return style and style.format(**numbers, b=self.random.randint(1000, 9999))

    def email(self) -> str | None:
        if self.chance(0.1):
            return self.pick(UNUSABLE_EMAILS)
        address = (
            f"{self.pick(('ana', 'Jose', 'maria.s'))}{self.random.getrandbits(32)}@example.com"
        )
        return f" {address} " if self.chance(0.05) else address

    def birth_date(self, today: date) -> date | None:
        """Spread over the year; two in a hundred are not known."""
        days = timedelta(days=self.random.randint(3 * 365, 95 * 365))
        return None if self.chance(0.02) else today - days

    def json(self) -> str | None:
        return self.pick(EMPTY_JSON if self.chance(0.5) else FULL_JSON)

    def instant(self, day: date, *, spread: int = 0) -> datetime:
        """Some time of the day, up to `spread` days earlier."""
        earlier = timedelta(days=self.random.randint(0, spread))
        minutes = timedelta(minutes=self.random.randint(9 * 60, 23 * 60))
        return datetime.combine(day - earlier, time(), UTC) + minutes

    def start(self) -> time:
        return time(self.random.randint(7, 19), self.pick((0, 30)))


def naive(moment: datetime) -> datetime:
    """The same instant in UTC, as a column without time zone keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None)
