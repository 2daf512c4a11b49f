"""Push messages on their way: to a browser that reads them, and with its address shown nowhere."""

import json
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_httpserver import HTTPServer
from werkzeug import Response

from fisioflow_cli.clinic.users import Subscription
from fisioflow_cli.delivery import push
from fisioflow_cli.delivery.channels import Channels
from fisioflow_cli.delivery.courier import Courier
from fisioflow_cli.delivery.decision import Channel, Decision, Option
from fisioflow_cli.delivery.pacer import Pacer
from fisioflow_cli.gateways.outbox import Outbox
from fisioflow_cli.gateways.push_web import WebPush
from tests.delivery.post import Post, counts, send
from tests.gateways.push_service import Browser, PushService, raw_key, service

KEYS = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def pushes(httpserver: HTTPServer) -> Iterator[PushService]:
    yield from service(httpserver, KEYS)


@pytest.fixture
def courier(post: Post) -> Iterator[Courier]:
    courier = _courier(post, WebPush(raw_key(KEYS), "mailto:ti@example.com"))
    yield courier
    courier.channels.close()


def _courier(post: Post, gateway: WebPush | None, outbox: Outbox | None = None) -> Courier:
    channels = Channels(
        gateways={Channel.PUSH: gateway} if gateway else {},
        outboxes={Channel.PUSH: outbox} if outbox else None,
        allowed=frozenset(),
        templates=None,
        require_consent=False,
    )
    clock = post.bench.clock
    return Courier(channels=channels, clock=clock, ledger_id="ledger-1", pacer=Pacer(clock=clock))


def to(browser: Browser) -> Option:
    known = json.loads(browser.address)
    return push.option(Subscription(id="s1", **known))


def said(browser: Browser) -> Decision:
    return send(to(browser), text="Você tem um lembrete")


def test_push_reaches_its_browser(post: Post, courier: Courier, pushes: PushService) -> None:
    browser = pushes.browser()
    post.people["ana"] = said(browser)
    report = post.start(courier=courier)
    assert counts(report) == {"candidates": 1, "sent": 1, "by_channel": {"push": 1}}
    row = post.row("ana")
    seen = browser.read(pushes.bodies[0])
    assert seen == {"title": "s", "body": "Você tem um lembrete", "tag": row.provider_key[:32]}
    assert (row.provider, row.provider_id) == ("web-push", None)
    assert (row.recipient or "").startswith("push •••")
    assert not {"secret", "http"} & set((row.recipient or "").split("/"))


@pytest.mark.parametrize(
    ("answers", "state", "requests"),
    [
        ([410], "failed http_410", 1),
        ([404], "failed http_404", 1),
        ([500], "in_doubt http_500", 1),
        ([429], "sent", 2),
        ([403], "pending http_403", 1),
    ],
)
def test_answers_of_a_push_service(
    post: Post,
    courier: Courier,
    pushes: PushService,
    answers: list[int],
    state: str,
    requests: int,
) -> None:
    post.people["ana"] = said(pushes.browser())
    pushes.answers = [Response("", status) for status in answers]
    post.start(courier=courier)
    assert post.states() == {"ana": state}
    assert len(pushes.taken) == requests


def test_elsewhere_a_push_lands_in_the_outbox(
    post: Post, pushes: PushService, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("outbox")
    outbox = Outbox(folder, WebPush(None, ""), post.bench.clock)
    post.people["ana"] = said(pushes.browser())
    post.start(courier=_courier(post, None, outbox))
    assert post.states() == {"ana": "sent"}
    assert [path.read_text() for path in folder.glob("*.txt")] == ["Você tem um lembrete"]
    assert pushes.server.log == []
