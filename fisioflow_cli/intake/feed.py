"""Feeding: the lines of a source become accepted events or rejects, and none is lost on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fisioflow_cli.errors import DatabaseUnavailable, UsageError
from fisioflow_cli.intake.identity import Origin
from fisioflow_cli.intake.interpret import Interpreter, Read
from fisioflow_cli.intake.lines import Line
from fisioflow_cli.intake.pause import pause
from fisioflow_cli.intake.rejects import Rejects
from fisioflow_cli.intake.settle import Counts, Settler
from fisioflow_cli.intake.source import QueuePath, Source
from fisioflow_cli.intake.stdin import Stream
from fisioflow_cli.intake.tail import POLL_SECONDS, Tail

if TYPE_CHECKING:
    from fisioflow_cli.ledger.events import Offered
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.sources import Advance

__all__ = ["BATCH", "Counts", "Feeder"]

BATCH = 500


@dataclass(kw_only=True)
class Feeder:
    """Accepts the events of a source in batches; a batch, its rejects and the position go together."""

    ledger: "Ledger"
    rejects: Rejects
    id_from: str | None = None
    """Where in an event its id stands, for those that have none: `data.some.field`."""
    noted: Callable[[str], None]
    """Told, once, that a line had no id by which it could be told from itself."""
    offered: "Callable[[list[Offered]], None]"
    """Told of every batch once it is durable; `ack` is that of the line, also for a duplicate."""
    batch: int = BATCH
    _settler: Settler = field(init=False)
    _interpreter: Interpreter = field(init=False)

    def __post_init__(self) -> None:
        self._settler = Settler(ledger=self.ledger, rejects=self.rejects, offered=self.offered)
        self._interpreter = Interpreter(
            clock=self.ledger.clock, id_from=self.id_from, noted=self.noted
        )

    @property
    def counts(self) -> Counts:
        """What it has come to so far, whatever has interrupted the feeding."""
        return self._settler.counts

    def feed(self, source: Source, stopped: Callable[[], bool], *, follow: bool = False) -> Counts:
        """Read the source to its end, with `follow` until `stopped`.

        UsageError if it cannot be read, ConfigurationError if the rejects file cannot be written,
        DatabaseUnavailable unless it is followed: what was in hand is not accepted then, and a file's
        position has not moved.
        """
        if isinstance(source, QueuePath):
            self._read_queue(source, stopped, follow=follow)
        elif isinstance(source, Stream):
            self._read_stream(source, stopped, follow=follow)
        while source is None and follow and not stopped():
            pause(self.ledger.clock, POLL_SECONDS, stopped)
        return self.counts

    def _read_queue(self, source: QueuePath, stopped: Callable[[], bool], *, follow: bool) -> None:
        Tail(
            path=source.path,
            ledger=self.ledger,
            settle=self._settle,
            admit=self._admit,
            stopped=stopped,
            most=self.batch,
            follow=follow,
        ).read()

    def _read_stream(self, source: Stream, stopped: Callable[[], bool], *, follow: bool) -> None:
        self._admit(source.descriptor)
        origin, clock = Origin(name=source.name), self.ledger.clock
        for lines in source.batches(stopped, follow=follow, most=self.batch, clock=clock):
            batch = self._interpreted(lines, origin)
            while batch and not self._is_settled(batch, patient=follow and not stopped()):
                pause(clock, POLL_SECONDS, stopped)

    def _is_settled(self, batch: list[Read], *, patient: bool) -> bool:
        """False if the database is away and the stream, which cannot be read again, may wait."""
        try:
            self._settler.settle(batch)
        except DatabaseUnavailable:
            if not patient:
                raise
            return False
        return True

    def _settle(self, lines: list[Line], origin: Origin, advance: "Advance") -> None:
        self._settler.settle(self._interpreted(lines, origin), advance)

    def _interpreted(self, lines: list[Line], origin: Origin) -> list[Read]:
        return [self._interpreter.read(line, origin) for line in lines if not line.is_blank]

    def _admit(self, descriptor: int) -> None:
        if self.rejects.is_open_as(descriptor):
            raise UsageError(
                f"{self.rejects.path} is the rejects file itself; move it away, mend it, and feed it "
                "under its new name."
            )
