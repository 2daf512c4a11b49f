"""Where records go: one line each on stderr, and with them whatever else is said there."""

import io
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from fisioflow_cli.console import plain
from fisioflow_cli.log.records import LOGGER, UNBOUND, Bound, tell

SHORT_ID = 8
NEEDS_QUOTES = re.compile(r'[\s"=]|^$')


def set_up(form: str) -> None:
    """Write records to stderr from now on, as `text` or `json`; ordinary talk becomes a record too.

    Of what libraries log, only their name, the level and the kind of an error are kept: their words
    may hold an address, a text or a key.
    """
    beneath = getattr(sys.stderr, "beneath", sys.stderr)
    handler = _Lines(beneath, as_json_line if form == "json" else as_text_line)
    for logger, one in ((LOGGER, handler), (logging.getLogger(), _Libraries(logging.WARNING))):
        for known in [known for known in logger.handlers if isinstance(known, type(one))]:
            logger.removeHandler(known)
        logger.addHandler(one)
    LOGGER.setLevel(logging.INFO)
    sys.stderr = Talk(beneath)


class _Lines(logging.Handler):
    """Writes each record as one line, at once."""

    def __init__(self, stream: TextIO, form: Any) -> None:
        super().__init__()
        self._stream, self._form = stream, form

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; a stream that takes no more ends nothing."""
        try:
            self._stream.write(f"{self._form(record)}\n")
            self._stream.flush()
        except (OSError, ValueError):
            return


class _Libraries(logging.Handler):
    """Tells that a library complained, not what it said."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on who complained, how badly and about which kind of error."""
        kind = record.exc_info[0] if record.exc_info else None
        tell(
            "library",
            level=record.levelno,
            logger=record.name,
            error=kind.__name__ if kind else None,
        )


class Talk(io.TextIOBase):
    """stderr while records are written there: each line that anybody says becomes a record."""

    def __init__(self, beneath: TextIO) -> None:
        self.beneath = beneath
        """The stream itself, for what must not become a record."""
        self._lock, self._rest = threading.RLock(), ""

    @property
    def encoding(self) -> str:  # type: ignore[override]  # TextIOBase declares an attribute
        """That of the stream beneath."""
        return self.beneath.encoding

    def write(self, text: str, /) -> int:
        """Take part of a line, a line or several."""
        with self._lock:
            *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if line.strip():
                tell("said", message=line)
        return len(text)

    def flush(self) -> None:
        """Let what is there of a line be a line."""
        with self._lock:
            if self._rest.strip():
                self.write("\n")

    def fileno(self) -> int:
        """The stream's own, for programs we start."""
        return self.beneath.fileno()

    def isatty(self) -> bool:
        """No: no animation, no colour, no table cut to a width."""
        return False

    def writable(self) -> bool:
        """Yes."""
        return True


def as_json_line(record: logging.LogRecord) -> str:
    """One JSON object, in ASCII: ts, level, event, run_id, workflow, slot, then the facts."""
    about = _bound(record)
    document = {
        "ts": _timestamp(record),
        "level": record.levelname,
        "event": record.getMessage(),
        "run_id": about.run_id,
        "workflow": about.workflow,
        "slot": about.slot,
        **_facts(record),
    }
    return json.dumps({name: _clean(value) for name, value in document.items()})


def as_text_line(record: logging.LogRecord) -> str:
    """`2026-11-28T12:00:00.000Z INFO run=3f2a9c1e step.done step=greet/1`; without a run `run=-`."""
    about = _bound(record)
    run = about.run_id[:SHORT_ID] if about.run_id else "-"
    named = {"workflow": about.workflow, "slot": about.slot, **_facts(record)}
    told = " ".join(_pairs(named))
    head = f"{_timestamp(record)} {record.levelname} run={run} {record.getMessage()}"
    return plain(f"{head} {told}".rstrip())


def _pairs(facts: Mapping[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _pairs({f"{name}.{key}": inner for key, inner in value.items()})
        elif value is not None:
            text = plain(value)
            yield (
                f"{name}={json.dumps(text, ensure_ascii=False)}"
                if NEEDS_QUOTES.search(text)
                else f"{name}={text}"
            )


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return {plain(key): _clean(inner) for key, inner in value.items()}
    return value


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    return dict(getattr(record, "facts", {}))


def _bound(record: logging.LogRecord) -> Bound:
    found = getattr(record, "bound", UNBOUND)
    return found if isinstance(found, Bound) else UNBOUND


def _timestamp(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
