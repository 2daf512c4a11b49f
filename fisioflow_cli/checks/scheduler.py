"""The checks on who starts everything: what schedulers here were told, and whether cron runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.checks.finding import Finding, failure, ok, skipped, warning
from fisioflow_cli.schedule import installed
from fisioflow_cli.schedule.check import Machine, Named, check
from fisioflow_cli.schedule.drift import Expected, Kind
from fisioflow_cli.schedule.invocations import mentioned
from fisioflow_cli.workflows.registry import WORKFLOWS

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.settings import Settings

DRIFT = "schedule.drift"
DAEMON = "schedule.cron-daemon"
DAEMONS = frozenset({"cron", "crond", "fcron", "dcron", "busybox"})
PROC = Path("/proc")


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
    yield _drift(expected, machine, by_cron=by_cron, production=settings.production)
    yield _daemon(proc) if by_cron else skipped(DAEMON, "No crontab here starts fisioflow.")


def _drift(expected: Expected, machine: Machine, *, by_cron: bool, production: bool) -> Finding:
    found = check(expected, Named(), machine)
    wrong = [drift for drift in found.drifts if drift.wrong]
    nothing_told = found.names == ("crontab",) and not by_cron
    if nothing_told and not production:
        return skipped(DRIFT, "No scheduler here starts fisioflow.")
    if nothing_told:
        return warning(
            DRIFT,
            "No scheduler here starts fisioflow: neither a crontab, nor a timer, nor a workflow of GitHub.",
            "See `fisioflow schedule crontab`, `systemd` and `github`, unless another machine does it.",
        )
    if not wrong:
        return ok(DRIFT, f"Everything is started when it is due: {', '.join(found.names)}.")
    worst = next((drift for drift in wrong if drift.kind is not Kind.MINUTE_ZERO), wrong[0])
    more = f" And {len(wrong) - 1} more." if len(wrong) > 1 else ""
    return warning(
        DRIFT,
        f"{worst.place}: {worst.message}{more}",
        f"{worst.remedy} `fisioflow schedule check` lists everything.",
    )


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
