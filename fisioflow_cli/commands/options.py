"""The options that commands share, so that their help cannot drift apart."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

# No markup in help: a docstring is no more trusted with brackets than a patient's name
PLAIN: dict[str, Any] = {
    "rich_markup_mode": None,
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"], "max_content_width": 100},
}
WHOLE = 10_000
"""A length that no sentence has."""


class Group(TyperGroup):
    """A group of commands whose overview tells the whole first sentence of each, however long."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The overview; what is too long for a line goes on in the next one."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(n, c.get_short_help_str(WHOLE)) for n, c in found if c])


GROUP: dict[str, Any] = {**PLAIN, "cls": Group, "no_args_is_help": True}
"""What a group of commands is made with."""


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


UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=50_000)
"""No calendar is left by going back so far from today."""


def parse_duration(text: str) -> timedelta:
    """`90s`, `5m`, `2h`, `7d` or a sum such as `1h30m`; BadParameter otherwise."""
    parts = re.findall(r"([0-9]{1,6})([smhd])", text)
    whole = sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    if "".join(map("".join, parts)) != text or not timedelta() < whole <= LONGEST:
        raise typer.BadParameter("write a duration such as 90s, 5m, 1h30m or 7d")
    return whole


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
