"""Signals: the first asks for an end after the step in hand, the second leaves at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from fisioflow_cli.errors import SignalReceived

if TYPE_CHECKING:
    from fisioflow_cli.engine.control import Control

STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def heeded(control: "Control") -> Iterator[None]:
    """While inside, SIGINT and SIGTERM interrupt `control`; main thread only.

    The second one, whichever it is, ends the process: a cancelled GitHub job sends both in turn.
    Nothing is lost by a second one: what is in hand is resumed or in doubt, as after a crash.
    """

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        control.interrupt(SignalReceived(number))
        for each in STOPPING:
            signal.signal(each, signal.SIG_DFL)

    before = {number: signal.signal(number, ask) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
