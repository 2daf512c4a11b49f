"""Every page on a PostgreSQL ledger of a million runs and deliveries, and a live view beside it.

Run with -m long -s: it prints what it measures. The promise is 300 ms per page.
"""

import statistics
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import URL, text

from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.ledger import pulse, schema
from tests import postgres
from tests.dashboard.scale.million import LARGEST, RUNS, fill
from tests.dashboard.scene import LATER
from tests.dashboard.served import Served, serve

PROMISED_SECONDS = 0.3
TIMES = 7
PAGES = {
    "overview": "/",
    "runs": "/runs",
    "runs of one workflow": "/runs?workflow=fisioflow-birthday-messages",
    "runs that failed": "/runs?status=failed",
    "runs, two filters": "/runs?workflow=fisioflow-send-email&status=failed",
    "runs, a rare pair": "/runs?workflow=fisioflow-birthday-messages&status=running",
    "runs of a slot": "/runs?slot=event-500000",
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
}


@pytest.fixture(scope="module")
def million(postgres_server: URL) -> Iterator[Served]:
    """A dashboard on the million."""
    with postgres.empty_database(postgres_server) as database:
        engine = open_database(parse_url(database.render_as_string(hide_password=False)))
        schema.upgrade(engine, production=False)
        fill(engine)
        engine.dispose()
        with serve(database.render_as_string(hide_password=False)) as served:
            yield served


def measured(served: Served, path: str) -> list[float]:
    """How long it took, in seconds, each time."""
    with served.friend() as client:
        assert client.get(path).status_code == 200, path
        took = []
        for _ in range(TIMES):
            began = time.perf_counter()
            client.get(path)
            took.append(time.perf_counter() - began)
    return took


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
