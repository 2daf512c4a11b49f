"""Cursors: where a keyset page begins, as text that goes through a URL and a command line."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from fisioflow_cli.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The place of one row in a list: what comes behind it is the next page."""

    at: datetime
    id: str

    def text(self) -> str:
        """The cursor as it travels: opaque, safe in a URL and on a command line."""
        packed = json.dumps([self.at.isoformat(), self.id]).encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor that `text` made; UsageError for anything else."""
        try:
            padded = text.encode() + b"=" * (-len(text) % 4)
            at, row = json.loads(base64.urlsafe_b64decode(padded))
            return cls(at=_instant(at), id=_storable(row))
        except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
            raise UsageError(
                "This is no cursor; take one from the end of an earlier page."
            ) from None


def _instant(text: str) -> datetime:
    """The aware instant, in UTC; ValueError or OverflowError if there is none such."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC)


def _storable(row: str) -> str:
    """An id as a database could hold it; ValueError otherwise."""
    if "\x00" in row or not row.encode():
        raise ValueError("no id has such characters")
    return row
