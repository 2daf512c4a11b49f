"""Other processes for the tests: `python -m tests.intake.worker ACTION …`; they talk on stdout."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fisioflow_cli.clock import Clock
from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.intake.feed import Feeder
from fisioflow_cli.intake.rejects import Reject, Rejects
from fisioflow_cli.intake.source import open_source
from fisioflow_cli.ledger.ledger import Ledger
from tests.intake.desk import line

ROOT = Path(__file__).parents[2]
Worker = subprocess.Popen[str]


@contextmanager
def worker(*words: object, **options: Any) -> Iterator[Worker]:
    """A process that is gone at the end, whatever became of the test."""
    command = [sys.executable, "-m", "tests.intake.worker", *map(str, words)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, **options
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def main() -> None:
    """Do what the first argument says."""
    {"write": write, "feed": feed}[sys.argv[1]](*sys.argv[2:])


def write(path: str, start: str, count: str, how: str = "") -> None:
    """Append lines as other programs do, each with one write to a file opened for appending.

    With `locked` nobody else has the lock meanwhile, with `kept` the file stays open.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    kept = os.open(path, flags) if how == "kept" else None
    for number in range(int(start), int(start) + int(count)):
        descriptor = kept or os.open(path, flags)
        if how == "locked":
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        text = line(f"{number:05} {'ção' * (number % 900)}").encode()
        assert os.write(descriptor, text) == len(text)
        if kept is None:
            os.close(descriptor)
        if number % 50 == 0:
            print(number, flush=True)


@dataclass(frozen=True)
class Fragile(Rejects):
    """A rejects file whose writer dies with the n-th batch, once the file has it."""

    path: Path
    dies_at: int = 0
    _batches: list[int] = field(default_factory=list)

    def append(self, rejects: Sequence[Reject]) -> None:
        super().append(rejects)
        self._batches.append(len(rejects))
        if len(self._batches) == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)


def feed(
    url: str, source: str, rejects: str, batch: str, how: str = "", dies_at: str = "0"
) -> None:
    """Read a source; says how many lines each batch had, and what it all came to.

    `how` is `follow`, until SIGTERM, or `wait`, until a line on stdin gives the start, or `weigh`, to
    be told at the end how much memory it took.
    """
    stops: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stops.append(number))
    engine = open_database(parse_url(url))
    feeder = Feeder(
        ledger=Ledger(engine=engine, environment="development", clock=Clock()),
        rejects=Fragile(Path(rejects), int(dies_at)),
        noted=lambda note: print("note", note, flush=True),
        offered=lambda offered: print("batch", len(offered), flush=True),
        batch=int(batch),
    )
    print("ready", flush=True)
    if how == "wait":
        sys.stdin.readline()
    with open_source(source) as opened:
        counts = feeder.feed(opened, lambda: bool(stops), follow=how == "follow")
    print(counts.lines, counts.accepted, counts.duplicate, counts.rejected, flush=True)
    if how == "weigh":
        print("peak", _peak(), flush=True)


def _peak() -> int:
    """The most memory this program has held, KiB; ru_maxrss would begin with its parent's."""
    [line] = [
        text for text in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in text
    ]
    return int(line.split()[1])


if __name__ == "__main__":
    main()
