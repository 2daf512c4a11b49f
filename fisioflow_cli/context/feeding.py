"""Feeding a dispatch: its source is read in a thread of its own while the events are worked on."""

import threading
from dataclasses import dataclass
from types import TracebackType

from fisioflow_cli.engine.control import Control
from fisioflow_cli.errors import Stop
from fisioflow_cli.intake.feed import Feeder
from fisioflow_cli.intake.source import QueuePath, Source


@dataclass(kw_only=True)
class Feeding:
    """The source being read, in a thread of its own, until it ends or the control says stop."""

    feeder: Feeder
    source: Source
    follow: bool
    control: Control
    _ended: bool = False
    _error: BaseException | None = None
    _thread: threading.Thread | None = None

    def __enter__(self) -> "Feeding":
        self._thread = threading.Thread(target=self._feed, name="feeding", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended = True
        if self._thread is not None:
            self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    def going_on(self) -> bool:
        """Whether the source may still bring something."""
        return self._thread is not None and self._thread.is_alive()

    def _feed(self) -> None:
        try:
            self.feeder.feed(self.source, self._stopped, follow=self.follow)
        except Exception as error:  # noqa: BLE001  # told by the thread that waits
            self._error = error

    def _stopped(self) -> bool:
        """A pipe is read to its end whatever --limit says: what is not accepted would be lost."""
        if self._ended and (self.follow or isinstance(self.source, QueuePath)):
            return True
        try:
            self.control.check()
        except Stop:
            return True
        return False
