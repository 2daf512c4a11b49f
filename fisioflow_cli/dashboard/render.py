"""From views to HTML: the templates, and how instants, durations and typed text are written."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from fisioflow_cli.console import CONTROL
from fisioflow_cli.delivery.reasons import remark
from fisioflow_cli.workflows.names import workflow_name

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from fisioflow_cli.dashboard.facts import Facts

MINUTE, HOUR, DAY = 60, 3600, 86400
KINDS = {
    "running": "run",
    "sending": "run",
    "completed": "ok",
    "sent": "ok",
    "done": "ok",
    "partial": "warn",
    "late": "late",
    "failed": "bad",
    "dead": "bad",
    "missed": "miss",
    "in_doubt": "doubt",
    "waiting": "wait",
    "pending": "wait",
    "timed_out": "rest",
    "unfinished": "rest",
    "due": "wait",
    "upcoming": "next",
}
"""How a status looks: a shape and a colour, beside its name."""


@dataclass(frozen=True)
class Renderer:
    """Renders the templates for one dashboard."""

    facts: "Facts"
    exporting: bool = False
    """Whether the page stands alone: nothing in it leads anywhere."""

    def render(self, template: str, **shown: object) -> str:
        """The HTML of a template; UndefinedError if it asks for what is not shown."""
        return self._environment.get_template(template).render(shown)

    @cached_property
    def _environment(self) -> Environment:
        environment = Environment(
            loader=PackageLoader("fisioflow_cli.dashboard"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_clean,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        facts = self.facts
        environment.filters.update(
            moment=lambda at: moment(at, facts.zone, facts.now()),
            clock=lambda at: at.astimezone(facts.zone).strftime("%H:%M:%S"),
            ago=lambda at: ago(facts.now() - at),
            duration=duration,
            number=number,
            words=words,
            remark=remark,
            breaks=breaks,
            capitalize_first=lambda text: text[:1].upper() + text[1:],
            kind=kind,
            workflow=workflow_name,
        )
        environment.globals.update(
            environment=facts.ledger.environment,
            production=facts.production,
            zone=str(facts.zone),
            allow_actions=facts.allow_actions,
            exporting=self.exporting,
        )
        return environment


def _clean(value: Any) -> Any:
    """Typed text cannot turn the line around; what is missing is a dash."""
    if value is None:
        return "–"
    return CONTROL.sub("", value) if isinstance(value, str) and type(value) is not Markup else value


def moment(at: datetime | None, zone: "ZoneInfo", now: datetime) -> Markup:
    """An instant as a `time` element: its local time, with the day unless it is today; UTC beside it."""
    if at is None:
        return Markup("–")
    local = at.astimezone(zone)
    if local.date() == now.date():
        text = f"{local:%H:%M:%S}"
    elif local.year == now.year:
        text = f"{local.day} {local:%b %H:%M}"
    else:
        text = f"{local.day} {local:%b %Y, %H:%M}"
    utc = at.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"), f"{utc:%Y-%m-%d %H:%M:%S} UTC", text
    )


def ago(age: timedelta) -> str:
    """How long ago: `just now`, `5 min ago`, `in 3 h`, `2 d ago`."""
    seconds = age.total_seconds()
    size = abs(seconds)
    if size < MINUTE:
        return "just now"
    for unit, length, limit in (("min", MINUTE, HOUR), ("h", HOUR, 2 * DAY), ("d", DAY, None)):
        if limit is None or size < limit:
            text = f"{int(size // length)} {unit}"
            break
    return f"{text} ago" if seconds > 0 else f"in {text}"


def duration(seconds: float | timedelta | None) -> str:
    """`84 ms`, `1.25 s`, `12.4 s`, `3 min 05 s`, `2 h 10 min`."""
    if seconds is None:
        return "–"
    size = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    if size < 1:
        return f"{size * 1000:.0f} ms"
    if size < MINUTE:
        return f"{size:.2f} s" if size < 10 else f"{size:.1f} s"
    if size < HOUR:
        return f"{int(size // MINUTE)} min {int(size % MINUTE):02} s"
    return f"{int(size // HOUR):,} h {int(size % HOUR // MINUTE):02} min".replace(",", "\u202f")


def number(value: float) -> str:
    """A count with narrow spaces between its thousands, as in any language."""
    return f"{value:,}".replace(",", "\u202f")


def words(name: object) -> str:
    """A stored name for people: `timed_out` is `timed out`."""
    return str(name).replace("_", " ")


def breaks(name: object) -> Markup:
    """A name with dots and slashes, which may go on in another line behind each of them."""
    return Markup(re.sub(r"([/.])", r"\1<wbr>", str(escape(_clean(str(name))))))  # noqa: S704  # escaped


def kind(status: object) -> str:
    """How a status looks; what needs nobody's attention is muted."""
    return KINDS.get(str(status), "mute")
