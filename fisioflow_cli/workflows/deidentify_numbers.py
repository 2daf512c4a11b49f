"""Known addresses and numbers: an e-mail, a phone, a document, however they are punctuated."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from fisioflow_cli.workflows.deidentify_words import PARTICLES, fold

SHORTEST = 6
"""Fewer digits are a number of repetitions as well."""
OF_PHONE = 8
"""The last digits of a phone: with or without area code, country and the ninth digit."""
OF_DOCUMENT = 3
"""More letters are a remark, and not part of the number: MG-12.345.678, 12.345.678-X."""
RUN = re.compile(r"\d(?:[\s().,/_+-]{0,3}\d)*")

GAP = rf"[\W_]+(?:(?:{'|'.join(sorted(PARTICLES))})[\W_]+)?"
PREFIX = r"(?:\+?\(?\d{1,4}\)?[\s.-]{0,2}){0,3}\(?"


@dataclass(kw_only=True)
class Numbers:
    """What was given to look for, in comparable form."""

    digits: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    """Folded, without blanks: addresses, account names and documents with letters in them."""

    def add(self, known: str) -> None:
        """Look for the phones, e-mails and numbers of documents in what somebody typed."""
        for word in fold(known).split():
            if "@" in word:
                self._add_email(word.strip("<>(),;"))
        text = re.sub(r"\s", "", fold(known))
        letters = len(re.sub(r"[\W\d_]", "", text))
        shortest = SHORTEST if letters <= OF_DOCUMENT else OF_PHONE
        for figures in (re.sub(r"\D", "", run) for run in RUN.findall(known)):
            if len(figures) >= shortest:
                self.digits.add(figures)
                if len(figures) >= OF_PHONE + 2:
                    self.digits.add(figures[-OF_PHONE:])
        if 0 < letters <= OF_DOCUMENT and len(text) >= SHORTEST:
            self.texts.add(text)

    def _add_email(self, text: str) -> None:
        self.texts.add(text)
        account = text.partition("@")[0]
        # `contato` or `maria` alone is a word of any note
        if len(account) >= SHORTEST and re.search(r"[\d._-]", account):
            self.texts.add(account)

    def hide(self, text: str, label: str) -> str:
        """The text with `label` for each of them."""
        return text if self._any is None else _sub(self._any, label, text)

    @cached_property
    def _any(self) -> re.Pattern[str] | None:
        """One pattern for all, so that many identifiers cost no more than a few."""
        texts = (r"\s?".join(map(re.escape, text)) for text in _longest_first(self.texts))
        apart = (r"[\s().,/_+-]{0,3}".join(figures) for figures in _longest_first(self.digits))
        patterns = [*texts, *(rf"{PREFIX}{figures}(?!\d)" for figures in apart)]
        return re.compile("|".join(patterns)) if patterns else None

    def survive(self, text: str) -> bool:
        """Whether one of them is still there; digits are compared without what stands between."""
        squeezed = re.sub(r"\s", "", fold(text))
        if any(known in squeezed for known in self.texts):
            return True
        every = re.sub(r"\D", "", text)
        if any(figures in every for figures in self.digits if len(figures) >= OF_PHONE):
            return True
        runs = [re.sub(r"\D", "", run) for run in RUN.findall(text)]
        return any(figures in run for figures in self.digits for run in runs)


def _longest_first(known: Iterable[str]) -> list[str]:
    return sorted(known, key=lambda text: (-len(text), text))


def _sub(pattern: re.Pattern[str], label: str, text: str) -> str:
    """A substitution that finds without accents and case, and replaces in the text as written."""
    pieces, at = [], 0
    for match in pattern.finditer(fold(text)):
        pieces += [text[at : match.start()], label]
        at = match.end()
    return "".join([*pieces, text[at:]])


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """Names of several words: found whatever stands between the words, and particles too."""

    known: frozenset[str]
    """Folded, their words separated by blanks."""

    def hide(self, text: str, label: str) -> str:
        """The text with `label` for each phrase."""
        return text if self._any is None else _sub(self._any, label, text)

    def survive(self, text: str) -> bool:
        """Whether one of them is in the text."""
        return self._any is not None and self._any.search(fold(text)) is not None

    @cached_property
    def _any(self) -> re.Pattern[str] | None:
        phrases = (GAP.join(map(re.escape, one.split())) for one in _longest_first(self.known))
        found = "|".join(phrases)
        return re.compile(rf"(?<!\w)(?:{found})(?!\w)") if found else None
