"""Snapshots: the messages as files that a person can open, look at and approve."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fisioflow_cli.messages.rendered import Rendered

FOLDER = Path(__file__).parent / "snapshots"

Compare = Callable[[str, Rendered], None]


@pytest.fixture
def snapshot() -> Compare:
    """Compare a message with its files; SNAPSHOT_UPDATE=1 writes them instead."""

    def compare(name: str, message: Rendered) -> None:
        for suffix, content in _files(message).items():
            path = FOLDER / f"{name}.{suffix}"
            if os.environ.get("SNAPSHOT_UPDATE") == "1":
                path.write_text(content, encoding="utf-8")
            assert path.is_file(), f"no {path.name} yet: run with SNAPSHOT_UPDATE=1 and look at it"
            assert content == path.read_text(encoding="utf-8"), f"{path.name} would change"

    return compare


def _files(message: Rendered) -> dict[str, str]:
    files = {"html": message.html + "\n", "txt": f"{message.subject}\n\n{message.text}\n"}
    if message.short:
        files["whatsapp.txt"] = "\n".join((message.short, "", *message.parameters, ""))
    return files
