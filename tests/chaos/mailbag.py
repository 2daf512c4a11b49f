"""What the dispatchers that are killed get to do: a few events of each kind, and the ways they come in."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import insert

from fisioflow_cli.clinic import schema
from fisioflow_cli.database import writing
from tests.chaos.providers import PUSH
from tests.chaos.stage import Ended, Stage, Started
from tests.gateways.push_service import b64, point, raw_key

Message = tuple[str, str]
"""Channel and address."""
KEY = ec.derive_private_key(20260302, ec.SECP256R1())
SETTINGS = {"VAPID_PRIVATE_KEY": raw_key(KEY), "VAPID_SUBJECT": "mailto:ti@example.com"}
BROWSER = "browser-1"
BAD = '{"name": "email/send", "data": '
UNKNOWN = "clinic/unheard-of"


def mail(to: str) -> dict[str, Any]:
    """The data of an `email/send`."""
    return {"to": f"{to}@example.com", "subject": "Oi", "text": f"Oi, {to}!"}


def whatsapp(number: int) -> dict[str, Any]:
    """The data of a `whatsapp/send`."""
    return {"to": phone(number), "message": "Oi!"}


def phone(number: int) -> str:
    """An invented number, as WhatsApp gets it."""
    return f"551198765{number:04}"


def line(name: str, data: Mapping[str, Any], event_id: str | None = None) -> str:
    """One line of a source."""
    event: dict[str, Any] = {"name": name, "data": data}
    return json.dumps(event if event_id is None else event | {"id": event_id})


@dataclass(frozen=True, kw_only=True)
class Mailbag:
    """Lines, and what they come to when nobody is killed."""

    lines: tuple[str, ...]
    messages: Mapping[str, Message]
    """By the id of the event that each is of."""
    others: frozenset[str] = frozenset()
    """The ids of the events without a message of their own: batches, and what nobody handles."""
    nameless: tuple[Message, ...] = ()
    """Of the lines that bring no id."""

    @property
    def recipients(self) -> Counter[Message]:
        """How many messages each address gets."""
        return Counter([*self.messages.values(), *self.nameless])

    @property
    def rejects(self) -> list[str]:
        """The lines that cannot be accepted."""
        return [each for each in self.lines if each == BAD]

    @property
    def content(self) -> str:
        """All of it, as a file or a pipe holds it."""
        return "".join(f"{each}\n" for each in self.lines)


NOTIFICATION = {
    "userId": "u-sara",
    "organizationId": "sul",
    "type": "push",
    "subject": "Plano atualizado",
    "body": "Abra o aplicativo.",
}
FULL = Mailbag(
    lines=(
        line("email/send", mail("ana"), "m1"),
        line("whatsapp/send", whatsapp(1), "w1"),
        BAD,
        line("email/send", mail("bia")),
        line("email/send", mail("ana"), "m1"),
        line("notification/send", NOTIFICATION, "p1"),
        line("email/send-batch", {"items": [mail("caio"), mail("eva")]}, "b1"),
        line(UNKNOWN, {}, "x1"),
        line("whatsapp/send", whatsapp(2), "w2"),
    ),
    messages={
        "m1": ("email", "ana@example.com"),
        "w1": ("whatsapp", phone(1)),
        "w2": ("whatsapp", phone(2)),
        "p1": ("push", BROWSER),
        "b1/0": ("email", "caio@example.com"),
        "b1/1": ("email", "eva@example.com"),
    },
    others=frozenset({"b1", "x1"}),
    nameless=(("email", "bia@example.com"),),
)
NAMED = Mailbag(
    lines=(
        line("email/send", mail("ana"), "m1"),
        BAD,
        line("whatsapp/send-batch", {"items": [whatsapp(1)]}, "b1"),
        line("email/send", mail("ana"), "m1"),
    ),
    messages={"m1": ("email", "ana@example.com"), "b1/0": ("whatsapp", phone(1))},
    others=frozenset({"b1"}),
)
"""Every line has an id, so that a producer may send it again."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way in, and a dispatch of what comes by it."""

    mailbag: Mailbag
    source: str | None
    """`-`, a file's name in the scenario's folder, or None: the inbox."""
    options: Sequence[str] = ("--concurrency", "1")

    @property
    def is_file(self) -> bool:
        """Whether it is a queue file, which is read once."""
        return self.source not in {None, "-"}

    def at(self, concurrency: int) -> "Way":
        """The same with so many threads."""
        return replace(self, options=("--concurrency", str(concurrency)))

    def prepare(self, stage: Stage) -> None:
        """Let the events arrive."""
        subscribe(stage)
        if self.source is None:
            for each in self.mailbag.lines:
                if each != BAD:
                    emit(stage, json.loads(each))
        elif self.is_file:
            (stage.folder / self.source).write_text(self.mailbag.content)

    def start(self, stage: Stage, *more: str, **how: Any) -> Started:
        """Start a dispatch, whose pipe brings everything from the beginning."""
        stdin = self.mailbag.content if self.source == "-" else None
        return stage.start(*self._argv(stage), *more, everywhere=True, stdin=stdin, **how)

    def dispatch(self, stage: Stage, *more: str, **how: Any) -> Ended:
        """Start it and wait for its end."""
        return self.start(stage, *more, **how).wait()

    def _argv(self, stage: Stage) -> list[str]:
        sources = [self.source] if self.source is not None else []
        if self.is_file:
            sources = [str(stage.folder / each) for each in sources]
        return ["dispatch", *sources, *self.options]


FILE = Way(mailbag=FULL, source="queue.jsonl")
STDIN = Way(mailbag=NAMED, source="-")
INBOX = Way(mailbag=NAMED, source=None)


def emit(stage: Stage, event: Mapping[str, Any]) -> None:
    """Put an event into the inbox, as another program would."""
    data = json.dumps(event["data"])
    ended = stage.run("emit", event["name"], "--data", data, "--id", event["id"])
    assert ended.code == 0, ended.stderr


def subscribe(stage: Stage) -> None:
    """Let Sara have a browser that shows notifications."""
    row = {
        "id": BROWSER,
        "user_id": "u-sara",
        "endpoint": f"{stage.providers.url}{PUSH}{BROWSER}",
        "p256dh": b64(point(KEY)),
        "auth": b64(bytes(16)),
    }
    with writing(stage.place.clinic) as connection:
        connection.execute(insert(schema.push_subscriptions), row)


def rejected(stage: Stage) -> list[str]:
    """The lines in the rejects file, as they came."""
    path = stage.folder / "fisioflow" / "rejects.jsonl"
    if not path.exists():
        return []
    return [json.loads(each)["raw"] for each in path.read_text().splitlines()]
