"""The checks on who starts everything: what schedulers here were told, and whether cron runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.checks.finding import Finding, failure, ok, skipped, warning
from fisioflow_cli.schedule import installed
from fisioflow_cli.schedule.check import Checked, Machine, Named, check
from fisioflow_cli.schedule.drift import Drift, Expected, Kind
from fisioflow_cli.schedule.entry import HOST
from fisioflow_cli.schedule.invocations import mentioned
from fisioflow_cli.workflows.registry import WORKFLOWS

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.settings import Settings

DRIFT = "schedule.drift"
STARTABLE = "schedule.startable"
DAEMON = "schedule.cron-daemon"
DAEMONS = frozenset({"cron", "crond", "fcron", "dcron", "busybox"})
PROC = Path("/proc")
NOBODY = "No scheduler here starts fisioflow."


def check_scheduler(
    settings: "Settings",
    clock: "Clock",
    machine: Machine,
    host_zone: ZoneInfo | None,
    proc: Path = PROC,
) -> Iterator[Finding]:
    """Whether the schedulers found on this machine start what the program says, when it says so."""
    expected = Expected(
        workflows=WORKFLOWS,
        clinic=ZoneInfo(settings.timezone),
        host=host_zone or ZoneInfo("UTC"),
        now=clock.now(),
    )
    by_cron = _is_told_by_cron(machine)
    found = check(expected, Named(), machine)
    told = by_cron or found.names != ("crontab",)
    yield _drift(found, told=told, production=settings.production)
    here = told and found.names != ("GitHub",)
    yield (
        _startable(found)
        if here
        else skipped(STARTABLE, "No crontab or timer here starts fisioflow.")
    )
    yield _daemon(proc) if by_cron else skipped(DAEMON, "No crontab here starts fisioflow.")


def _drift(found: Checked, *, told: bool, production: bool) -> Finding:
    wrong = [drift for drift in found.drifts if drift.wrong and drift.kind not in HOST]
    if not told and not production:
        return skipped(DRIFT, NOBODY)
    if not told:
        return warning(
            DRIFT,
            f"{NOBODY[:-1]}: neither a crontab, nor a timer, nor a workflow of GitHub.",
            "See `fisioflow schedule crontab`, `systemd` and `github`, unless another machine does it.",
        )
    if not wrong:
        return ok(DRIFT, f"The times are those of the workflows: {_looked_at(found)}.")
    worst = next((drift for drift in wrong if drift.kind is not Kind.MINUTE_ZERO), wrong[0])
    return warning(DRIFT, *_worded(worst, len(wrong)))


def _looked_at(found: Checked) -> str:
    names = ", ".join(found.names)
    unseen = "; whether GitHub has these files and runs them, `fisioflow status` tells"
    return names + unseen if "GitHub" in found.names else names


def _startable(found: Checked) -> Finding:
    lacking = [drift for drift in found.drifts if drift.wrong and drift.kind in HOST]
    if not lacking:
        return ok(STARTABLE, "What the schedulers here start is there, with its settings.")
    return failure(STARTABLE, *_worded(lacking[0], len(lacking)))


def _worded(worst: Drift, number: int) -> tuple[str, str]:
    more = f" And {number - 1} more." if number > 1 else ""
    remedy = f"{worst.remedy} `fisioflow schedule check` lists everything."
    return f"{worst.place}: {worst.message}{more}", remedy


def _is_told_by_cron(machine: Machine) -> bool:
    own = installed.own_crontab()
    return (own is not None and mentioned(own)) or bool(installed.system_crontabs(machine.etc))


def _daemon(proc: Path) -> Finding:
    """As the kernel names the processes; where it hides those of others nobody can tell."""
    names = set()
    for comm in proc.glob("[0-9]*/comm"):
        try:
            names.add(comm.read_text(errors="replace").strip())
        except OSError:
            continue
    if names & DAEMONS:
        return ok(DAEMON, "cron runs.")
    if not (proc / "1/comm").exists():
        return skipped(DAEMON, "This machine does not tell which processes run.")
    return failure(
        DAEMON,
        "A crontab starts fisioflow, but no cron runs on this machine.",
        "Start it: `systemctl enable --now cron`, or `service cron start`.",
    )
