"""The GitHub Actions workflow that starts every workflow."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from fisioflow_cli.schedule.template import fill
from fisioflow_cli.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fisioflow_cli.engine.workflow import Workflow

FIRST_MINUTE, MINUTES_APART = 7, 10
INSTALLATION = timedelta(minutes=15)
# The time zone and the environment stand in the file; these have no meaning on a runner
ELSEWHERE = {
    "FISIOFLOW_ENV",
    "FISIOFLOW_TIMEZONE",
    "FISIOFLOW_HOME",
    "FISIOFLOW_OUTBOX",
    "FISIOFLOW_ALLOW_RECIPIENTS",
    "FISIOFLOW_ALLOW_CLINIC_WRITES",
}


def github(workflows: "Sequence[Workflow[Any]]", *, clinic: ZoneInfo) -> str:
    """The file to commit as `.github/workflows/scheduled.yml`; its cron lines are in `clinic`'s time.

    GitHub starts it late, twice or never (docs.github.com, "Events that trigger workflows"), most of
    all at minute 0, so every workflow gets an odd minute of its own.
    """
    longest = max(workflow.deadline for workflow in workflows) + INSTALLATION
    return fill(
        "scheduled.yml.j2",
        clinic=clinic.key,
        entries=[(workflow, off_peak(workflow.cron, n)) for n, workflow in enumerate(workflows)],
        timeout=int(longest.total_seconds()) // 60,
        settings=_settings(),
    )


def off_peak(cron: str, place: int) -> str:
    """`cron` at the minute of its place in the list, if it starts on the hour."""
    minute, rest = cron.split(" ", 1)
    own = str((FIRST_MINUTE + MINUTES_APART * place) % 60)
    return f"{own if minute == '0' else minute} {rest}"


def _settings() -> list[tuple[str, str]]:
    """Every setting that means something there, with where GitHub keeps it: `secrets` or `vars`."""
    fields = Settings.model_fields.values()
    names = [(str(field.validation_alias), field.annotation) for field in fields]
    return [
        (name, "secrets" if annotation in {SecretStr, SecretStr | None} else "vars")
        for name, annotation in names
        if name not in ELSEWHERE
    ]
