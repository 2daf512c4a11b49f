"""The kinds of values that payloads are made of, each with the words that say what it must be."""

from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from fisioflow_cli.catalogue import rules

GREATEST_FIGURE = 10**12


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a value of this kind is, in words: "must be …"."""

    words: str


Text = Annotated[str, AfterValidator(rules.spoken), Kind(words="text, and not blank")]
Line = Annotated[str, AfterValidator(rules.one_line), Kind(words="text on one line")]
Id = Annotated[str, BeforeValidator(rules.identity), Kind(words="an id: text, or a whole number")]
Addresses = Annotated[
    tuple[str, ...],
    BeforeValidator(rules.listed),
    Kind(words=f"an e-mail address, or a list of 1 to {rules.MOST_ADDRESSES}"),
]
Phone = Annotated[
    str, BeforeValidator(rules.contact), Kind(words="a phone number, +5511987654321 best")
]
Contact = Annotated[
    str, BeforeValidator(rules.contact), Kind(words="an e-mail address or a phone number")
]
Day = Annotated[date, BeforeValidator(rules.day), Kind(words="a date: 2026-12-01, or 01/12/2026")]
Clock = Annotated[time, BeforeValidator(rules.clock), Kind(words="a local time: 14:30")]
Url = Annotated[str, AfterValidator(rules.url), Kind(words="an address with http:// or https://")]
Base64 = Annotated[str, AfterValidator(rules.in_base64), Kind(words="text in base64")]
MediaType = Annotated[
    str, AfterValidator(rules.media_type), Kind(words="a media type: application/pdf")
]
Figure = Annotated[
    int,
    BeforeValidator(rules.figure),
    Field(ge=0, le=GREATEST_FIGURE),
    Kind(words="a whole number from 0"),
]
Money = Annotated[
    float,
    BeforeValidator(rules.figure),
    Field(ge=0, le=GREATEST_FIGURE, allow_inf_nan=False),
    Kind(words="an amount from 0"),
]
Tags = Annotated[
    tuple[tuple[str, str], ...],
    BeforeValidator(rules.tags),
    Kind(words="an object, or a list of {name, value}; ASCII letters, digits, _ and - only"),
]
TemplateData = Annotated[
    Any,
    BeforeValidator(rules.template_data),
    Kind(words="a list of values, or an object from names or numbers to values"),
]
Anything = Annotated[dict[str, Any], Kind(words="an object")]
Objects = Annotated[tuple[dict[str, Any], ...], Kind(words="a list of objects")]
