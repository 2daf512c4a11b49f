"""Runs in many threads share one courier, one ledger and real gateways: each message, once."""

import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fisioflow_cli.delivery.channels import Channels
from fisioflow_cli.delivery.courier import Courier
from fisioflow_cli.delivery.decision import Channel, Option
from fisioflow_cli.delivery.pacer import Pacer
from fisioflow_cli.gateways.email_resend import Resend
from fisioflow_cli.gateways.whatsapp_cloud import WhatsAppCloud
from fisioflow_cli.ledger.writer import GroupWriter
from tests.delivery.post import Post, email, send

THREADS, EACH = 8, 6


@dataclass(kw_only=True)
class Unruly:
    """Both providers: they accept, but one call in six, of which they say something else."""

    chance: random.Random = field(default_factory=lambda: random.Random(7))
    mails: dict[str, str] = field(default_factory=dict)
    """The mails that arrived, by key."""
    chats: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    """WhatsApp messages that arrived although the answer says nothing of it."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def mail(self, request: Request) -> Response:
        key, body = request.headers["Idempotency-Key"], request.get_data(as_text=True)
        with self._lock:
            if key in self.mails:
                assert self.mails[key] == body
                return self.json({"id": key[:8]})
            fate = self.chance.random()
            if fate < 0.1:
                return self.json({"name": "rate_limit_exceeded"}, 429)
            self.mails[key] = body
            return self.json({"id": key[:8]}) if fate < 0.9 else self.json({"name": "x"}, 500)

    def chat(self, request: Request) -> Response:
        to = request.get_json()["to"]
        with self._lock:
            fate = self.chance.random()
            if fate < 0.1:
                return self.json({"error": {"code": 130429}}, 429)
            self.chats.append(to)
            if fate > 0.9:
                self.lost.add(to)
                return self.json({"error": {"code": 131000}}, 500)
            return self.json({"messages": [{"id": f"wamid.{to}"}]})

    def json(self, body: dict[str, Any], status: int = 200) -> Response:
        headers = {"Retry-After": "0"} if status == 429 else None
        return Response(json.dumps(body), status, headers, content_type="application/json")


def phone(number: int) -> Option:
    return Option(channel=Channel.WHATSAPP, address=f"+55119876{number:05}")


@pytest.fixture
def unruly(httpserver: HTTPServer) -> Unruly:
    made = Unruly()
    httpserver.expect_request("/emails").respond_with_handler(made.mail)
    httpserver.expect_request("/1/messages").respond_with_handler(made.chat)
    return made


@pytest.fixture
def courier(httpserver: HTTPServer, post: Post) -> Iterator[Courier]:
    url = httpserver.url_for("").rstrip("/")
    channels = Channels(
        gateways={
            Channel.EMAIL: Resend("re_1", "a@example.com", url),
            Channel.WHATSAPP: WhatsAppCloud("t", "1", url, "pt_BR"),
        },
        outboxes=None,
        allowed=frozenset(),
        templates=None,
        require_consent=False,
    )
    clock = post.bench.clock
    rates = {"email": 500.0, "whatsapp": 500.0}
    pacer = Pacer(clock=clock, per_second=rates, patience=10)
    yield Courier(channels=channels, clock=clock, ledger_id="ledger-1", pacer=pacer)
    channels.close()


def test_every_message_goes_out_once_whoever_sends_it(
    post: Post, courier: Courier, unruly: Unruly
) -> None:
    people = [f"p{thread}x{number}" for thread in range(THREADS) for number in range(EACH)]
    post.people |= {
        name: send(email(name) if index % 2 else phone(index), text=name)
        for index, name in enumerate(people)
    }
    with GroupWriter(post.bench.ledger) as writer:
        ledger = replace(post.bench.ledger, writer=writer)
        shared = replace(post, bench=replace(post.bench, ledger=ledger))

        def work(thread: int) -> None:
            mine = shared.work(only=lambda person: person.startswith(f"p{thread}x"))
            shared.start(mine, courier=courier, organization=f"o{thread}")

        threads = [threading.Thread(target=work, args=(thread,)) for thread in range(THREADS)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    states = Counter(post.states().values())
    assert set(states) <= {"sent", "in_doubt http_500 131000"}
    assert states["in_doubt http_500 131000"] == len(unruly.lost)
    assert len(unruly.mails) == len(people) // 2
    assert max(Counter(unruly.chats).values()) == 1
    assert len(unruly.chats) == len(people) // 2
