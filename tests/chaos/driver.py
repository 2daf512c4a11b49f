"""The process that gives birth to those which are killed.

It imports the command line once and forks a child per start, so that a real process, with a pid of
its own and killed for real, costs a few milliseconds. A child runs the real entry point,
`fisioflow_cli.__main__.main`, with a command line, an environment and a clock that the order gives.
Orders and answers are lines of JSON on stdin and stdout.
"""

import gc
import json
import os
import sys
import time
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from fisioflow_cli import __main__ as entry
from fisioflow_cli.cli import COMMANDS
from fisioflow_cli.clinic.contact import usable_phone
from fisioflow_cli.clock import Clock
from fisioflow_cli.messages.birthday import birthday
from tests.chaos import moments

HEAVY = (
    *("context.context", "workflows.registry", "settings", "gateways.email_resend"),
    *("context.dispatching", "commands.show_dispatch", "intake.tail"),
    *("events.draft", "events.sending", "context.event_history"),
)
FOREIGN = ("psycopg", "rich.console", "alembic.command", "httpcore", "pywebpush", "py_vapid")


@dataclass(frozen=True, kw_only=True)
class Order:
    """One start: what a crontab line would say, and when it is to receive which signal."""

    argv: list[str]
    environ: dict[str, str]
    folder: str
    ahead: float
    """How many seconds its clock is ahead of the true one."""
    at: int | str | None
    signal: int
    everywhere: bool
    """Whether the moments of all threads count."""
    stdin: str | None
    """What it reads there."""


def main() -> None:
    """Take orders until stdin ends."""
    _import_everything()
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        if "wait" in order:
            answer: dict[str, Any] = _wait(order["wait"], stopped=order["stopped"])
        else:
            answer = {"pid": _fork(Order(**order))}
        print(json.dumps(answer), flush=True)


def _import_everything() -> None:
    for command in COMMANDS:
        try:
            import_module(f"fisioflow_cli.commands.{command.module}")
        except ModuleNotFoundError:
            continue
    for name in HEAVY:
        import_module(f"fisioflow_cli.{name}")
    for name in FOREIGN:
        import_module(name)
    # These read their data when they are first used.
    birthday(name="", clinic="")
    usable_phone("(11) 98765-4321")
    gc.freeze()


def _wait(pid: int, *, stopped: bool) -> dict[str, Any]:
    """The exit code as `subprocess` gives it, or None if the child has stopped and not ended."""
    _, status = os.waitpid(pid, os.WUNTRACED if stopped else 0)
    return {"code": None if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)}


def _fork(order: Order) -> int:
    pid = os.fork()
    return pid or _become(order)


def _become(order: Order) -> NoReturn:
    try:
        folder = Path(order.folder)
        _redirect(folder, order.stdin)
        os.environ.clear()
        os.environ.update(order.environ)
        time.tzset()
        _advance_clock(timedelta(seconds=order.ahead))
        moments.watch(
            moments.Recorder(
                path=folder / "moments",
                at=order.at,
                signal=order.signal,
                everywhere=order.everywhere,
            )
        )
        sys.argv = ["fisioflow", *order.argv]
        _leave(_run())
    except BaseException:  # noqa: BLE001  # never back into the parent's loop
        traceback.print_exc()
        _leave(99)


def _run() -> int:
    try:
        entry.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _leave(code: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _redirect(folder: Path, stdin: str | None) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY) if stdin is None else _pipe(stdin), 0)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)


def _pipe(content: str) -> int:
    """The end to read from of a pipe whose writer has left; it holds 64 KiB."""
    reader, writer = os.pipe()
    os.write(writer, content.encode())
    os.close(writer)
    return reader


def _advance_clock(duration: timedelta) -> None:
    now = Clock.now

    def ahead(self: Clock) -> datetime:
        return now(self) + duration

    Clock.now = ahead  # type: ignore[method-assign]  # of this process only


if __name__ == "__main__":
    main()
