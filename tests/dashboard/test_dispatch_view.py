"""A dispatch while it runs, watched in a real browser: the figures move, and nothing is loaded again."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime

from fisioflow_cli.catalogue.event import Event
from fisioflow_cli.context.inbox import Inbox
from tests.cli import KEPT
from tests.dashboard.browser import chromium, visiting
from tests.dashboard.served import serve
from tests.workflows.conftest import here, made_sqlite
from tests.workflows.place import Place

__all__ = ["here", "made_sqlite"]
EVENTS = 120
PATIENCE_SECONDS = 40  # the view looks back a minute
DONE = "() => Number(document.querySelector('.tiles li:nth-child(3) b').textContent.replace(/\\s/g, ''))"


def dispatch(place: Place) -> subprocess.Popen[bytes]:
    """`fisioflow dispatch`, one event at a time."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    measured = {name: value for name, value in os.environ.items() if name[:9] == "COVERAGE_"}
    own = {
        "DATABASE_URL": place.url,
        "FISIOFLOW_HOME": str(place.folder),
        "FISIOFLOW_OUTBOX": "none",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "fisioflow_cli", "dispatch", "--concurrency", "1"],
        env={**kept, **measured, **own},
        cwd=place.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_the_figures_of_a_running_dispatch_move(here: Place) -> None:
    data = {"to": "ana@example.com", "subject": "Oi", "text": "Olá"}
    seen = set()
    with (
        serve(here.url, at=datetime.now(UTC)) as served,
        chromium() as browser,
        visiting(browser, served) as visitor,
    ):
        mails = [Event(name="email/send", data=data) for _ in range(EVENTS)]
        Inbox(ledger=served.facts.ledger).accept(mails, source="test")
        page = visitor.go("/dispatch")
        page.wait_for_selector("#live[data-state=on]")
        page.evaluate("window.same = true")
        process = dispatch(here)
        until = time.monotonic() + PATIENCE_SECONDS
        while EVENTS not in seen and time.monotonic() < until:
            seen.add(page.evaluate(DONE))
            page.wait_for_timeout(50)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
        assert page.evaluate("window.same"), "the page was loaded again"
        assert visitor.complaints == []
    assert EVENTS in seen
    assert any(0 < number < EVENTS for number in seen), seen
