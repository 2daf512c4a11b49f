"""Sixteen threads on one gateway: every message arrives once, whole, and with its own answer."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fisioflow_cli.clock import Clock
from fisioflow_cli.gateways import outbox_page
from fisioflow_cli.gateways.email_resend import Resend
from fisioflow_cli.gateways.gateway import Accepted, Content, Gateway, Outcome
from fisioflow_cli.gateways.outbox import Outbox
from fisioflow_cli.gateways.whatsapp_cloud import WhatsAppCloud
from fisioflow_cli.gateways.whatsapp_evolution import Evolution

THREADS, EACH = 16, 8
MESSAGES = [f"m{number:03}" for number in range(THREADS * EACH)]


@dataclass(kw_only=True)
class Counting:
    """A provider that accepts everything, under an id made of the message itself."""

    arrived: Counter[str] = field(default_factory=Counter)

    def answer(self, request: Request) -> Response:
        body = request.get_json()
        text = body.get("text")
        said = body.get("subject") or (text["body"] if isinstance(text, dict) else text)
        self.arrived[f"{said} {request.headers.get('Idempotency-Key', '')}"] += 1
        answer = {"id": said, "messages": [{"id": said}], "key": {"id": said}}
        return Response(json.dumps(answer), content_type="application/json")


Make = Callable[[str], Gateway]
GATEWAYS: dict[str, Make] = {
    "resend": lambda url: Resend("re_1", "a@example.com", url),
    "cloud": lambda url: WhatsAppCloud("t", "1", url, "pt_BR"),
    "evolution": lambda url: Evolution("k", "clinica", url),
}


def content(name: str) -> Content:
    return Content(subject=name, html=f"<p>{name}</p>", text=name, short=name)


def at_once(work: Callable[[str], None]) -> None:
    """Do it with every message, in as many threads as a dispatch has."""
    gun = threading.Barrier(THREADS)

    def run(mine: list[str]) -> None:
        gun.wait()
        for name in mine:
            work(name)

    threads = [
        threading.Thread(target=run, args=(MESSAGES[number::THREADS],)) for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("which", GATEWAYS)
def test_each_message_arrives_once_and_gets_its_own_answer(
    httpserver: HTTPServer, which: str
) -> None:
    provider = Counting()
    for path in ("/emails", "/1/messages", "/message/sendText/clinica"):
        httpserver.expect_request(path).respond_with_handler(provider.answer)
    gateway = GATEWAYS[which](httpserver.url_for("").rstrip("/"))
    outcomes: dict[str, Outcome] = {}

    def send(name: str) -> None:
        payload = gateway.compose("+5511987654321", content(name), reference=name)
        outcomes[name] = gateway.send(payload, provider_key=f"k-{name}", timeout=10)

    at_once(send)
    gateway.close()
    assert outcomes == {name: Accepted(provider_id=name) for name in MESSAGES}
    keys = [f"k-{name}" if which == "resend" else "" for name in MESSAGES]
    assert provider.arrived == Counter(map(" ".join, zip(MESSAGES, keys, strict=True)))


def test_outboxes_that_share_a_folder_show_every_message(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "outbox"
    composers = [make("http://127.0.0.1:9") for make in GATEWAYS.values()]
    boxes = [Outbox(folder, composer, Clock()) for composer in composers]

    def put(name: str) -> None:
        box = boxes[int(name[1:]) % len(boxes)]
        to = "ana@example.com" if box is boxes[0] else "+5511987654321"
        payload = box.compose(to, content(name), reference=name)
        assert isinstance(box.send(payload, provider_key=name, timeout=1), Accepted)

    at_once(put)
    for box in boxes:
        box.close()
    found = outbox_page.read(folder)
    assert sorted(letter.short for letter in found) == MESSAGES
    assert all((folder / letter.file).is_file() for letter in found)
    assert (folder / "index.html").read_text(encoding="utf-8").count("<details>") == len(MESSAGES)
    assert not list(folder.glob(".*"))
