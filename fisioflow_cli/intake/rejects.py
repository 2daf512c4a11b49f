"""The rejects file: the lines that could not be accepted, to be mended and fed again."""

import base64
import binascii
import codecs
import errno
import fcntl
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fisioflow_cli.errors import BadEvent, ConfigurationError

RAW = {"raw", "raw_base64"}
FIELDS = RAW | {"source", "line", "offset", "reason", "bytes", "sha256"}
UNSYNCABLE = (errno.EINVAL, errno.ENOTSUP)


@dataclass(frozen=True, kw_only=True)
class Reject:
    """A line that was not accepted; `reason` repeats nothing of it, `raw` all or the beginning."""

    source: str
    line: int
    offset: int | None
    reason: str
    raw: bytes
    cut_from: int | None = None
    """How many bytes the line has, if `raw` is only its beginning."""
    sha256: str | None = None
    """Of the whole line, if `raw` is only its beginning."""

    def document(self) -> dict[str, Any]:
        """The JSON object that stands in the file; bytes that are not UTF-8 as base64."""
        facts = {
            "source": self.source,
            "line": self.line,
            "offset": self.offset,
            "reason": self.reason,
            "bytes": self.cut_from,
            "sha256": self.sha256,
        }
        return {name: fact for name, fact in facts.items() if fact is not None} | self._raw()

    def _raw(self) -> dict[str, str]:
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            # of a line that was cut off, half a character at the end goes unnoticed
            return {"raw": decoder.decode(self.raw, final=self.cut_from is None)}
        except UnicodeDecodeError:
            return {"raw_base64": base64.b64encode(self.raw).decode()}


def is_reject(document: object) -> bool:
    """Whether this is a line of a rejects file."""
    if not isinstance(document, dict) or not FIELDS.issuperset(document):
        return False
    return "reason" in document and len(RAW.intersection(document)) == 1


def unwrap(document: dict[str, Any]) -> bytes:
    """The line that was rejected, as it came or as it was mended; BadEvent if it is neither."""
    if "raw_base64" not in document:
        raw = document["raw"]
        return raw.encode() if isinstance(raw, str) else json.dumps(raw).encode()
    try:
        return base64.b64decode(document["raw_base64"], validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise BadEvent("The raw_base64 of this reject is not base64.") from None


@dataclass(frozen=True)
class Rejects:
    """The file at `path`, made when it is first needed, open to its owner only: it holds what people
    wrote.

    Several processes may append to it at once. It is opened anew each time, so that it can be moved
    away to be mended.
    """

    path: Path

    def append(self, rejects: Sequence[Reject]) -> None:
        """Make them durable; ConfigurationError if the file cannot be written to."""
        if not rejects:
            return
        lines = [json.dumps(reject.document(), ensure_ascii=False) for reject in rejects]
        data = "".join(f"{line}\n" for line in lines).encode()
        try:
            self._write(data)
        except OSError as error:
            raise ConfigurationError(
                f"The rejects file {self.path} cannot be written to ({error.strerror}); correct "
                "FISIOFLOW_REJECTS or --rejects. Lines that cannot be accepted wait for it."
            ) from None

    def is_open_as(self, descriptor: int) -> bool:
        """Whether this descriptor reads the file: feeding it to itself would never end."""
        try:
            return os.path.samestat(self.path.stat(), os.fstat(descriptor))
        except OSError:
            return False

    def _write(self, data: bytes) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(self.path, flags, 0o600)
        try:
            # while another process writes, the file may seem to end with half a line
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            written = os.write(descriptor, _mended(descriptor) + data)
            if written < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            _sync(descriptor)
        finally:
            os.close(descriptor)


def _mended(descriptor: int) -> bytes:
    """A newline, if a full disk has left half a line at the end."""
    size = os.fstat(descriptor).st_size
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:  # a pipe or a device has nothing to sync
        if error.errno not in UNSYNCABLE:
            raise
