"""A queue file of mixed events, and what is true of it: written down while it is made."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

HOSTILE = (
    "<script>alert(1)</script>",
    "[bold red]Ana[/] \u202egnp.exe",
    "'; DROP TABLE fisioflow_events; --",
    "{{ 7 * 7 }} {% raw %}",
    "::set-output name=x::y\r\nBcc: todos@example.com",
    "João ‘Zé’ d'Ávila 👩🏽‍⚕️ \u0000sem nulo".replace("\u0000", ""),
    '=HYPERLINK("x")\t\x1b[2J',
)
BAD = (
    b"not json at all",
    b'{"name": "email/send", "data": {"to": "a@example.com"',
    b'{"name": "email/send", "data": {"subject": "sem destino", "text": "x"}}',
    b'{"name": "whatsapp/send", "data": {"to": "+5511987654321", "type": "media"}}',
    b"\xff\xfe\x00 nem UTF-8",
    b'{"data": {"to": "a@example.com"}}',
    b"[1, 2, 3]",
    b'"apenas um texto"',
)
UNKNOWN = ("billing/invoice.paid", "clinic/opened")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account, who may get notifications."""

    user_id: str
    organization_id: str
    email: str
    phone: str


@dataclass(kw_only=True)
class Mixture:
    """The lines, and how many of each kind there are."""

    lines: list[bytes] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    emails: set[str] = field(default_factory=set)
    """The marks of the mails that shall arrive once."""
    whatsapps: set[str] = field(default_factory=set)
    """The marks of the WhatsApp messages that shall arrive once at the most."""

    @property
    def content(self) -> bytes:
        return b"".join(line + b"\n" for line in self.lines)


def mix(size: int, *, seed: int, people: list[Person]) -> Mixture:
    """About `size` lines: 1 % bad, 5 % repeated, 1 % of unknown names, the rest messages."""
    chance = random.Random(seed)
    made = Mixture()
    for number in range(size):
        kind = chance.choices(
            ("message", "duplicate", "bad", "unknown", "refused"), (92, 5, 1, 1, 1)
        )[0]
        if kind == "duplicate" and made.counts["message"]:
            made.lines.append(
                chance.choice([line for line in made.lines[-200:] if _is_message(line)])
            )
        elif kind == "bad":
            made.lines.append(chance.choice(BAD))
        elif kind == "unknown":
            made.lines.append(_line(number, chance.choice(UNKNOWN), {"amount": 1}))
        elif kind == "refused":
            data = {"to": "ninguem", "subject": "x", "text": "x"}
            made.lines.append(_line(number, "email/send", data))
        else:
            kind = "message"
            made.lines.append(_message(number, chance, made, people))
        made.counts[kind] += 1
    return made


def _message(number: int, chance: random.Random, made: Mixture, people: list[Person]) -> bytes:
    mark = f"n{number:05d}n"
    text = f"{mark} {chance.choice(HOSTILE)}"
    person = chance.choice(people)
    phone = f"+55119{80000000 + number}"
    maker = chance.choice((_mail, _whatsapp, _notification, _confirmation))
    name, data, channel = maker(number, text, phone, person)
    (made.emails if channel == "email" else made.whatsapps).add(mark)
    return _line(number, name, data)


Made = tuple[str, dict[str, Any], str]


def _mail(number: int, text: str, phone: str, person: Person) -> Made:
    del phone, person
    data = {"to": f"p{number}@example.com", "subject": text, "html": f"<p>{text}</p>"}
    return "email/send", data, "email"


def _whatsapp(number: int, text: str, phone: str, person: Person) -> Made:
    del number, person
    return "whatsapp/send", {"to": phone, "message": text}, "whatsapp"


def _notification(number: int, text: str, phone: str, person: Person) -> Made:
    channel = "email" if number % 2 else "whatsapp"
    data = {
        "userId": person.user_id,
        "organizationId": person.organization_id,
        "type": channel,
        "to": person.email if channel == "email" else phone,
        "subject": "Aviso",
        "body": text,
        "priority": ("critical", "high", "normal", "low")[number % 4],
    }
    if number % 3 == 0:  # the form that older callers send
        data["data"] = {key: data.pop(key) for key in ("to", "subject", "body")}
    return "notification/send", data, channel


def _confirmation(number: int, text: str, phone: str, person: Person) -> Made:
    del phone, person
    data = {
        "to": f"p{number}@example.com",
        "patientName": text,
        "appointmentDate": "2026-12-01",
        "appointmentTime": "10:00",
    }
    return "email/appointment.confirmation", data, "email"


def _line(number: int, name: str, data: dict[str, Any]) -> bytes:
    return json.dumps({"id": f"mixed-{number}", "name": name, "data": data}).encode()


def _is_message(line: bytes) -> bool:
    return line.startswith(b'{"id": "mixed-') and b"ninguem" not in line and b"amount" not in line
