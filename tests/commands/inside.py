"""The command line in this very process: much faster than another one, and the same to look at."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from fisioflow_cli.__main__ import main
from tests.cli import KEPT, Done


def run_inside(
    *args: str,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stdin: str | None = None,
) -> Done:
    """Run `fisioflow ARGS` as tests.cli.run_cli does, without starting another Python."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write((stdin or "").encode())
        given.seek(0)
        for name in [name for name in os.environ if name not in kept]:
            patch.delenv(name)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        patch.chdir(folder or Path.home())
        patch.setattr(sys, "argv", ["fisioflow", *args])
        with (
            _diverted(0, given),
            _diverted(1, out),
            _diverted(2, err),
            open(0, closefd=False) as new,
        ):
            patch.setattr(sys, "stdin", new)
            code = _call(patch)
        return Done(rc=code, stdout=_text(out), stderr=_text(err))


def _call(patch: pytest.MonkeyPatch) -> int:
    for name in ("stdout", "stderr"):
        patch.setattr(sys, name, getattr(sys, f"__{name}__"))
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


@contextmanager
def _diverted(descriptor: int, file: IO[bytes]) -> Iterator[None]:
    kept = os.dup(descriptor)
    os.dup2(file.fileno(), descriptor)
    try:
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
