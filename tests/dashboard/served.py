"""A dashboard in this process, on a free port, and clients that have shown its token or not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from fisioflow_cli.clock import Clock
from fisioflow_cli.dashboard.app import build
from fisioflow_cli.dashboard.facts import Facts
from fisioflow_cli.dashboard.keyring import Keyring
from fisioflow_cli.dashboard.serve import ending
from fisioflow_cli.listener.serve import bound_to, serving
from tests.dashboard.scene import NOON, Scene
from tests.listener.served import open_ledger

TOKEN = "token-of-a-test-0123456789"


@dataclass(kw_only=True)
class Served:
    """A dashboard that runs."""

    port: int
    facts: Facts
    lines: list[str] = field(default_factory=list)
    """What it said."""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def scene(self) -> Scene:
        """What writes into its ledger."""
        return Scene(ledger=self.facts.ledger)

    def stranger(self) -> httpx.Client:
        """A client that has shown nothing."""
        return httpx.Client(base_url=self.url, timeout=60)

    @contextmanager
    def friend(self) -> Iterator[httpx.Client]:
        """A client with a session."""
        with self.stranger() as client:
            assert client.get("/", params={"token": TOKEN}).status_code == 303
            yield client

    def get(self, path: str, **asked: Any) -> httpx.Response:
        """What a friend gets."""
        with self.friend() as client:
            return client.get(path, params=asked or None)

    def text(self, path: str, **asked: Any) -> str:
        """A page that a friend gets, which must be there."""
        answer = self.get(path, **asked)
        assert answer.status_code == 200, answer.text
        return answer.text


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the first form that posts."""
    form = re.search(r'<form[^>]* method="post".*?</form>', page, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))


@contextmanager
def serve(
    url: str,
    *,
    at: datetime = NOON,
    outbox: Path | None = None,
    environment: str = "development",
    **facts: Any,
) -> Iterator[Served]:
    """A dashboard on the ledger in this database, at noon of the scene's day."""
    with open_ledger(url) as opened, bound_to("127.0.0.1", 0) as bound:
        ledger = replace(opened, clock=Clock(starting_at=at), environment=environment)
        served = Served(
            port=bound.getsockname()[1],
            facts=Facts(
                ledger=ledger,
                zone=ZoneInfo("America/Sao_Paulo"),
                keyring=Keyring(TOKEN),
                outbox=outbox,
                **facts,
            ),
        )
        served.facts = replace(served.facts, say=served.lines.append)
        with serving(build(served.facts), bound), ending(served.facts):
            yield served
