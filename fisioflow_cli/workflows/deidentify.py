"""De-identification: a clinical text without anything that tells whose it is, or a refusal.

What is known of the patient is looked for and replaced, and so is what looks like a contact, a
document, an address or a date. Then `survives` looks again, in another way: if a known identifier
is still there, the text must not be used. Initials, an unusual job or a rare disease stay: what is
left is still personal data (LGPD art. 13 §4), only not recognisable at a glance.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import dropwhile

from fisioflow_cli.workflows.deidentify_dates import Days
from fisioflow_cli.workflows.deidentify_names import Names, replace
from fisioflow_cli.workflows.deidentify_numbers import Numbers, Phrases
from fisioflow_cli.workflows.deidentify_patterns import (
    CONTACT,
    PERSON,
    PLACE,
    hide_forms,
    hide_titled,
    tells,
)
from fisioflow_cli.workflows.deidentify_words import (
    COMMON,
    GENERIC,
    words,
)

CLINIC, STAFF, PATIENT = "[clínica]", "[profissional]", "[paciente]"
PLACEHOLDER = re.compile(
    r"\[(?:contato|documento|endereço|pessoa|clínica|profissional|data|nascimento|aniversário)\]"
)
SHORTEST_PLACE = 4
OLDEST = 90


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What would tell who the patient is."""

    names: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    clinics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    """Phones, e-mails, documents."""
    born: date | None = None

    def scrub(self, text: str, *, alias: str, anchor: date) -> str:
        """The text for a stranger: `alias` for the patient, days told against `anchor`."""
        text = self._numbers.hide(text, CONTACT)
        text = hide_forms(Days(anchor=anchor, born=self.born).hide(text))
        text = self._places.hide(self._clinics.hide(text, CLINIC), PLACE)
        found = self._names.find(text)
        return hide_titled(replace(text, found, {PATIENT: alias}))

    def survives(self, text: str) -> bool:
        """Whether something that is known is still in the text: then it must not be used."""
        bare = PLACEHOLDER.sub(" ", text)
        return (
            bool(self._names.find(bare))
            or self._names.spelled_out(bare)
            or self._numbers.survive(bare)
            or self._clinics.survive(bare)
            or self._places.survive(bare)
            or self._has_birth_date(bare)
            or tells(bare)
        )

    def age(self, today: date) -> str:
        """The completed years of life, in words; the very old are not told apart."""
        if self.born is None or self.born > today:
            return "idade desconhecida"
        years = today.year - self.born.year
        years -= (today.month, today.day) < (self.born.month, self.born.day)
        if years >= OLDEST:
            return f"{OLDEST} anos ou mais"
        return {0: "menos de 1 ano", 1: "1 ano"}.get(years, f"{years} anos")

    @cached_property
    def _names(self) -> Names:
        names = Names()
        for name in self.names:
            names.add(name, PATIENT, patient=True)
        for label, known in ((STAFF, self.staff), (PERSON, self.persons)):
            for name in known:
                names.add(name, label)
        return names

    @cached_property
    def _numbers(self) -> Numbers:
        numbers = Numbers()
        for known in (*self.numbers, *self.persons, *self.places):
            numbers.add(known)
        return numbers

    @cached_property
    def _clinics(self) -> Phrases:
        whole = [words(clinic) for clinic in self.clinics]
        own = [list(dropwhile(GENERIC.__contains__, name)) for name in whole]
        return _phrases([*whole, *own])

    @cached_property
    def _places(self) -> Phrases:
        parts = (part for place in self.places for part in re.split(r"[^\w\s.'ºª°]|\d+", place))
        return _phrases(words(part) for part in parts)

    def _has_birth_date(self, text: str) -> bool:
        if self.born is None:
            return False
        hidden = Days(anchor=self.born, born=self.born).hide(text)
        if "[nascimento]" in hidden:
            return True
        every = re.sub(r"\D", "", text)
        return any(f"{self.born:{form}}" in every for form in ("%d%m%Y", "%Y%m%d"))


def _phrases(names: Iterable[list[str]]) -> Phrases:
    return Phrases(known=frozenset(" ".join(name) for name in names if _is_distinct(name)))


def _is_distinct(name: list[str]) -> bool:
    """Whether these words, found in a note, must be the name: not just an ordinary word."""
    if len(name) > 1:
        return True
    return any(len(word) >= SHORTEST_PLACE and word not in GENERIC | COMMON for word in name)


def secrets_of(identifiers: Iterable[tuple[str, str]], born: date | None) -> Secrets:
    """Secrets from pairs of a kind and a text; a kind that is not known counts as somebody's name."""
    kinds = {"name": "names", "staff": "staff", "clinic": "clinics", "place": "places"}
    kinds |= {"contact": "numbers", "document": "numbers"}
    found: dict[str, list[str]] = {}
    for kind, text in sorted(identifiers):
        found.setdefault(kinds.get(kind, "persons"), []).append(text)
    return Secrets(born=born, **{field: tuple(texts) for field, texts in found.items()})
