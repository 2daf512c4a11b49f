"""From the application's `send()` to the message: listener and dispatch, each a process of its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fisioflow_cli.gateways import outbox_page
from tests.cli import run_cli
from tests.listener import npm, pypi
from tests.listener.process import listening
from tests.listener.served import DATA, KEY, events_of, mail, open_ledger

Send = Callable[[list[dict[str, Any]], dict[str, str]], dict[str, Any]]
PHONE = "+5511987654321"
SENT: list[dict[str, Any]] = [
    mail(),
    {"name": "whatsapp/send", "data": {"to": PHONE, "type": "text", "message": "Olá, Ana! 🎉"}},
    {"name": "clinic/unheard.of", "data": {"any": ["thing"]}},
    mail(id="greeting", data={**DATA, "to": "bia@example.com"}),
]


@pytest.fixture
def send(request: pytest.FixtureRequest) -> Send:
    """The send() of the official client that the test names."""
    if request.param == "pypi":
        return lambda events, env: pypi.send("async", events, env)
    package: Path = request.getfixturevalue("newest")
    return lambda events, env: npm.send(package, events, env)


@pytest.mark.parametrize(
    ("database_url", "send"),
    [
        ("sqlite", "npm"),
        ("postgresql", "pypi"),
        pytest.param("sqlite", "pypi", marks=pytest.mark.long),
        pytest.param("postgresql", "npm", marks=pytest.mark.long),
    ],
    indirect=True,
)
def test_events_of_the_official_clients_arrive_and_run_once(
    database_url: str, tmp_path: Path, send: Send
) -> None:
    outbox = tmp_path / "outbox"
    settings = {
        "DATABASE_URL": database_url,
        "INNGEST_EVENT_KEY": KEY,
        "FISIOFLOW_OUTBOX": str(outbox),
        "FISIOFLOW_SEND_WINDOW": "always",
    }
    assert run_cli("db", "upgrade", env=settings).rc == 0
    with listening(env=settings) as running:
        application = {"INNGEST_BASE_URL": running.url, "INNGEST_EVENT_KEY": KEY}
        ids = send(SENT, application)["ids"]
        assert len(ids) == 4
        first = run_cli("dispatch", "--json", env=settings)
        assert send([SENT[3]], application) == {"ids": ["greeting"]}
        second = run_cli("dispatch", "--json", env=settings)
    assert first.rc == 0, first.stderr
    ran = [json.loads(line) for line in first.stdout.splitlines()]
    assert {(each["event_id"], each["status"]) for each in ran} == {
        (ids[0], "completed"),
        (ids[1], "completed"),
        (ids[3], "completed"),
    }
    assert (second.rc, second.stdout) == (0, "")
    recipients = sorted(letter.to for letter in outbox_page.read(outbox))
    assert recipients == [PHONE, "ana@example.com", "bia@example.com"]
    with open_ledger(database_url) as ledger:
        kept = {event["id"]: event["status"] for event in events_of(ledger)}
    assert kept == dict(zip(ids, ["completed", "completed", "ignored", "completed"], strict=True))
