"""The actions: what they change, and that nothing else can."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from fisioflow_cli.clinic import schema
from fisioflow_cli.clock import Clock
from fisioflow_cli.context.context import Context
from fisioflow_cli.dashboard.remedies import REMEDIES
from tests.dashboard.scene import EMAIL, HOSTILE, NOON, delivery_id, run_id
from tests.dashboard.served import Served, form_of, serve
from tests.workflows.conftest import here, made_sqlite
from tests.workflows.people import NOW, patient
from tests.workflows.place import Place

__all__ = ["here", "made_sqlite"]
EVERY = (*REMEDIES, "/send")


@pytest.fixture
def acting(ledger_url: str) -> Iterator[Served]:
    """A dashboard of a scene where one may act, once on each kind of database."""
    with serve(ledger_url, allow_actions=True) as running:
        running.scene.play()
        yield running


@pytest.fixture
def acting_sqlite(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Served]:
    """The same on SQLite only: for what the commands are tried with on both."""
    shutil.copy(migrated_sqlite, tmp_path / "acting.db")
    with serve(f"sqlite:///{tmp_path / 'acting.db'}", allow_actions=True) as running:
        running.scene.play()
        yield running


def press(served: Served, page: str, action: str, **more: str) -> httpx.Response:
    """Send the form of a page that goes to `action`, with what else was typed."""
    with served.friend() as client:
        text = client.get(page).text
        form = text[text.index(f'action="{action}"') - 40 :]
        fields = {**form_of(form), **more}
        return client.post(action, data=fields, headers={"Origin": served.url})


def row(served: Served, table: str, key: str) -> dict[str, Any]:
    chosen = getattr(served.facts.ledger.tables, table)
    with served.facts.ledger.reading() as connection:
        return dict(connection.execute(select(chosen).where(chosen.c.id == key)).mappings().one())


@pytest.mark.parametrize("path", EVERY)
def test_without_the_flag_there_is_no_such_route(quick: Served, path: str) -> None:
    with quick.friend() as client:
        answer = client.post(path, data={"id": run_id(3)}, headers={"Origin": quick.url})
        assert answer.status_code in {404, 405}
        assert 'method="post"' not in client.get(f"/runs/{run_id(2)}").text
        assert client.get("/send").status_code == 404
    assert quick.lines == []


@pytest.mark.parametrize("path", EVERY)
def test_nothing_is_done_by_getting_a_page(acting_quick: Served, path: str) -> None:
    before = row(acting_quick, "runs", run_id(2))
    acting_quick.get(path, id=run_id(2))
    assert row(acting_quick, "runs", run_id(2)) == before


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("token", ["", "wrong", "of another session"])
def test_a_form_of_another_session_is_refused(acting_quick: Served, path: str, token: str) -> None:
    if token == "of another session":
        token = form_of(acting_quick.text("/event?id=event-2"))["form"]
    with acting_quick.friend() as client:
        fields = {"form": token, "id": "event-2", "name": "email/send", "data": "{}"}
        answer = client.post(path, data=fields, headers={"Origin": acting_quick.url})
    assert answer.status_code == 403
    assert row(acting_quick, "events", "event-2")["status"] == "dead"
    assert acting_quick.lines == []


def test_a_form_must_be_one(acting_quick: Served) -> None:
    with acting_quick.friend() as client:
        own = {"Origin": acting_quick.url}
        assert client.post("/event/retry", json={"id": "event-2"}, headers=own).status_code == 415
        many = {f"f{number}": "x" for number in range(30)}
        assert client.post("/event/retry", data=many, headers=own).status_code == 400


def test_a_dead_event_is_retried(acting: Served) -> None:
    answer = press(acting, "/event?id=event-2", "/event/retry")
    assert answer.status_code == 303
    assert row(acting, "events", "event-2")["status"] == "waiting"
    assert "waits for the next dispatch" in acting.text(answer.headers["location"])
    # fixed: it named the event, whose id the application chose, and may have put a name in
    [line] = acting.lines
    assert line.startswith("retry of event/•••")
    assert "event-2" not in line


def test_a_run_done_once_more_leads_to_its_next_generation(acting_sqlite: Served) -> None:
    """To retry it again would be refused: the newest generation is the one to retry."""
    acting_sqlite.scene.run(90, slot="2026-11-22", status="partial")
    assert 'action="/runs/retry"' in acting_sqlite.text(f"/runs/{run_id(90)}")
    acting_sqlite.scene.run(91, slot="2026-11-22", status="partial", generation=2)
    page = acting_sqlite.text(f"/runs/{run_id(90)}")
    assert f'<a href="/runs/{run_id(91)}">generation 2</a>' in page
    assert 'action="/runs/retry"' not in page
    assert 'action="/runs/retry"' in acting_sqlite.text(f"/runs/{run_id(91)}")


def test_a_waiting_event_is_due_at_once(acting_sqlite: Served) -> None:
    press(acting_sqlite, "/event?id=event-4", "/event/retry")
    found = row(acting_sqlite, "events", "event-4")
    assert found["due_at"] <= acting_sqlite.facts.ledger.clock.now()


def test_an_event_is_discarded_once(acting_sqlite: Served) -> None:
    with acting_sqlite.friend() as client:
        form = form_of(client.get("/event?id=event-4").text)
        own = {"Origin": acting_sqlite.url}
        first = client.post("/event/discard", data=form, headers=own)
        second = client.post("/event/discard", data=form, headers=own)
    assert (first.status_code, second.status_code) == (303, 400)
    assert "is discarded" in second.text
    assert row(acting_sqlite, "events", "event-4")["status"] == "discarded"


def test_a_message_in_doubt_is_resolved_as_sent(acting: Served) -> None:
    path = f"/deliveries/{delivery_id(3)}"
    answer = press(acting, path, "/deliveries/believe", provider_id="wamid.1")
    assert answer.status_code == 303
    found = row(acting, "deliveries", delivery_id(3))
    assert (found["state"], found["provider_id"]) == ("sent", "wamid.1")
    assert found["reason"].startswith("resolved_sent by ")
    assert "counts as sent" in acting.text(answer.headers["location"])
    assert 'method="post"' not in acting.text(path)


def test_only_a_message_in_doubt_is_resolved(acting_sqlite: Served) -> None:
    with acting_sqlite.friend() as client:
        form = form_of(client.get(f"/deliveries/{delivery_id(3)}").text)
        fields = {**form, "id": delivery_id(1)}
        for path in ("/deliveries/believe", "/deliveries/resend"):
            answer = client.post(path, data=fields, headers={"Origin": acting_sqlite.url})
            assert answer.status_code == 400
            assert "only one in doubt" in answer.text


def test_a_message_that_would_come_too_late_is_not_sent_once_more(acting_sqlite: Served) -> None:
    """A birthday of last week: the command line says so too."""
    old = acting_sqlite.scene.run(30, status="partial", as_of=NOON - timedelta(days=7))
    one = acting_sqlite.scene.delivery(30, old, state="in_doubt")
    answer = press(acting_sqlite, f"/deliveries/{one}", "/deliveries/resend")
    assert answer.status_code == 400
    assert "maximum age" in answer.text
    assert row(acting_sqlite, "deliveries", one)["state"] == "in_doubt"


def test_a_message_of_an_event_is_sent_once_more(acting: Served) -> None:
    run = acting.scene.run(20, workflow=EMAIL, slot="event-20", status="failed")
    acting.scene.event("event-20", run_id=run, status="dead")
    one = acting.scene.delivery(20, run, state="in_doubt", message_key="event/event-20/whatsapp")
    answer = press(acting, f"/deliveries/{one}", "/deliveries/resend")
    assert answer.status_code == 303, answer.text
    assert row(acting, "deliveries", one)["state"] != "in_doubt"
    assert row(acting, "events", "event-20")["status"] == "waiting"


def test_a_test_event_is_accepted_and_shown(acting_sqlite: Served) -> None:
    page = acting_sqlite.text("/send", name="email/send")
    assert "ana@example.com" in page  # the catalogue's own example
    data = json.dumps({"to": "bia@example.com", "subject": "Oi", "text": "Olá"})
    answer = press(acting_sqlite, "/send", "/send", name="email/send", data=data)
    assert answer.status_code == 303
    assert "The event is accepted" in acting_sqlite.text(answer.headers["location"])
    events = acting_sqlite.facts.ledger.tables.events
    with acting_sqlite.facts.ledger.reading() as connection:
        [found] = connection.execute(
            select(events).where(events.c.source == "dashboard")
        ).mappings()
    assert (found["name"], found["status"]) == ("email/send", "waiting")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("email/send", "{", "JSON"),
        ("email/send", '{"subject": "Oi"}', "data.to is missing"),
        ("no/such", "{}", "Nobody handles"),
        ("email/send", "[]", "object"),
        ("", "{}", "name"),
    ],
)
def test_what_does_not_fit_is_shown_again(
    acting_quick: Served, name: str, data: str, said: str
) -> None:
    answer = press(acting_quick, "/send", "/send", name=name, data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert acting_quick.lines == []


def test_what_was_typed_comes_back_as_text(acting_quick: Served) -> None:
    answer = press(acting_quick, "/send", "/send", name=HOSTILE, data=f"</textarea>{HOSTILE}")
    assert answer.status_code == 422
    assert "<script>document" not in answer.text


def test_no_test_event_in_production(migrated_sqlite: Path) -> None:
    url = f"sqlite:///{migrated_sqlite}"
    with serve(url, allow_actions=True, environment="production") as running:
        assert running.get("/send").status_code == 404
        assert "Send a test" not in running.text("/")


def test_a_run_is_cancelled(here: Place, tmp_path: Path) -> None:
    """With the clinic that it belongs to: what was pending is skipped, as `runs cancel` does."""
    del tmp_path
    here.add(schema.patients, patient("ana"))
    assert here.start("birthdays", at=NOW.replace(hour=5)).status == "timed_out"
    [found] = here.ledger("runs")
    context = Context(settings=here.settings(), clock=Clock(starting_at=NOW))
    with serve(here.url, at=NOW, allow_actions=True, context=context) as running:
        answer = press(running, f"/runs/{found['id']}", "/runs/cancel")
        assert answer.status_code == 303, answer.text
        assert "The run is cancelled." in running.text(answer.headers["location"])
    assert here.deliveries() == {"birthday/ana/2026": "skipped cancelled_by_hand"}
