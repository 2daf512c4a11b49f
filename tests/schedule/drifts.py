"""What the tests of drift share: the clinic, the moment, and short ways to ask."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fisioflow_cli.schedule.crontab import crontab
from fisioflow_cli.schedule.drift import Drift, Expected, Kind
from fisioflow_cli.schedule.entry import NOTES
from fisioflow_cli.schedule.place import Place
from fisioflow_cli.workflows.registry import WORKFLOWS

NOW = datetime(2026, 11, 28, 17, 5, tzinfo=UTC)
SAO_PAULO, GREENWICH = ZoneInfo("America/Sao_Paulo"), ZoneInfo("UTC")
COMMANDS = [workflow.command for workflow in WORKFLOWS]
DISPATCH = "* * * * * fisioflow dispatch\n"


def expected(host: ZoneInfo = GREENWICH, clinic: ZoneInfo = SAO_PAULO) -> Expected:
    known = frozenset({*COMMANDS, "due", "dispatch", "doctor"})
    return Expected(workflows=WORKFLOWS, clinic=clinic, host=host, now=NOW, commands=known)


def printed(
    host: ZoneInfo = GREENWICH, clinic: ZoneInfo = SAO_PAULO, place: Place | None = None
) -> str:
    """The crontab that we print."""
    return crontab(WORKFLOWS, clinic=clinic, host=host, since=NOW.date(), place=place)


def wrong(drifts: list[Drift]) -> list[tuple[Kind, str | None]]:
    """What is wrong, without the notes."""
    return [(drift.kind, drift.workflow) for drift in drifts if drift.wrong]


def notes(drifts: list[Drift]) -> list[Kind]:
    return [drift.kind for drift in drifts if drift.kind in NOTES]


def only(drifts: list[Drift], kind: Kind) -> Drift:
    """The one drift of this kind."""
    (found,) = [drift for drift in drifts if drift.kind is kind]
    return found


def replaced(command: str, line: str, host: ZoneInfo = GREENWICH) -> str:
    """The printed crontab with another line for one command."""
    lines = printed(host).splitlines()
    kept = [
        line if one.endswith(f" {command}") else one for one in lines if not one.startswith("#")
    ]
    return "\n".join(kept) + "\n"
