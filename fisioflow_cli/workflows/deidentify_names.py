"""Finding people in a text by the words of their names, however they are spelled."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from fisioflow_cli.workflows.deidentify_words import (
    COMMON,
    KIN,
    KNOWN_AS,
    PARTICLES,
    SHORTEST,
    WORD,
    fold,
    forms,
    sound,
    words,
)

SHORTEST_PART = 6
"""A name of so many letters is also found inside a longer word, such as an account's name."""
SHORTEST_BEGINNING = 4
"""Fern for Fernanda, Gabr for Gabriela."""
CHUNK = re.compile(r"[^\s,;:/()\[\]]+")
CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+")


@dataclass(frozen=True, kw_only=True)
class Found:
    """One occurrence of a name: where it stands and what to write instead."""

    begins: int
    ends: int
    label: str


@dataclass(kw_only=True)
class Names:
    """The words that name somebody; a word of several people stands for whoever was added first."""

    always: dict[str, str] = field(default_factory=dict)
    """By sound: names in any case."""
    capitalised: dict[str, str] = field(default_factory=dict)
    """By sound: ordinary words, names only with a capital."""
    short: dict[str, str] = field(default_factory=dict)
    """Two letters, exactly as written: Jô, Li."""
    parts: dict[str, str] = field(default_factory=dict)
    """Folded: long enough to be found inside other words."""

    def add(self, name: str, label: str, *, patient: bool = False) -> None:
        """Look for every word of `name`; the first one of a patient is no ordinary word, ever."""
        for position, word in enumerate(words(name)):
            if word in KIN and not patient:
                continue
            first = patient and position == 0
            if first:
                self._add_known_as(word, label)
            if len(word) < SHORTEST:
                self._add_short(name, word, label)
            elif word in COMMON and not first:
                self.capitalised.setdefault(sound(word), label)
            else:
                self._add_always(word, label, first=first)

    def _add_known_as(self, word: str, label: str) -> None:
        for other in KNOWN_AS.get(sound(word), "").split():
            if len(other) < SHORTEST:
                self.short.setdefault(other.capitalize(), label)
            else:
                self.always.setdefault(sound(other), label)

    def _add_short(self, name: str, word: str, label: str) -> None:
        for written in WORD.findall(name):
            if fold(written) == word:
                self.short.setdefault(written.capitalize(), label)

    def _add_always(self, word: str, label: str, *, first: bool) -> None:
        spelled = forms(word)
        if first:
            beginnings = {word[:length] for length in range(SHORTEST_BEGINNING, len(word))}
            spelled |= beginnings - COMMON
        for form in spelled:
            self.always.setdefault(sound(form), label)
        if len(word) >= SHORTEST_PART:
            self.parts.setdefault(word, label)

    def find(self, text: str) -> list[Found]:
        """Every occurrence, in order; words of one name with only particles between them are one."""
        found = sorted(self._found(text), key=lambda one: (one.begins, -one.ends))
        merged: list[Found] = []
        for one in found:
            last = merged[-1] if merged else None
            if last and one.begins < last.ends:
                continue
            if last and one.label == last.label and _only_particles(text[last.ends : one.begins]):
                merged[-1] = Found(begins=last.begins, ends=one.ends, label=last.label)
            else:
                merged.append(one)
        return merged

    def _found(self, text: str) -> Iterator[Found]:
        yield from self._inside(text)
        tokens = [one for one in WORD.finditer(text) if fold(one.group()) not in PARTICLES]
        labels = [self._label(token.group()) for token in tokens]
        # an ordinary word right behind a name is its surname, capital or not
        for number, (before, token) in enumerate(pairwise(tokens), start=1):
            joined = _only_particles(text[before.end() : token.start()])
            if joined and labels[number] is None and labels[number - 1]:
                weak = self.capitalised.get(sound(fold(token.group())))
                labels[number] = weak if weak == labels[number - 1] else None
        for token, label in zip(tokens, labels, strict=True):
            if label:
                yield Found(begins=token.start(), ends=token.end(), label=label)

    def _label(self, word: str) -> str | None:
        heard = sound(fold(word))
        if label := self.always.get(heard) or self.short.get(word):
            return label
        return self.capitalised.get(heard) if CAPITALISED.fullmatch(word) else None

    def _inside(self, text: str) -> Iterator[Found]:
        """Account names and the like: zuleika_q, zuleikaquaresma, zule-ika."""
        for chunk in CHUNK.finditer(text):
            letters = "".join(WORD.findall(fold(chunk.group())))
            label = next((self.parts[part] for part in self.parts if part in letters), None)
            if label:
                core = chunk.group().strip(".!?\"'")
                begins = chunk.start() + chunk.group().index(core)
                yield Found(begins=begins, ends=begins + len(core), label=label)

    def spelled_out(self, text: str) -> bool:
        """Whether a name stands in it letter by letter, or cut in two: Z u l e i k a, Zulei ka."""
        folded = fold(text)
        single = re.findall(r"(?<!\w)\w(?:[\W_]\w)+(?!\w)", folded)
        spelled = ("".join(WORD.findall(run)) for run in single)
        if any(sound(word) in self.always for word in spelled):
            return True
        letters = "".join(WORD.findall(folded))
        return any(len(part) > SHORTEST_PART + 1 and part in letters for part in self.parts)


def _only_particles(between: str) -> bool:
    return all(word in PARTICLES for word in WORD.findall(fold(between))) and not re.search(
        r"[^\w\s.'-]", between
    )


def replace(text: str, found: Iterable[Found], instead: Mapping[str, str]) -> str:
    """The text with a label, or what stands `instead` of it, for each occurrence, in order."""
    pieces, at = [], 0
    for one in found:
        pieces += [text[at : one.begins], instead.get(one.label, one.label)]
        at = one.ends
    return "".join([*pieces, text[at:]])
