"""`@copilotkit/aimock` of the npm registry: a stand-in for OpenAI that nobody of us wrote."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.npm import installed

VERSION = "1.43.0"
PACKAGE = "@copilotkit/aimock"
START_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class AiMock:
    """A running server."""

    url: str

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL is set to."""
        return f"{self.url}/v1"

    def journal(self) -> list[dict[str, Any]]:
        """Every request that reached it, as it kept them."""
        with urllib.request.urlopen(f"{self.url}/__aimock/journal") as answer:
            found = json.load(answer)
        entries = found if isinstance(found, list) else found["entries"]
        return [entry for entry in entries if entry["path"].endswith("/responses")]


def program() -> Path:
    """The installed server."""
    return installed(PACKAGE, VERSION).parents[1] / ".bin" / "llmock"


@contextmanager
def running(
    command: Path, folder: Path, fixtures: Sequence[Mapping[str, Any]], *options: str
) -> Iterator[AiMock]:
    """The server with these fixtures, on a free port of this machine."""
    (folder / "fixtures.json").write_text(json.dumps({"fixtures": fixtures}), encoding="utf-8")
    log = folder / "aimock.log"
    with log.open("w") as written:
        server = subprocess.Popen(
            [command, "-p", "0", "-f", str(folder / "fixtures.json"), *options],
            cwd=folder,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        yield AiMock(url=_address(server, log))
    finally:
        server.terminate()
        server.wait(timeout=10)


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    """Where it says that it listens."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        for word in log.read_text(encoding="utf-8").split():
            if word.startswith("http://127.0.0.1:"):
                return word.rstrip("/.,")
        time.sleep(0.05)
    pytest.fail(f"aimock did not start: {log.read_text(encoding='utf-8')}")
