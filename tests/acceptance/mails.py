"""The figures in a report, read off the text part of the mail as its reader would."""

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

FIGURE = re.compile(r"(?P<label>.{26}) *(?P<now>\S.*?)  .*\(antes: (?P<before>.*)\)")
BAR = re.compile(r"(?P<label>.{42}) *(?P<count>[\d.]+)(?:  █*)?")
AGENDA = re.compile(r"Agenda de .*: (?P<count>\d+) atendimentos?")
RULE = re.compile(r"-{5,}")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What stands in one mail."""

    now: dict[str, Decimal]
    """Figure by label: a number, an amount in reais or a percentage; 0 where none is given."""
    before: dict[str, Decimal]
    bars: dict[str, Counter[str]]
    """The bars of each section, whose counts are added up per label."""
    agenda: int
    """How many appointments there are on the day of reading; 0 if the mail does not say."""


def read(text: str) -> Report:
    """The figures and bars of a report."""
    now, before, bars = {}, {}, {"": Counter[str]()}
    section, previous, agenda = "", "", 0
    for line in text.splitlines():
        if RULE.fullmatch(line):
            section = previous
            bars[section] = Counter()
        elif found := FIGURE.fullmatch(line):
            label = found["label"].strip()
            now[label], before[label] = _number(found["now"]), _number(found["before"])
        elif section and (found := BAR.fullmatch(line)):
            bars[section][found["label"].strip()] += int(found["count"].replace(".", ""))
        elif found := AGENDA.fullmatch(line):
            agenda = int(found["count"])
        previous = line
    return Report(now=now, before=before, bars=bars, agenda=agenda)


def _number(written: str) -> Decimal:
    digits = re.sub(r"[^\d,]", "", written).replace(",", ".")
    return Decimal(digits or 0)
