"""What a line means: an event that can be accepted, or the reason why it cannot."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fisioflow_cli.catalogue.event import Event, read
from fisioflow_cli.catalogue.strict import decode
from fisioflow_cli.errors import BadEvent, unexpected
from fisioflow_cli.intake.identity import Origin, by_path, by_place
from fisioflow_cli.intake.lines import MOST, Line
from fisioflow_cli.intake.offer import as_new, new_id
from fisioflow_cli.intake.rejects import Reject, is_reject, unwrap

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.ledger.events import NewEvent

TOO_LONG = f"The line is longer than {MOST // 1024} KiB."
NOTE = (
    "An event without an id got a new one: to pipe it in again would run it again. Give events an id, "
    "or take it from the payload with --id-from."
)


@dataclass(frozen=True, kw_only=True)
class Read:
    """A line and what it means: an event, or the reason why it cannot be accepted."""

    line: Line
    origin: Origin
    raw: bytes
    """The line, or what stands in it, if it was a reject before."""
    event: "NewEvent | None" = None
    reason: str = ""

    @classmethod
    def refused(cls, line: Line, origin: Origin, reason: str, raw: bytes | None = None) -> "Read":
        """A line that holds no event."""
        return cls(line=line, origin=origin, raw=line.raw if raw is None else raw, reason=reason)

    def but(self, reason: str) -> "Read":
        """The same line, as one that cannot be accepted after all."""
        return replace(self, event=None, reason=reason)

    @property
    def reject(self) -> Reject:
        """What goes to the rejects file."""
        line = self.line
        return Reject(
            source=self.origin.name,
            line=line.number,
            offset=line.offset if self.origin.is_file else None,
            reason=self.reason,
            raw=self.raw,
            cut_from=line.length if line.is_too_long else None,
            sha256=line.sha256 if line.is_too_long else None,
        )


@dataclass(kw_only=True)
class Interpreter:
    """Reads lines; tells `noted` once if one could not be told from itself when it comes again."""

    clock: "Clock"
    id_from: str | None
    noted: Callable[[str], None]
    _has_noted: bool = field(default=False, init=False)

    def read(self, line: Line, origin: Origin) -> Read:
        """The event in the line, or in the reject that the line is."""
        if line.is_too_long:
            return Read.refused(line, origin, TOO_LONG)
        raw = line.raw
        try:
            document = decode(raw, "The line")
            while is_reject(document):
                raw = unwrap(document)
                document = decode(raw, "The line")
            event = self._event(document, line, origin)
        except BadEvent as error:
            return Read.refused(line, origin, error.message, raw)
        except Exception as error:  # noqa: BLE001  # a defect of ours must not stop the other lines
            return Read.refused(line, origin, unexpected(error), raw)
        return Read(line=line, origin=origin, raw=raw, event=event)

    def _event(self, document: Any, line: Line, origin: Origin) -> "NewEvent":
        event = read(document)
        # the payload first: a line that is refused needs no id, and no note about it
        new = as_new(event, source="file" if origin.is_file else "stdin", event_id="")
        return new if new.id else replace(new, id=self._id(document, event, line, origin))

    def _id(self, document: Any, event: Event, line: Line, origin: Origin) -> str:
        if self.id_from is not None:
            return by_path(_everything(event, document), self.id_from)
        if origin.is_file:
            return by_place(origin, line)
        if not self._has_noted:
            self._has_noted = True
            self.noted(NOTE)
        return new_id(self.clock)


def _everything(event: Event, document: dict[str, Any]) -> dict[str, Any]:
    """The line as it came, and beside it what it was mapped to."""
    mapped = {"name": event.name, "data": event.data, "user": event.user, "v": event.v}
    return {**mapped, **event.extra, **document}
