"""Moments as people type them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.context.moments import parse_instant
from fisioflow_cli.errors import UsageError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("24h", "2026-11-22T12:00:00+00:00"),
        ("1d12h", "2026-11-22T00:00:00+00:00"),
        ("2w", "2026-11-09T12:00:00+00:00"),
        ("90s", "2026-11-23T11:58:30+00:00"),
        ("2026-11-23", "2026-11-23T03:00:00+00:00"),
        ("2026-11-23T06:00", "2026-11-23T09:00:00+00:00"),
        ("2026-11-23 06:00:30", "2026-11-23T09:00:30+00:00"),
        ("2026-11-23T06:00Z", "2026-11-23T06:00:00+00:00"),
        ("2026-11-23T06:00-05:00", "2026-11-23T11:00:00+00:00"),
    ],
)
def test_what_is_meant(typed: str, meant: str) -> None:
    assert parse_instant(typed, now=NOW, zone=ZONE).isoformat() == meant


@pytest.mark.parametrize(
    "typed",
    [
        *("", "h", "24", "-24h", "24h ", "yesterday", "2026-02-30", "20261123", "2026-W48"),
        *("999999w", "٢٤h", "²h", "2026-11-23T25:00", "\udcff", "0001-01-01T00:00+09:00"),
    ],
)
def test_what_means_nothing(typed: str) -> None:
    with pytest.raises(UsageError, match="24h or 7d"):
        parse_instant(typed, now=NOW, zone=ZONE)
