"""Which typed phones and e-mail addresses can be used: SQL cannot tell, the published rules can."""

import re
from collections.abc import Iterable

import phonenumbers
from sqlalchemy import RowMapping

# name@host.domain, nothing that needs quotes: all that a clinic's reception types
EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")

# Each channel with the column that holds what was typed
CHANNELS = {"email": "email", "whatsapp": "phone"}


def addressees(rows: Iterable[RowMapping]) -> list[str]:
    """The addresses of all whom SQL has found to be written to, as a provider gets them, sorted."""
    reached = [row for row in rows if row["outcome"] in CHANNELS]
    kinds = [(CHANNELS[row["outcome"]], row) for row in reached]
    return sorted(normal(kind, row[kind]) or "" for kind, row in kinds)


def usable(kind: str, typed: str) -> bool:
    """Whether a message can be addressed to what was typed."""
    return normal(kind, typed) is not None


def normal(kind: str, typed: str) -> str | None:
    """The address as a provider gets it: the mail address, or the digits of E.164; None if unusable."""
    if kind == "email":
        return typed.strip() if EMAIL.fullmatch(typed.strip()) else None
    try:
        number = phonenumbers.parse(typed, "BR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return f"{number.country_code}{phonenumbers.national_significant_number(number)}"
