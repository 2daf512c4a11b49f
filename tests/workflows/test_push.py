"""Notifications to browsers: one message per subscription, and the end of those that are gone."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_httpserver import HTTPServer
from werkzeug import Response

from fisioflow_cli.clinic import schema
from tests.gateways.push_service import Browser, b64, point, raw_key
from tests.workflows.inbox import done, event, give, outcome, result, work
from tests.workflows.people import patient
from tests.workflows.place import Place

PUSH = {
    "userId": "u-ana",
    "organizationId": "sul",
    "type": "push",
    "subject": "Plano atualizado",
    "body": "Abra o aplicativo.",
}
ALL_GONE = {"sent": 0, "failed": 0, "skipped": {"no_subscription": 2}}


def subscribe(place: Place, name: str, server: str) -> Browser:
    """A browser of Ana's at this server."""
    browser = Browser(endpoint=f"{server}{name}")
    keys = {"p256dh": b64(point(browser.private)), "auth": b64(browser.auth)}
    row = {"id": name, "user_id": "u-ana", "endpoint": browser.endpoint, **keys}
    place.add(schema.push_subscriptions, row)
    return browser


def active(place: Place) -> list[str]:
    rows = place.rows(schema.push_subscriptions)
    return sorted(row["id"] for row in rows if row["active"])


def history(place: Place) -> list[tuple[Any, ...]]:
    rows = place.rows(schema.notification_history)
    return [(row["user_id"], row["channel"], row["status"]) for row in rows]


@pytest.fixture
def production(here: Place) -> Place:
    """The same clinic in production, with keys of its own."""
    with here.writing() as connection:
        meta = here.ledger_table("meta")
        connection.execute(meta.update().where(meta.c.key == "production").values(value="true"))
    here.environ |= {
        "FISIOFLOW_ENV": "production",
        "VAPID_PRIVATE_KEY": raw_key(ec.generate_private_key(ec.SECP256R1())),
        "VAPID_SUBJECT": "mailto:ti@example.com",
    }
    here.add(schema.patients, patient("ana", user_id="u-ana"))
    return here


def test_every_browser_of_the_user_is_notified_once(
    production: Place, httpserver: HTTPServer
) -> None:
    for name in ("s1", "s2"):
        httpserver.expect_request(f"/{name}").respond_with_data("", 201)
    browsers = {name: subscribe(production, name, httpserver.url_for("/")) for name in ("s1", "s2")}
    assert done(production, "notification/send", PUSH)["by_channel"] == {"push": 2}
    assert production.deliveries() == {
        "event/e1/push/s1": "sent push",
        "event/e1/push/s2": "sent push",
    }
    for request, _ in httpserver.log:
        shown = str(browsers[request.path[1:]].read(request.get_data()))
        assert "Plano atualizado" in shown
        assert "Abra o aplicativo." in shown
    assert history(production) == [("u-ana", "push", "sent")]
    give(production, "notification/send", PUSH)
    work(production)
    assert len(httpserver.log) == 2


@pytest.mark.parametrize("status", [404, 410])
def test_browser_that_is_gone_is_retired_and_no_failure(
    production: Place, httpserver: HTTPServer, status: int
) -> None:
    httpserver.expect_request("/s1").respond_with_data("", status)
    httpserver.expect_request("/s2").respond_with_data("", 201)
    for name in ("s1", "s2"):
        subscribe(production, name, httpserver.url_for("/"))
    found = done(production, "notification/send", PUSH)
    assert (found["sent"], found["failed"]) == (1, 0)
    assert found["skipped"] == {"no_subscription": 1}
    assert found["candidates"] == 2
    assert outcome(production) == "completed"
    assert active(production) == ["s2"]
    assert history(production) == [("u-ana", "push", "sent")]
    assert done(production, "notification/send", PUSH, event_id="e2")["candidates"] == 1


def test_when_all_are_gone_it_is_skipped(production: Place, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/s1").respond_with_data("", 410)
    subscribe(production, "s1", httpserver.url_for("/"))
    broken = {"id": "s2", "user_id": "u-ana", "endpoint": "x", "p256dh": "x", "auth": "x"}
    production.add(schema.push_subscriptions, broken)
    found = done(production, "notification/send", PUSH)
    assert {name: found[name] for name in ALL_GONE} == ALL_GONE
    assert outcome(production) == "completed"
    assert active(production) == []
    assert history(production) == [("u-ana", "push", "failed")]


def test_browser_in_doubt_is_not_asked_again(production: Place, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/s1").respond_with_response(Response("", 502))
    subscribe(production, "s1", httpserver.url_for("/"))
    give(production, "notification/send", PUSH)
    work(production)
    assert outcome(production).startswith("dead: 1 in doubt")
    assert result(production)["in_doubt"] == 1
    assert active(production) == ["s1"]
    assert history(production) == [("u-ana", "push", "failed")]
    assert len(httpserver.log) == 1


def test_without_keys_the_channel_is_disabled(production: Place, httpserver: HTTPServer) -> None:
    production.environ |= {"VAPID_PRIVATE_KEY": "", "VAPID_SUBJECT": ""}
    subscribe(production, "s1", httpserver.url_for("/"))
    found = done(production, "notification/send", PUSH)
    assert found["skipped"] == {"channel_disabled": 1}
    assert event(production)["status"] == "completed"
