"""The options that commands share."""

from datetime import timedelta

import pytest
import typer

from fisioflow_cli.commands.options import parse_duration


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("1h30m", timedelta(minutes=90)),
        ("0h1s", timedelta(seconds=1)),
        ("007m", timedelta(minutes=7)),
        ("7d", timedelta(days=7)),
        ("1d12h", timedelta(hours=36)),
        ("999999h", timedelta(hours=999_999)),
    ],
)
def test_duration(typed: str, meant: timedelta) -> None:
    assert parse_duration(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "5",
        "m",
        "5 m",
        "-5m",
        "+5m",
        "1.5h",
        "5M",
        "5w",
        "0s",
        "0h0m",
        "5m!",
        "٣m",
        "1" * 9 + "h",
        "999999d",
        "999999h" * 9,
    ],
)
def test_what_is_no_duration(typed: str) -> None:
    with pytest.raises(typer.BadParameter, match="such as 90s, 5m, 1h30m or 7d"):
        parse_duration(typed)
