"""Deployments that are broken in several ways at once, and what `fisioflow doctor` says of each."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer
from sqlalchemy import insert

from fisioflow_cli.clinic import schema as clinic_schema
from fisioflow_cli.clock import Clock
from fisioflow_cli.database import open_database, parse_url, writing
from fisioflow_cli.ledger import runs, schema
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.ledger.runs import Occasion
from fisioflow_cli.ledger.tables import EventStatus, RunStatus
from tests.checks.subjects import open_folder
from tests.commands.inside import run_inside
from tests.ledger.inbox import Inbox

Found = dict[str, dict[str, Any]]
NOWHERE = "http://127.0.0.1:1"
CLOUD = {
    "WHATSAPP_ACCESS_TOKEN": "EAA-zzz",
    "WHATSAPP_PHONE_NUMBER_ID": "42",
    "WHATSAPP_TEMPLATE_BIRTHDAY": "aniversario",
}
WEEKLY_ONLY = """
on:
  schedule:
    - cron: "37 12 * * 1"
jobs:
  start:
    runs-on: ubuntu-24.04
    steps:
      - run: fisioflow weekly-summary
"""


def doctor(folder: Path, env: Mapping[str, str], *options: str) -> Found:
    """What it finds, by id."""
    done = run_inside("doctor", "--json", *options, env=env, folder=folder)
    assert done.rc in {0, 78}, done.stderr
    return {finding["id"]: finding for finding in done.json["findings"]}


def moved_in_badly(folder: Path, server: HTTPServer) -> Found:
    """Inngest's variables were copied, and not all of ours were set."""
    del server
    env = {
        "FISIOFLOW_ENV": "production",
        "DATABASE_URL": f"sqlite:///{folder / 'nowhere.db'}",
        "FISIOFLOW_LEDGER_URL": f"sqlite:///{folder / 'nothing.db'}",
        "FISIOFLOW_CLINIC_PROFILE": "nowhere.toml",
        "INNGEST_KEY": "zzz",
        "INNGEST_SIGNING_KEY": "signkey-prod-zzz",
        "INNGEST_EVENT_KEY": "<your-key>",
        "RESEND_BASE_URL": "https://mail.example.com",
        "FISIOFLOW_TIMEZON": "America/Belem",
        "WHATSAPP_API_KEY": "zzz",
        "VAPID_PRIVATE_KEY": "zzz",
        "OPENAI_LOG": "debug",
        "FISIOFLOW_PING_URL": "hc-ping.example/zzz",
    }
    return doctor(folder, env)


def unreadable(folder: Path, server: HTTPServer) -> Found:
    """One value is impossible."""
    del server
    return doctor(folder, {"FISIOFLOW_ENV": "prod"})


def pasted(folder: Path, server: HTTPServer) -> Found:
    """Keys with what was copied along, and providers that are not there; the sender a free address."""
    del server
    env = {
        "FISIOFLOW_ENV": "production",
        "DATABASE_URL": "postgresql://ana@127.0.0.1:1/clinic",
        "RESEND_API_KEY": '"re_zzz"',
        "RESEND_FROM": "Clínica <clinica@gmail.com>",
        "RESEND_API_URL": NOWHERE,
        "WHATSAPP_ACCESS_TOKEN": "Bearer EAAzzz",
        "WHATSAPP_API_URL": NOWHERE,
        "OPENAI_API_KEY": "sk-zzz",
        "OPENAI_BASE_URL": f"{NOWHERE}/v1",
        "FISIOFLOW_PING_URL": f"{NOWHERE}/zzz/{{workflow}}",
    }
    return doctor(folder, env)


def laptop(folder: Path, server: HTTPServer) -> Found:
    """Not production: folders that are none, recipients that are none, a copied database that changes."""
    del folder, server
    with open_folder() as place:
        workflows = place / ".github/workflows"
        workflows.mkdir(parents=True)
        (workflows / "scheduled.yml").write_text(WEEKLY_ONLY)
        url = f"sqlite:///{place / 'open.db'}"
        open_database(parse_url(url)).connect().close()
        for name in ("file", ".env", "key", "open.db"):
            with (place / name).open("a") as file:
                file.write("re_zzz" if name == "key" else "")
            (place / name).chmod(0o644)
        env = {
            "VERCEL_ENV": "production",
            "DATABASE_URL": url,
            "FISIOFLOW_HOME": str(place / "file"),
            "FISIOFLOW_OUTBOX": str(place / "file"),
            "FISIOFLOW_ALLOW_RECIPIENTS": "ana",
            "FISIOFLOW_ALLOW_CLINIC_WRITES": "true",
            "FISIOFLOW_CLINIC_PROFILE": "supabase-2026-01",
            "FISIOFLOW_AI_ORGANIZATIONS": "7",
            "RESEND_API_KEY_FILE": str(place / "key"),
            "RESEND_API_URL": NOWHERE,
        }
        return doctor(place, env, "--offline")


def strange_clinic(folder: Path, server: HTTPServer) -> Found:
    """A database of something else, named as if it were ours."""
    del server
    url = f"sqlite:///{folder / 'other.db'}"
    engine = open_database(parse_url(url))
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE patients (id TEXT, nome TEXT)")
    engine.dispose()
    return doctor(folder, {"DATABASE_URL": url})


def refusing(folder: Path, server: HTTPServer) -> Found:
    """Providers that answer, and do not accept what they are shown."""
    expired = {"error": {"code": 190}}
    server.expect_request("/domains").respond_with_json({"name": "invalid_api_key"}, status=403)
    server.expect_request("/v25.0/42").respond_with_json(expired, status=401)
    server.expect_request("/v1/models/gpt-9").respond_with_json({}, status=404)
    return doctor(folder, providers(server) | {"OPENAI_MODEL": "gpt-9"}, "--verify-keys")


def accepting(folder: Path, server: HTTPServer) -> Found:
    """Providers that accept the keys; the sender's domain and the template are not there."""
    server.expect_request("/domains").respond_with_json({"data": []})
    server.expect_request("/v25.0/42").respond_with_json({"id": "42"})
    scope = {"scope": "whatsapp_business_management", "target_ids": ["77"]}
    server.expect_request("/v25.0/debug_token").respond_with_json(
        {"data": {"granular_scopes": [scope]}}
    )
    server.expect_request("/v25.0/77/message_templates").respond_with_json({"data": []})
    return doctor(folder, providers(server), "--verify-keys")


def other_number(folder: Path, server: HTTPServer) -> Found:
    """The telephone number stands where its id belongs."""
    server.expect_request("/v25.0/42").respond_with_json({"error": {"code": 100}}, status=400)
    return doctor(folder, providers(server), "--verify-keys")


def evolution(folder: Path, server: HTTPServer, status: int, **body: Any) -> Found:
    """Evolution as it answers about an instance."""
    path = "/instance/connectionState/clinica"
    server.expect_request(path).respond_with_json(body, status=status)
    env = {
        "WHATSAPP_PROVIDER": "evolution",
        "WHATSAPP_API_KEY": "zzz",
        "WHATSAPP_INSTANCE": "clinica",
        "WHATSAPP_API_URL": server.url_for("").rstrip("/"),
    }
    return doctor(folder, env, "--verify-keys")


def telephone_gone(folder: Path, server: HTTPServer) -> Found:
    """The clinic's telephone was logged out."""
    return evolution(folder, server, 200, instance={"state": "close"})


def other_instance(folder: Path, server: HTTPServer) -> Found:
    """Evolution has no such instance."""
    return evolution(folder, server, 404)


def providers(server: HTTPServer) -> dict[str, str]:
    """All of them at the local server."""
    url = server.url_for("").rstrip("/")
    return CLOUD | {
        "RESEND_API_KEY": "re_zzz",
        "RESEND_FROM": "avisos@clinica.example",
        "RESEND_API_URL": url,
        "WHATSAPP_API_URL": f"{url}/v25.0",
        "OPENAI_API_KEY": "sk-zzz",
        "OPENAI_BASE_URL": f"{url}/v1",
    }


def wrong_side(folder: Path, server: HTTPServer) -> Found:
    """A production database was copied, with its ledger."""
    del server
    url = f"sqlite:///{folder / 'copied.db'}"
    engine = open_database(parse_url(url))
    schema.upgrade(engine, production=True)
    engine.dispose()
    return doctor(folder, {"DATABASE_URL": url})


def neglected(folder: Path, server: HTTPServer) -> Found:
    """Nobody has looked for days: a clinic switched off, and a ledger full of what was left."""
    del server
    url = f"sqlite:///{folder / 'clinic.db'}"
    engine = open_database(parse_url(url))
    clinic_schema.create(engine)
    schema.upgrade(engine, production=False)
    row = {"id": "o1", "name": "Um", "active": False, "timezone": "Brasília"}
    with writing(engine) as connection:
        connection.execute(insert(clinic_schema.organizations), [row])
    now = datetime.now(UTC)
    ledger = Ledger(engine=engine, environment="development", clock=Clock())
    long_ago = replace(ledger, clock=Clock(starting_at=now - timedelta(days=3)))
    _left_over(long_ago)
    with writing(engine) as connection:
        table = ledger.tables.runs
        dead = table.c.status == RunStatus.RUNNING
        connection.execute(table.update().where(dead).values(lease_until=now - timedelta(days=2)))
    engine.dispose()
    return doctor(folder, {"DATABASE_URL": url})


def _left_over(ledger: Ledger) -> None:
    day = f"{ledger.clock.now():%Y-%m-%d}"
    occasion = Occasion(workflow="fisioflow-birthday-messages", slot=day, scope="all")
    runs.open_run(ledger, occasion, generation=1, as_of=ledger.clock.now())
    found = runs.latest(ledger, occasion)
    assert found is not None
    runs.acquire(ledger, found, {"host": "gone"}, 60, owner_gone=False)
    inbox = Inbox(ledger=ledger)
    inbox.put("doubt")
    claimed = inbox.one()
    inbox.message(claimed, "event/doubt/whatsapp", "in_doubt")
    inbox.end(claimed, EventStatus.DEAD)
    inbox.put("waiting")


DEPLOYMENTS = (
    *(moved_in_badly, unreadable, pasted, laptop, strange_clinic, refusing, accepting),
    *(other_number, telephone_gone, other_instance, wrong_side, neglected),
)


def everything(folder: Path, server: HTTPServer) -> list[Found]:
    """What is found in each deployment, each in a folder and at a server of its own."""
    found = []
    for deployment in DEPLOYMENTS:
        place = folder / deployment.__name__
        place.mkdir()
        server.clear()
        found.append(deployment(place, server))
        assert "zzz" not in json.dumps(found[-1])
    return found
