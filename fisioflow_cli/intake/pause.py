"""Waiting, but no longer than until somebody wants an end."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock

SLICE_SECONDS = 0.1


def pause(clock: "Clock", seconds: float, stopped: Callable[[], bool]) -> None:
    """Return after `seconds`, or a tenth of a second after `stopped` has become true."""
    nobody = threading.Event()
    end = clock.monotonic() + seconds
    while not stopped() and (left := end - clock.monotonic()) > 0:
        clock.wait(nobody, min(left, SLICE_SECONDS))
