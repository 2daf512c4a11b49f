"""The options that commands share, so that their help cannot drift apart."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

# No markup in help: a docstring is no more trusted with brackets than a patient's name
PLAIN: dict[str, Any] = {
    "rich_markup_mode": None,
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"], "max_content_width": 100},
}


class LogFormat(StrEnum):
    """What is written to stderr: AUTO is talk for people, the others are records for machines."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


def parse_log_format(text: str) -> LogFormat:
    """One of the three; BadParameter, which does not repeat what may be a key in the wrong place."""
    try:
        return LogFormat(text)
    except ValueError:
        raise typer.BadParameter("write auto, text or json") from None


UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


def parse_duration(text: str) -> timedelta:
    """`90s`, `5m`, `2h` or a sum such as `1h30m`; BadParameter otherwise."""
    parts = re.findall(r"([0-9]{1,6})([smh])", text)
    if not parts or "".join(map("".join, parts)) != text or not any(int(n) for n, _ in parts):
        raise typer.BadParameter("write a duration such as 90s, 5m or 1h30m")
    return sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())


AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE[THH:MM]",
        help="The slot to do, in FISIOFLOW_TIMEZONE; default: the present one.",
    ),
]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Write nothing anywhere; print who would get what, and why not."
    ),
]
OrgOption = Annotated[
    str | None, typer.Option("--org", metavar="ID", help="Only this organization; default: all.")
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", help="Run a finished slot once more; nobody gets a message twice."),
]
NoCatchUpOption = Annotated[
    bool,
    typer.Option("--no-catch-up", help="Leave out the slots that were missed or not finished."),
]
AllowLateOption = Annotated[
    bool, typer.Option("--allow-late", help="Do a slot past the workflow's maximum age.")
]
MaxDurationOption = Annotated[
    timedelta | None,
    typer.Option(
        "--max-duration",
        metavar="DURATION",
        parser=parse_duration,
        help="Stop after this long, e.g. 5m; a later start does the rest.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")]
LogFormatOption = Annotated[
    LogFormat,
    typer.Option(
        "--log-format",
        metavar="auto|text|json",
        parser=parse_log_format,
        envvar="FISIOFLOW_LOG_FORMAT",
        help="stderr: auto is talk for people; text and json are a record per line, with its run.",
    ),
]
