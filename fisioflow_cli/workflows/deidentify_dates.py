"""Dates in a text: what was written as a day becomes how long ago it was."""

import re
from dataclasses import dataclass
from datetime import date

from fisioflow_cli.workflows.deidentify_words import fold

MONTHS = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
MONTH = (
    r"(?P<name>jan(?:eiro)?|fev(?:ereiro)?|mar(?:co)?|abr(?:il)?|maio?|jun(?:ho)?|jul(?:ho)?"
    r"|ago(?:sto)?|set(?:embro)?|out(?:ubro)?|nov(?:embro)?|dez(?:embro)?)\b\.?"
)
BEFORE = r"(?P<before>\b(?:em|no dia|dia|na data de|data de|data|desde|ate|a partir de)\s*:?\s*)?"
DAY = r"(?<![\d/.,-])(?P<day>0?[1-9]|[12]\d|3[01])"
NUMBER = r"(?P<month>0?[1-9]|1[0-2])"
END = r"(?![\d/]|[.,-]\d)"
WHOLE = (
    re.compile(
        rf"{BEFORE}(?<![\d/.-])(?P<year>(?:19|20)\d\d)(?P<sep>[-/.]){NUMBER}(?P=sep)"
        rf"(?P<day>0?[1-9]|[12]\d|3[01])(?:t\d\d:\d\d[\d:.z+-]*|{END})"
    ),
    re.compile(rf"{BEFORE}{DAY} ?(?P<sep>[-/.]) ?{NUMBER} ?(?P=sep) ?(?P<year>(?:19|20)\d\d){END}"),
    re.compile(rf"{BEFORE}{DAY}/{NUMBER}/(?P<year>\d\d){END}"),
    re.compile(
        rf"{BEFORE}{DAY}[o\xba\xb0]?[ /.-](?:de )?{MONTH}[ /.-]+(?:de )?(?P<year>(?:19|20)?\d\d){END}"
    ),
)
WITHOUT_YEAR = (
    re.compile(rf"{BEFORE}{DAY}[o\xba\xb0]? (?:de )?{MONTH}"),
    re.compile(rf"{BEFORE}{DAY}/{MONTH}"),
    re.compile(rf"{BEFORE}{DAY}[/]{NUMBER}{END}"),
)
MONTHLY = (
    re.compile(rf"{BEFORE}(?<!\w){MONTH}(?: de |[ /.-])(?P<year>(?:19|20)\d\d){END}"),
    re.compile(rf"{BEFORE}(?<![\d/.-])(?P<month>0[1-9]|1[0-2])[/](?P<year>(?:19|20)\d\d){END}"),
)
ODD = re.compile(r"(?<![\d/.-])\d{1,2}(?:([-/.])\d{1,2}\1\d{4}|/\d{1,2}/\d\d)(?!\d)")
SCALE = re.compile(
    r"\b(?:dor|eva|end|escala|forca|grau|nota|nivel|intensidade|borg|mrc)\b[^.;\n]{0,25}$"
)
OF_SCALE = {5, 10}
DAYS_A_YEAR = 365


@dataclass(frozen=True, kw_only=True)
class Days:
    """What dates are told against."""

    anchor: date
    born: date | None

    def hide(self, text: str) -> str:
        """The text with `há 12 dias` for each date, `[nascimento]` for the birth date."""
        for pattern in WHOLE:
            text = self._each(pattern, text)
        for pattern in (*MONTHLY, *WITHOUT_YEAR):
            text = self._each(pattern, text)
        return ODD.sub("[data]", text)

    def _each(self, pattern: re.Pattern[str], text: str) -> str:
        folded, pieces, at = fold(text), [], 0
        for match in pattern.finditer(folded):
            told = self._told(match, folded)
            if told is not None:
                begins = match.end("before") if _keeps(match) else match.start()
                pieces += [text[at:begins], told]
                at = match.end()
        return "".join([*pieces, text[at:]])

    def _told(self, match: re.Match[str], text: str) -> str | None:
        parts = match.groupdict()
        month = int(parts.get("month") or 0) or MONTHS.index(parts["name"][:3]) + 1
        if not parts.get("year"):
            return None if _is_score(match, text) else self._nearest(int(parts["day"]), month)
        year = _year(parts["year"], self.anchor)
        if not parts.get("day"):
            return self._months(year, month)
        found = _date(year, month, int(parts["day"]))
        return "[data]" if found is None else self._ago(found)

    def _nearest(self, day: int, month: int) -> str:
        years = (self.anchor.year + step for step in (-1, 0, 1))
        found = [one for year in years if (one := _date(year, month, day))]
        nearest = min(found, key=lambda one: abs(one - self.anchor), default=None)
        is_birthday = self.born is not None and (self.born.month, self.born.day) == (month, day)
        if is_birthday:
            return "[aniversário]"
        return "[data]" if nearest is None else self._ago(nearest)

    def _months(self, year: int, month: int) -> str:
        count = (self.anchor.year - year) * 12 + self.anchor.month - month
        if self.born is not None and (self.born.year, self.born.month) == (year, month):
            return "[nascimento]"
        if count > 24:
            return f"há {count // 12} anos"
        if abs(count) < 2:
            return {0: "neste mês", 1: "há 1 mês", -1: "no próximo mês"}[count]
        return f"há {count} meses" if count > 0 else f"daqui a {-count} meses"

    def _ago(self, found: date) -> str:
        if found == self.born:
            return "[nascimento]"
        return ago((self.anchor - found).days)


def ago(days: int) -> str:
    """How long ago something was, in words: whole days within a year, then whole years."""
    if days == 0:
        return "hoje"
    count, unit = (abs(days), "dia") if abs(days) <= DAYS_A_YEAR else (abs(days) // 365, "ano")
    told = f"{count} {unit}{'s' if count > 1 else ''}"
    return f"há {told}" if days > 0 else f"daqui a {told}"


def _keeps(match: re.Match[str]) -> bool:
    """`desde` and `até` still mean something before `há 12 dias`; `em` and `dia` do not."""
    return (match.group("before") or "").startswith(("desde", "ate", "a partir"))


def _is_score(match: re.Match[str], text: str) -> bool:
    """Whether `7/10` is a figure on a scale, or a part of something: no day and month."""
    parts = match.groupdict()
    if not parts.get("month"):
        return False
    day, month = parts["day"], int(parts["month"])
    before = text[max(0, match.start("day") - 40) : match.start("day")]
    if SCALE.search(before) and int(day) <= month and month in OF_SCALE:
        return True
    if match.group("before"):
        return False
    return not (day.startswith("0") or parts["month"].startswith("0") or int(day) > 12)


def _year(written: str, anchor: date) -> int:
    year = int(written)
    if year > 99:
        return year
    return year + (2000 if year <= anchor.year % 100 + 1 else 1900)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
