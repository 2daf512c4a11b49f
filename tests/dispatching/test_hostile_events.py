"""Events that nobody means well with, through the real command line: what becomes of each of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from fisioflow_cli.database import open_database, parse_url, reading
from fisioflow_cli.ledger.tables import tables_for
from tests.cli import Done
from tests.commands.inside import run_inside

MAIL = {"to": "ana@example.com", "subject": "Oi", "text": "Oi, Ana!"}
SECRET = "Segredo"


def mail(event_id: str, **changed: Any) -> dict[str, Any]:
    return {"id": event_id, "name": "email/send", "data": {**MAIL, **changed}}


def text(event_id: str, to: Any) -> dict[str, Any]:
    return {"id": event_id, "name": "whatsapp/send", "data": {"to": to, "message": "Oi"}}


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def as_line(event: Any) -> bytes:
    return json.dumps(event).encode()


REJECTED = {
    "NUL": b'{"name":"email/send","data":{"to":"a\x00@example.com"}}',
    "an escaped NUL": as_line(mail("1", text="x\x00")),
    "a lone surrogate": as_line(mail("2", subject="\ud800")),
    "a lone surrogate in its ack": as_line({**mail("3"), "ack": "\udc00"}),
    "NaN": as_line(mail("4", n=float("nan"))),
    "1e999": as_line(mail("5", n=0)).replace(b'"n": 0', b'"n": 1e999'),
    "5,000 digits": as_line(mail("6", n=0)).replace(b'"n": 0', b'"n": ' + b"9" * 5000),
    "endless nesting": nested(100_000).encode(),
    "deep data": as_line(mail("7", z=0)).replace(b'"z": 0', b'"z": ' + nested(900).encode()),
    "2 MB": as_line(mail("8", text="x" * 2_000_000)),
    "latin-1": '{"name": "email/send", "data": {"subject": "ç"}}'.encode("latin-1"),
    "UTF-16": json.dumps(mail("9")).encode("utf-16"),
    "an id on two lines": as_line(mail("a\nb")),
    "an id in colour": as_line(mail("\x1b[31mred")),
    "an id that turns around": as_line(mail("\u202eabc")),
    "an endless id": as_line(mail("x" * 10_000)),
    "an id that is a list": as_line({**mail("10"), "id": [1]}),
    "a time before time": as_line({**mail("11"), "ts": -1}),
    "a time beyond time": as_line({**mail("12"), "ts": 10**30}),
    "half a millisecond": as_line({**mail("13"), "ts": 1.5}),
    "51 recipients": as_line(mail("14", to=[f"r{n}@example.com" for n in range(51)])),
    "51 recipients in two fields": as_line(
        mail("15", to=["r@example.com"] * 30, cc=["c@example.com"] * 21)
    ),
    "an address on two lines": as_line(mail("16", to="ana@example.com\r\nBcc: eva@example.com")),
    "a file of this machine": as_line(
        {
            "name": "whatsapp/send",
            "data": {"to": "+5511987654321", "mediaUrl": "file:///etc/passwd"},
        }
    ),
    "a batch of nothing": as_line({"name": "email/send-batch", "data": {"items": []}}),
    "a batch of 1,001": as_line(
        {"name": "ai/batch.insights", "data": {"organizationId": "o", "patientIds": ["p"] * 1001}}
    ),
    "a batch with a bad item": as_line(
        {"name": "email/send-batch", "data": {"items": [MAIL, {"to": SECRET}]}}
    ),
}
DEAD = {
    "two in one": mail("two in one", to="ana@example.com, bia@example.com"),
    "two with names": mail("two with names", to="Ana <ana@example.com>, Bia <bia@example.com>"),
    "two on sale": mail("two on sale", cc="ana@example.com;bia@example.com"),
    "a gap": mail("a gap", to="ana@exam ple.com"),
    "a gap in brackets": mail("a gap in brackets", to="Ana <ana @example.com>"),
    "no address": mail("no address", to=f"{SECRET} (at) example"),
    "no sender": mail("no sender", **{"from": SECRET}),
    "no reply": mail("no reply", replyTo=SECRET),
    "no number": text("no number", f"{SECRET} 123"),
    "an impossible number": text("an impossible number", "00000000000"),
}
SENT = {
    "a name": mail("a name", to='"Souza, Ana" <ana@example.com>'),
    "brackets": mail("brackets", to="<ana@example.com>"),
    "50": mail("50", to=[f"r{n}@example.com" for n in range(50)]),
    "a script": mail("a script", html="<script>alert(1)</script><p>Oi</p>", subject="<script>"),
    "a path": mail("../../etc/passwd"),
    "a wildcard": mail("100%_x"),
    "an option": mail("-x"),
    "quotes": {
        "id": "quotes",
        "name": "whatsapp/send",
        "data": {
            "to": "+5511987654321",
            "templateName": "x\"'; DROP TABLE --",
            "templateData": ["a"],
        },
    },
    "a mended reject": {"source": "x", "line": 1, "reason": "r", "raw": json.dumps(mail("mended"))},
    "ts zero": {**mail("ts zero"), "ts": 0},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def done(home: Path) -> Done:
    """The dispatch of all of them together, in one file."""
    lines = [*REJECTED.values(), *map(as_line, DEAD.values()), *map(as_line, SENT.values())]
    (home / "queue.jsonl").write_bytes(b"\n".join([*lines, b""]))
    return run_inside("dispatch", "queue.jsonl", "--json", env=settings(home), folder=home)


def settings(home: Path) -> dict[str, str]:
    return {"FISIOFLOW_HOME": str(home / "data"), "HOME": str(home)}


def finished(done: Done) -> dict[str, dict[str, Any]]:
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["event_id"]: line for line in lines}


def rejects(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (home / "data/rejects.jsonl").read_text().splitlines()]


def rows(home: Path, table: str) -> list[Any]:
    engine = open_database(parse_url(f"sqlite:///{home / 'data/fisioflow.db'}"))
    with reading(engine) as connection:
        found = list(connection.execute(getattr(tables_for("sqlite"), table).select()))
    engine.dispose()
    return found


def test_each_has_its_end_and_no_defect_shows(done: Done) -> None:
    assert done.rc == 3, done.stderr
    assert "unexpected" not in done.stderr + done.stdout
    figures = f"lines {len(REJECTED) + len(DEAD) + len(SENT)}: accepted {len(DEAD) + len(SENT)}, "
    assert done.stderr.startswith(f"{figures}rejected {len(REJECTED)}\n")


def test_what_cannot_be_accepted_is_rejected_with_a_reason_of_ours(done: Done, home: Path) -> None:
    del done
    found = {reject["line"]: reject["reason"] for reject in rejects(home)}
    assert set(found) == set(range(1, len(REJECTED) + 1)), "no line but these"
    assert not [reason for reason in found.values() if "unexpected" in reason or SECRET in reason]


@pytest.mark.parametrize("case", DEAD)
def test_what_nobody_could_be_reached_by_is_dead_and_sent_to_nobody(case: str, done: Done) -> None:
    told = finished(done)[case]
    assert (told["status"], "invalid address" in told["error"]) == ("dead", True)


@pytest.mark.parametrize("case", SENT)
def test_what_is_only_odd_is_sent(case: str, done: Done) -> None:
    event_id = {"a mended reject": "mended"}.get(case, SENT[case].get("id", ""))
    assert finished(done)[event_id]["status"] == "completed"


def test_nobody_but_the_named_gets_a_mail(done: Done, home: Path) -> None:
    del done
    boxes = [json.loads(file.read_text()) for file in (home / "data/outbox").glob("*.json")]
    assert len(boxes) == len(SENT)
    assert {box["to"] for box in boxes} == {"ana@example.com", "r0@example.com", "+5511987654321"}


def test_the_ledger_and_stderr_name_nobody(done: Done, home: Path) -> None:
    said = [done.stderr, *(str(event.error) for event in rows(home, "events"))]
    said += [f"{run.error} {run.result}" for run in rows(home, "runs")]
    said += [f"{sent.recipient} {sent.reason}" for sent in rows(home, "deliveries")]
    assert not [line for line in said if SECRET in line or "ana@" in line or "987654321" in line]


def test_an_odd_id_can_be_shown(done: Done, home: Path) -> None:
    del done
    shown = run_inside("events", "show", "--json", "--", "-x", env=settings(home))
    assert shown.json["event_id"] == "-x"


def test_fed_again_the_rejects_are_rejected_and_nothing_is_sent(done: Done, home: Path) -> None:
    del done
    (home / "data/rejects.jsonl").rename(home / "again.jsonl")
    again = run_inside("dispatch", "again.jsonl", env=settings(home), folder=home)
    assert again.rc == 65, again.stderr
    assert len(rejects(home)) == len(REJECTED)
    assert len(rows(home, "deliveries")) == len(SENT)
