"""`email/send`: an application's own mail."""

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fisioflow_cli.errors import ExitCode
from tests.workflows.inbox import done, event, give, outcome, work
from tests.workflows.people import NOW
from tests.workflows.place import Place

MAIL = {"to": "ana@example.com", "subject": "Seu recibo", "html": "<p>Olá, <b>Ana</b>!</p>"}
NIGHT = NOW.replace(hour=3)


def test_leaves_at_once_whatever_the_hour(place: Place) -> None:
    assert done(place, "email/send", MAIL, at=NIGHT)["by_channel"] == {"email": 1}
    assert outcome(place) == "completed"
    assert place.deliveries() == {"event/e1/email": "sent email"}
    assert set(place.letters()) == {"ana@example.com"}
    assert "<b>Ana</b>" in place.page("ana@example.com")
    assert place.text("ana@example.com") == "Olá, Ana!"


def test_second_dispatch_changes_nothing(place: Place) -> None:
    done(place, "email/send", MAIL)
    before = place.contents()
    give(place, "email/send", MAIL)
    work(place)
    assert place.contents() == before


@pytest.mark.parametrize(
    "change",
    [
        {"to": "ana@"},
        {"to": ["ana@example.com", "não tem"]},
        {"cc": "bia"},
        {"bcc": ["caio@example"]},
        {"replyTo": "nobody"},
        {"from": "Clínica"},
    ],
    ids=str,
)
def test_invalid_address_is_dead_at_once_and_does_not_stand_in_the_error(
    here: Place, change: dict[str, Any]
) -> None:
    give(here, "email/send", {**MAIL, **change})
    work(here)
    assert outcome(here).startswith("dead: The event has an invalid address")
    assert not any(str(value) in outcome(here) for value in change.values())
    assert here.deliveries() == {}
    assert event(here)["failures"] <= 1


def test_owner_of_an_address_may_be_named(here: Place) -> None:
    assert done(here, "email/send", {**MAIL, "to": "Ana Souza <ana@example.com>"})["sent"] == 1
    assert set(here.letters()) == {"ana@example.com"}


def test_plain_text_alone_will_do(here: Place) -> None:
    mail = {"to": "ana@example.com", "subject": "Recibo", "text": "Olá, Ana!"}
    assert done(here, "email/send", mail)["sent"] == 1
    assert here.text("ana@example.com") == "Olá, Ana!"


def test_provider_that_is_not_configured_is_waited_for(here: Place) -> None:
    """In production: what is missing is a setting, so the event waits and nothing is lost."""
    here.environ |= {"FISIOFLOW_ENV": "production"}
    with here.writing() as connection:
        meta = here.ledger_table("meta")
        connection.execute(meta.update().where(meta.c.key == "production").values(value="true"))
    give(here, "email/send", MAIL)
    summary = work(here)
    assert summary.exit_code is ExitCode.CONFIGURATION
    assert event(here)["status"] == "waiting"
    assert event(here)["failures"] == 0
    assert here.deliveries() == {}


def test_everything_a_mail_may_have_reaches_the_provider(
    here: Place, httpserver: HTTPServer
) -> None:
    here.environ |= {
        "FISIOFLOW_ENV": "production",
        "RESEND_API_KEY": "re_test",
        "RESEND_FROM": "Clínica <avisos@example.com>",
        "RESEND_API_URL": httpserver.url_for("").rstrip("/"),
    }
    with here.writing() as connection:
        meta = here.ledger_table("meta")
        connection.execute(meta.update().where(meta.c.key == "production").values(value="true"))
    httpserver.expect_request("/emails").respond_with_json({"id": "mail"})
    asked = {
        **MAIL,
        "to": ["ana@example.com", "Bia <bia@example.com>"],
        "cc": "caio@example.com",
        "bcc": ["davi@example.com"],
        "from": "Recepção <recepcao@example.com>",
        "replyTo": "contato@example.com",
        "attachments": [
            {"filename": "a.txt", "content": "T2zDoQ==", "contentType": "text/plain"},
            {"path": "https://example.com/b.pdf"},
        ],
        "tags": {"kind": "receipt"},
    }
    assert done(here, "email/send", asked)["sent"] == 1
    [(request, _)] = httpserver.log
    body = json.loads(request.get_data())
    assert body["to"] == ["ana@example.com", "bia@example.com"]
    assert (body["cc"], body["bcc"]) == (["caio@example.com"], ["davi@example.com"])
    assert body["from"] == "Recepção <recepcao@example.com>"
    assert body["reply_to"] == ["contato@example.com"]
    assert body["attachments"] == [
        {"filename": "a.txt", "content": "T2zDoQ==", "content_type": "text/plain"},
        {"path": "https://example.com/b.pdf"},
    ]
    assert {"name": "kind", "value": "receipt"} in body["tags"]
    assert body["text"] == "Olá, Ana!"
