"""Every page on a PostgreSQL ledger of a million runs and deliveries, and a live view beside it.

Run with -m long -s: it prints what it measures. The promise is 300 ms per page.
"""

import re
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import URL, select, text
from starlette.routing import Match, Route

from fisioflow_cli.catalogue.event import Event
from fisioflow_cli.clock import Clock
from fisioflow_cli.context.inbox import Inbox
from fisioflow_cli.dashboard.app import build
from fisioflow_cli.gateways.email_resend import Resend
from fisioflow_cli.gateways.gateway import Content
from fisioflow_cli.gateways.outbox import Outbox
from fisioflow_cli.ledger import pulse
from tests import postgres
from tests.dashboard.scale.million import LARGEST, RUNS, fill
from tests.dashboard.scene import LATER
from tests.dashboard.served import Served, serve
from tests.dashboard.test_dispatch_view import dispatch
from tests.workflows.place import Place

PROMISED_SECONDS = 0.3
TIMES = 7
PAGES = {
    "overview": "/",
    "runs": "/runs",
    "runs of one workflow": "/runs?workflow=fisioflow-birthday-messages",
    "runs that failed": "/runs?status=failed",
    "runs, two filters": "/runs?workflow=fisioflow-send-email&status=failed",
    "runs, a rare pair": "/runs?workflow=fisioflow-birthday-messages&status=running",
    "runs of a slot": "/runs?slot=event-500001",
    "runs long ago": "/runs?until=2025-12-24",
    "runs of a day": "/runs?since=2026-07-01&until=2026-07-01",
    "runs of nobody": "/runs?scope=o-none",
    "the largest run": f"/runs/{LARGEST}",
    "events": "/events",
    "events waiting": "/events?status=waiting",
    "events dead": "/events?status=dead",
    "events of a name": "/events?name=email/send&status=completed",
    "events of no name": "/events?name=email/send-batch",
    "one event": "/event?id=event-17",
    "deliveries": "/deliveries",
    "deliveries in doubt": "/deliveries?state=in_doubt",
    "deliveries sent": "/deliveries?state=sent",
    "deliveries of a key": "/deliveries?key=birthday/p-12",
    "deliveries of a patient": "/deliveries?recipient=p-77",
    "deliveries of a run": f"/deliveries?run={LARGEST}",
    "deliveries of a run and reason": f"/deliveries?run={LARGEST}&state=skipped&reason=opted_out",
    "deliveries of an organization": "/deliveries?organization=o-7",
    "deliveries of no organization": "/deliveries?organization=o-none",
    "deliveries of a reason": "/deliveries?reason=no_contact",
    "deliveries by push": "/deliveries?channel=push",
    "calendar": "/calendar",
    "calendar, years ago": "/calendar?week=2019-03-04",
    "charts": "/charts",
    "dispatch": "/dispatch",
    "one message": "/deliveries/{delivery}",
    "one message, opened": "/deliveries/{delivery}?show=message",
    "one message's frame": "/deliveries/{delivery}/message",
    "outbox": "/outbox",
    "outbox, one opened": "/outbox?show={letter}",
    "outbox, one's frame": "/outbox/{letter}/message",
    "send a test event": "/send",
}
"""Every page there is, some with what is asked of it; {delivery} and {letter} are some of theirs."""
NO_PAGES = {"/changes", "/sign-in"}
LETTERS = 1_000
MAILS = 500
LOOKS = 30
PATIENCE_SECONDS = 60
ENDED = re.compile(r"last sixty seconds: (\d+) in all")


@pytest.fixture(scope="module")
def place(postgres_server: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A plain clinic whose ledger has the million, and an outbox with a thousand messages."""
    with postgres.empty_database(postgres_server) as database:
        url = database.render_as_string(hide_password=False)
        place = Place(url=url, folder=tmp_path_factory.mktemp("million")).create()
        with place.engine() as engine:
            fill(engine)
        mail = Resend("re_test", "Clínica <avisos@example.com>", "http://127.0.0.1:9")
        outbox = Outbox(place.outbox, mail, Clock())
        for number in range(LETTERS):
            content = Content(subject=f"Oi {number}", html="<p>Oi</p>", text="Oi", short="Oi")
            payload = outbox.compose(f"p-{number}@example.com", content, reference=str(number))
            outbox.send(payload, provider_key=f"{number:064}", timeout=1)
        yield place


@pytest.fixture(scope="module")
def million(place: Place) -> Iterator[Served]:
    """A dashboard on the million."""
    with serve(place.url, outbox=place.outbox, allow_actions=True) as served:
        yield served


def filled_in(served: Served, path: str) -> str:
    """The path with the ids of a message and of a letter that are there."""
    deliveries = served.facts.ledger.tables.deliveries
    with served.facts.ledger.reading() as connection:
        found = connection.execute(
            select(deliveries.c.id).where(deliveries.c.state == "sent").limit(1)
        )
        delivery = found.scalar_one()
    assert served.facts.outbox is not None
    letter = next(served.facts.outbox.glob("*.json")).stem
    return path.format(delivery=delivery, letter=letter)


def measured(served: Served, path: str) -> list[float]:
    """How long it took, in seconds, each time."""
    path = filled_in(served, path) if "{" in path else path
    with served.friend() as client:
        assert client.get(path).status_code == 200, path
        took = []
        for _ in range(TIMES):
            began = time.perf_counter()
            client.get(path)
            took.append(time.perf_counter() - began)
    return took


def test_no_page_is_left_out(acting_quick: Served) -> None:
    """Of those that a browser can be led to: nine of thirteen had been measured."""
    routes = [
        route
        for route in build(acting_quick.facts).routes
        if isinstance(route, Route) and "GET" in (route.methods or ())
    ]
    scopes = [
        {"type": "http", "method": "GET", "path": path.partition("?")[0]} for path in PAGES.values()
    ]
    left_out = {
        route.path
        for route in routes
        if not any(route.matches(scope)[0] is Match.FULL for scope in scopes)
    }
    assert {path for path in left_out - NO_PAGES if not path.startswith("/static")} == set()


@pytest.mark.long
def test_every_page_of_a_million_answers_in_time(million: Served) -> None:
    with million.facts.ledger.reading() as connection:
        runs = connection.execute(text("SELECT count(*) FROM fisioflow.runs")).scalar_one()
    assert runs >= RUNS
    medians = {}
    for name, path in PAGES.items():
        took = measured(million, path)
        medians[name] = statistics.median(took)
        print(f"{name:<32} median {medians[name] * 1000:6.0f} ms, worst {max(took) * 1000:6.0f} ms")
    assert {name: took for name, took in medians.items() if took >= PROMISED_SECONDS} == {}


@pytest.mark.long
def test_a_live_view_of_a_million_costs_little(million: Served) -> None:
    """The mark that every watcher is told by, once a second for all of them, and the dispatch's page."""
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        pulse.mark(million.facts.ledger)
        took.append(time.perf_counter() - began)
    print(f"{'mark':<32} median {statistics.median(took) * 1000:6.0f} ms")
    with million.friend() as client, client.stream("GET", "/changes?mark=") as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line.startswith("data: "))
        event = million.scene.event("while-watched", status="running", updated_at=LATER)
        assert event
        assert next(line for line in lines if line.startswith("data: "))
    assert statistics.median(took) < PROMISED_SECONDS / 3


@pytest.mark.long
def test_a_running_dispatch_is_watched_on_a_million(place: Place) -> None:
    """A process works on events while the page that shows it is looked at: in time, and it moves."""
    data = {"to": "ana@example.com", "subject": "Oi", "text": "Olá"}
    took, seen = [], set()
    with serve(place.url, at=datetime.now(UTC)) as served, served.friend() as client:
        mails = [Event(name="email/send", data=data) for _ in range(MAILS)]
        Inbox(ledger=served.facts.ledger).accept(mails, source="test")
        process = dispatch(place)
        until = time.monotonic() + PATIENCE_SECONDS
        try:
            while len(took) < LOOKS and process.poll() is None and time.monotonic() < until:
                began = time.perf_counter()
                page = client.get("/dispatch").text
                took.append(time.perf_counter() - began)
                seen.update(ENDED.findall(page))
                time.sleep(0.5)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)
    told = f"median {statistics.median(took) * 1000:6.0f} ms, worst {max(took) * 1000:6.0f} ms"
    print(f"{'dispatch, while one runs':<32} {told}; ended: {', '.join(sorted(seen))}")
    assert len(seen) > 2, "the figures moved"
    assert statistics.median(took) < PROMISED_SECONDS
