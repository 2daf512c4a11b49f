"""A post office for tests: people with an address, scripted providers, and runs that write to them."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from fisioflow_cli.delivery.channels import Channels
from fisioflow_cli.delivery.courier import Courier
from fisioflow_cli.delivery.decision import Channel, Decision, Intent, Option, Reason, Send, Skip
from fisioflow_cli.delivery.pacer import Pacer
from fisioflow_cli.engine.report import Report
from fisioflow_cli.engine.run import Run, Seen
from fisioflow_cli.engine.workflow import Workflow
from fisioflow_cli.gateways.gateway import Accepted, Content, Gateway, Outcome, Payload
from fisioflow_cli.ledger import deliveries
from fisioflow_cli.ledger.deliveries import DeliveryRow
from fisioflow_cli.workflows.tally import messaging_result
from tests.engine.workbench import Bench, Item, pages_of, workflow


class Died(BaseException):
    """The process is killed: no handler of ours sees it."""


Answer = Outcome | BaseException | Callable[[], Outcome]


@dataclass(kw_only=True)
class Provider:
    """A gateway that answers as told, and accepts when it is told nothing."""

    name: str
    idempotent: bool
    leaves: bool = True
    answers: list[Answer] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """The body and the provider key of each request."""
    inbox: list[str] = field(default_factory=list)
    """To whom a message arrived; an idempotent provider tells a repeated key."""
    _keys: dict[str, str] = field(default_factory=dict)

    def compose(self, to: str, content: Content, *, reference: str) -> Payload:
        return {"to": to, "text": content.text, "reference": reference}

    def send(self, payload: Payload, *, provider_key: str, timeout: float) -> Outcome:
        assert timeout > 0
        self.requests.append((json.dumps(payload, sort_keys=True), provider_key))
        answer = self.answers.pop(0) if self.answers else self.accept
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else answer

    def accept(self) -> Accepted:
        """Take the message of the latest request."""
        body, key = self.requests[-1]
        if not self.idempotent or key not in self._keys:
            self.inbox.append(json.loads(body)["to"])
            self._keys[key] = f"{self.name}-{len(self.inbox)}"
        return Accepted(provider_id=self._keys[key])

    def has_taken(self) -> bool:
        """Whether the latest request's key is one of a message that arrived."""
        return self.requests[-1][1] in self._keys

    def and_then(self, outcome: Outcome) -> Callable[[], Outcome]:
        """Take the message, and answer something else: the answer got lost."""

        def answer() -> Outcome:
            self.accept()
            return outcome

        return answer

    def close(self) -> None:
        """Nothing to close."""


def email(person: str) -> Option:
    return Option(channel=Channel.EMAIL, address=f"{person}@example.com")


def whatsapp(person: str) -> Option:
    return Option(channel=Channel.WHATSAPP, address=f"+5511987651{sum(map(ord, person)):04}")


def send(*options: Option, text: str = "Parabéns!") -> Send:
    """A decision to write."""

    def render(channel: Channel) -> Content:
        return Content(subject="s", html="<p>", text=text, short=text)

    return Send(options=options, render=render)


@dataclass(frozen=True, kw_only=True)
class Served:
    """As much of the workflows' services as counting takes."""

    courier: Courier


@dataclass(kw_only=True)
class Post:
    """People who are written to, in runs on one ledger."""

    bench: Bench
    resend: Provider
    cloud: Provider
    people: dict[str, Decision | Callable[[], Decision]] = field(default_factory=dict)
    opted_out: set[str] = field(default_factory=set)
    runs: list[Run] = field(default_factory=list)
    """Every run that was begun."""

    @classmethod
    def on(cls, bench: Bench) -> "Post":
        return cls(
            bench=bench,
            resend=Provider(name="resend", idempotent=True),
            cloud=Provider(name="whatsapp-cloud", idempotent=False),
        )

    def later(self, by: timedelta) -> None:
        """Let time go by."""
        self.bench.clock.jump(by)

    def at(self, moment: str) -> "Post":
        """The same people, providers and ledger at another time."""
        return replace(self, bench=self.bench.at(moment))

    @property
    def provider(self) -> dict[Channel, Provider]:
        return {Channel.EMAIL: self.resend, Channel.WHATSAPP: self.cloud}

    def courier(self, **facts: Any) -> Courier:
        """A new one for each command."""
        gateways: dict[Channel, Gateway] = {**self.provider}
        channels = Channels(
            gateways=gateways,
            outboxes=None,
            allowed=frozenset(),
            templates=None,
            require_consent=False,
        )
        clock = self.bench.clock
        facts = {"pacer": Pacer(clock=clock), **facts}
        return Courier(channels=channels, clock=clock, ledger_id="ledger-1", **facts)

    def decide(self, person: str) -> Decision:
        """The person's state at this moment."""
        if person in self.opted_out:
            return Skip(reason=Reason.OPTED_OUT)
        decision = self.people[person]
        return decision() if callable(decision) else decision

    def intent(self, person: str) -> Intent:
        return Intent(
            key=f"greeting/{person}",
            organization_id="o1",
            recipient_id=person,
            decide=lambda: self.decide(person),
        )

    def work(self, *, only: Callable[[str], bool] = lambda _: True) -> Workflow[Any]:
        """Write to everybody, a page of three at a time."""

        def body(run: Run, services: Served) -> None:
            self.runs.append(run)

            def greet(item: Item) -> Seen:
                return services.courier.deliver(run, self.intent(item.id))

            everybody = pages_of(lambda: [p for p in self.people if only(p)], size=3)
            run.for_each("each", pages=everybody, do=greet)

        return workflow(
            body,
            summarise=lambda run, services: messaging_result(run, services, "each"),
            maximum_age=timedelta(days=3),
        )

    def start(
        self, what: Workflow[Any] | None = None, *, courier: Courier | None = None, **request: Any
    ) -> Report:
        """Start a run that writes to everybody."""
        return self.bench.start(
            what or self.work(), services=Served(courier=courier or self.courier()), **request
        )

    def comes_back(self) -> timedelta | None:
        """How long after now the latest run knows that it can go on."""
        until = self.runs[-1].resume_at
        return None if until is None else until - self.bench.clock.now()

    def row(self, person: str) -> DeliveryRow:
        found = deliveries.find(self.bench.ledger, f"greeting/{person}")
        assert found is not None
        return found

    def states(self) -> dict[str, str]:
        """What has become of everybody: `sent`, `skipped opted_out` …"""
        return {
            row["message_key"].partition("/")[2]: " ".join(
                filter(None, (row["state"], row["reason"]))
            )
            for row in self.bench.rows("deliveries")
        }

    def left_sending(self, person: str, *, ago: timedelta, **request: Any) -> None:
        """Be an earlier process that claimed this message, and died before it knew an outcome."""
        providers = (self.resend, self.cloud)
        others, self.people = self.people, {person: self.people[person]}
        for provider in providers:
            provider.answers = [Died()]
        with suppress(Died):
            self.start(**request)
        for provider in providers:
            provider.answers, provider.requests = [], []
        self.people = others
        begun = self.bench.clock.now() - ago
        table = self.bench.ledger.tables.deliveries
        with self.bench.ledger.writing() as connection:
            connection.execute(table.update().values(first_attempt_at=begun, updated_at=begun))
        self.bench.overtake()


def dying() -> Decision:
    """A decision in the middle of which the process is killed."""
    raise Died


def counts(report: Report) -> dict[str, Any]:
    """The figures that are not nought."""
    return {key: value for key, value in report.result.items() if value}


def adds_up(report: Report) -> bool:
    """DESIGN §8: candidates = sent + failed + in_doubt + pending + all skipped."""
    result = report.result
    parts = sum(result[key] for key in ("sent", "failed", "in_doubt", "pending"))
    return bool(result["candidates"] == parts + sum(result["skipped"].values()))
