"""Starting the worker as a process of its own, and being sure that it ends."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
Worker = subprocess.Popen[str]


@contextmanager
def worker(url: str, *words: object) -> Iterator[Worker]:
    """A worker that is gone at the end, whatever became of the test."""
    command = [sys.executable, "-m", "tests.engine.worker", url, *map(str, words)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def hear(process: Worker) -> str:
    """The next line the worker says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: Worker, line: str = "go") -> None:
    """Say something to the worker."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
