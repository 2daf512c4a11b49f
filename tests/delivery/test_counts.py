"""Whatever happens, in whatever order: the figures add up and nobody gets two messages."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.delivery.decision import Decision, Reason, Skip, Wait
from fisioflow_cli.engine.report import Report
from fisioflow_cli.errors import SignalReceived
from fisioflow_cli.gateways.gateway import Rejected, RetryAfter, StopRun, Uncertain
from tests.delivery.post import Died, Post, Provider, adds_up, email, send, whatsapp

PEOPLE = [f"p{number}" for number in range(7)]


class Fate:
    """Decides everything by one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def decision(self, person: str) -> Decision:
        kind = self.chance.choice(["both", "both", "email", "whatsapp", "skip", "wait", "defect"])
        if kind == "skip":
            return Skip(reason=self.chance.choice([Reason.MINOR, Reason.OPTED_OUT]))
        if kind == "wait":
            return Wait()
        if kind == "defect":
            raise KeyError(person)
        options = {"both": [whatsapp(person), email(person)], "email": [email(person)]}
        text = f"rendered {self.chance.random()}"
        return send(*options.get(kind, [whatsapp(person)]), text=text)

    def decides(self, person: str) -> Callable[[], Decision]:
        return lambda: self.decision(person)

    def answers(self, provider: Provider) -> list[Any]:
        def taken_and_dead() -> Any:
            provider.accept()
            raise Died

        choices = [
            provider.accept,
            provider.accept,
            Rejected(code="http_422"),
            Rejected(code="http_422", address=True),
            Rejected(code="131050", opted_out=True),
            RetryAfter(code="http_429", seconds=5),
            RetryAfter(code="http_429", seconds=10**6),
            RetryAfter(code="not_connected"),
            Uncertain(code="timeout"),
            provider.and_then(Uncertain(code="timeout")),
            StopRun(code="quota", remedy="Wait.", configuration=False),
            Died(),
            taken_and_dead,
            ValueError(),
            SignalReceived(15),
        ]
        return [self.repeated(provider, self.chance.choice(choices)) for _ in range(12)]

    def repeated(self, provider: Provider, answer: Any) -> Any:
        """A provider with keys repeats its first answer: what it has taken it does not refuse."""

        def answered() -> Any:
            if provider.idempotent and provider.has_taken():
                return provider.accept()
            if isinstance(answer, BaseException):
                raise answer
            return answer() if callable(answer) else answer

        return answered


@pytest.mark.parametrize("days", [False, True], ids=["one slot", "several slots"])
@pytest.mark.parametrize("seed", range(8))
def test_figures_add_up_and_nobody_gets_two(post: Post, seed: int, *, days: bool) -> None:
    fate = Fate(seed)
    for _ in range(6):
        post.people |= {person: fate.decides(person) for person in PEOPLE}
        post.resend.answers = fate.answers(post.resend)
        post.cloud.answers = fate.answers(post.cloud)
        try:
            assert adds_up(post.start())
        except Died:
            post.bench.overtake()
        post.later(timedelta(hours=fate.chance.choice([0, 1, 20] if days else [0, 1])))
        _nobody_gets_two(post)
    report = _calm(post)
    if not days:  # what a later slot's run takes on, counts there
        assert report.result["candidates"] == len(PEOPLE)
    _every_state_is_true(post)


def _calm(post: Post) -> Report:
    """A last start in which nothing unexpected happens."""
    post.people |= {person: send(email(person)) for person in PEOPLE}
    post.resend.answers, post.cloud.answers = [], []
    report = post.start()
    assert report.status in {"completed", "partial"}
    assert report.result["pending"] == 0
    assert adds_up(report)
    return report


def _arrived(post: Post) -> Counter[str]:
    names = {whatsapp(person).address: person for person in PEOPLE}
    names |= {email(person).address: person for person in PEOPLE}
    return Counter(names[to] for to in [*post.resend.inbox, *post.cloud.inbox])


def _nobody_gets_two(post: Post) -> None:
    assert max(_arrived(post).values(), default=0) <= 1


def _every_state_is_true(post: Post) -> None:
    arrived = _arrived(post)
    for person, state in post.states().items():
        if state == "sent":
            assert arrived[person] == 1
        elif not state.startswith("in_doubt"):
            assert arrived[person] == 0, state
