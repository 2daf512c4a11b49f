"""However a command fails, nobody's name, address or phone stands in what it says and remembers."""

import json
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text
from werkzeug import Request, Response

from fisioflow_cli.clinic import schema
from tests.commands.inside import run_inside
from tests.workflows.people import NOW, SAO_PAULO, TODAY, appointment, member, patient, voucher
from tests.workflows.place import Place

NAME, MAIL, PHONE = "Zuleika Quaresma", "zuleika.quaresma@example.com", "11987651357"
CANARIES = ("zuleika", "quaresma", "98765", "re_segredo", "tokensecreto")


def repeat(status: int, **body: Any) -> Callable[[Request], Response]:
    """An answer that repeats everything it was told, as providers do."""

    def answer(request: Request) -> Response:
        told = f"{NAME} {MAIL} {PHONE} {request.headers.get('authorization')}"
        document = {"message": told, "name": told, "error": {"message": told, "code": told}, **body}
        return Response(json.dumps(document), status, {"content-type": "application/json"})

    return answer


FAILURES = {
    "refused": repeat(422),
    "refused in words": repeat(422, name="validation_error"),
    "wrong key": repeat(401),
    "not found": repeat(404, name="application_error"),
    "quota": repeat(429, name="daily_quota_exceeded"),
    "broken": lambda _: Response(f"<h1>{MAIL}</h1>", 502),
    "nonsense": lambda _: Response(f"{{{MAIL}", 200),
    "odd id": lambda _: Response(json.dumps({"id": {MAIL: NAME}, "messages": [MAIL]}), 200),
    "redirect": lambda _: Response("", 302, {"location": f"https://example.com/{MAIL}"}),
}


@pytest.fixture
def place(here: Place) -> Place:
    """A production clinic of one person, who is patient and staff."""
    known = {"name": NAME, "email": MAIL}
    here.add(schema.patients, patient("p1", phone=PHONE) | known | {"full_name": NAME})
    here.add(schema.patients, patient("p2", phone=None) | known | {"full_name": NAME})
    here.add(schema.vouchers, voucher("v1", "p1"), voucher("v2", "p2"))
    here.add(schema.staff, member("t1", role="admin") | known)
    here.add(schema.appointments, appointment("a", TODAY - timedelta(days=1)))
    with here.writing() as connection:
        connection.execute(here.ledger_table("meta").update().values(value="true"))
    return here


def everything_said(place: Place, env: dict[str, str], *commands: str) -> str:
    """What the commands print, and what the ledger's columns for words hold."""
    env = {**env, "DATABASE_URL": place.url, "FISIOFLOW_HOME": str(place.folder)}
    starts = [(command, "--max-duration", "1s") for command in commands]
    starts += [(commands[0], "--dry-run"), ("runs", "list", "--json")]
    done = [run_inside(*words, env=env) for words in starts]
    if done[-1].rc == 0:
        ids = [run["run_id"] for run in done[-1].json["runs"]]
        done += [run_inside("runs", "show", run_id, env=env) for run_id in ids]
        listed = run_inside("deliveries", "list", "--json", env=env)
        keys = [row["key"] for row in listed.json["deliveries"]]
        done += [listed, run_inside("deliveries", "in-doubt", env=env)]
        done += [run_inside("why", whom, env=env) for whom in ("ana", *keys[:2])]
    kept = [{**row, "payload": None} for row in place.ledger("deliveries")]
    words = json.dumps([place.ledger("runs"), place.ledger("steps"), kept], default=str)
    return "\n".join([*(one.stdout + one.stderr for one in done), words])


def reveals(said: str) -> list[str]:
    return [canary for canary in CANARIES if canary in said.lower()]


@pytest.fixture
def env(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Production at local servers, on the day of the birthday."""
    monkeypatch.setattr("fisioflow_cli.clock.Clock.now", lambda _: NOW.astimezone(UTC))
    url = httpserver.url_for("").rstrip("/")
    return {
        "FISIOFLOW_ENV": "production",
        "RESEND_API_KEY": "re_segredo",
        "RESEND_FROM": "Clínica <avisos@example.com>",
        "RESEND_API_URL": url,
        "WHATSAPP_API_URL": url,
        "WHATSAPP_ACCESS_TOKEN": "tokensecreto",
        "WHATSAPP_PHONE_NUMBER_ID": "1",
        "WHATSAPP_TEMPLATE_BIRTHDAY": "aniversario",
        "WHATSAPP_TEMPLATE_VOUCHER_EXPIRY": "vence",
    }


@pytest.mark.parametrize("failure", FAILURES)
def test_providers_that_fail(
    place: Place, env: dict[str, str], httpserver: HTTPServer, failure: str
) -> None:
    httpserver.expect_request("/emails").respond_with_handler(FAILURES[failure])
    httpserver.expect_request("/1/messages").respond_with_handler(FAILURES[failure])
    said = everything_said(place, env, "birthdays")
    assert httpserver.log
    assert "unexpected" not in said
    assert reveals(said) == []


DAMAGE = {
    "birth date": f"UPDATE patients SET birth_date = '1985-03-02 {NAME}'",
    "contact": "UPDATE patients SET phone = CAST(x'ff' || phone AS TEXT), email = x'ff00'",
    "voucher": f"UPDATE vouchers SET expires_on = '2026-03-05 {NAME}', sessions_left = '{PHONE}'",
    "appointment": f"UPDATE appointments SET starts_on = '2026-03-01 {NAME}', ends_at = '{MAIL}'",
    "staff": "UPDATE staff SET name = CAST(x'ff' || name AS TEXT)",
    "organization": f"UPDATE organizations SET timezone = '{NAME}', name = NULLIF('{MAIL}', '')",
    "column": "ALTER TABLE patients RENAME COLUMN birth_date TO birthday",
    "ledger": "DROP TABLE fisioflow_findings",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_rows_and_tables_that_are_damaged(
    place: Place, env: dict[str, str], httpserver: HTTPServer, damage: str
) -> None:
    httpserver.expect_request("/emails").respond_with_json({"id": "mail"})
    httpserver.expect_request("/1/messages").respond_with_json({"messages": [{"id": "wamid"}]})
    with place.writing() as connection:
        connection.execute(text(damage))
    commands = ("birthdays", "expiring-vouchers", "daily-reports", "data-integrity")
    assert reveals(everything_said(place, env, *commands)) == []


def test_canaries_are_alive(place: Place) -> None:
    """They would be found: the messages themselves are full of them."""
    with place.writing() as connection:
        connection.execute(place.ledger_table("meta").update().values(value="false"))
    place.start("birthdays", at=NOW.astimezone(SAO_PAULO))
    payloads = " ".join(row["payload"] for row in place.ledger("deliveries"))
    assert reveals(payloads) == list(CANARIES[:3])
