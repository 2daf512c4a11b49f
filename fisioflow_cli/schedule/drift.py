"""Whether what is installed still starts what the registry says, when it says so."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli.schedule.compare import Comparison
from fisioflow_cli.schedule.crontab_reading import Crontab, ignored
from fisioflow_cli.schedule.entry import DISPATCH, DUE, Drift, Kind, Reading
from fisioflow_cli.schedule.github_reading import read_github
from fisioflow_cli.schedule.lacking import Host
from fisioflow_cli.schedule.systemd_reading import Units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fisioflow_cli.engine.workflow import Workflow

__all__ = ["Drift", "Expected", "Kind", "drift_of_crontab", "drift_of_github", "merged"]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What ought to be started, in the year after `now`; each method tells how a scheduler departs.

    Two cron expressions are the same when they start at the same instants, give or take an hour of
    lateness, and `fisioflow due` counts for every workflow. An empty list: nothing is wrong, and
    nothing is worth knowing.
    """

    workflows: "Sequence[Workflow[Any]]"
    clinic: ZoneInfo
    host: ZoneInfo
    """The zone that cron and systemd go by here."""
    now: datetime
    commands: frozenset[str] = frozenset()
    """All that the program has; without them a mistyped command is only a missing one."""

    def of_crontab(
        self,
        text: str,
        name: str = "crontab",
        cron_d: str | None = None,
        host: Host | None = None,
    ) -> list[Drift]:
        """Of a crontab; `cron_d` is the file's name if it is one of /etc/cron.d, which name a user.

        With a `host` also what that lacks of what the lines need.
        """
        crontab = Crontab(
            text=text, host=self.host, name=name, system=cron_d is not None, known=self._known
        )
        reading = crontab.read()
        own = ignored(name, cron_d) if cron_d is not None else ()
        return self._of(replace(reading, drifts=(*own, *reading.drifts)), host)

    def of_github(self, files: "Mapping[str, str]") -> list[Drift]:
        """Of the files of a .github/workflows, texts by name."""
        return self._of(read_github(files, self._known))

    def of_systemd(
        self,
        units: "Mapping[str, str]",
        enabled: frozenset[str] | None = None,
        host: Host | None = None,
    ) -> list[Drift]:
        """Of timers and services, texts by name; `enabled` names those that are, if that is known.

        With a `host` also what that lacks of what the services need.
        """
        read = Units(texts=units, host=self.host, known=self._known, enabled=enabled).read()
        return self._of(read, host)

    def _of(self, reading: Reading, host: Host | None = None) -> list[Drift]:
        comparison = Comparison(
            reading=reading,
            workflows=self.workflows,
            clinic=self.clinic,
            host=self.host,
            now=self.now,
        )
        lacks = () if host is None else host.lacking(reading)
        return [*lacks, *comparison.drifts(self.commands)]

    @property
    def _known(self) -> frozenset[str]:
        own = (workflow.command for workflow in self.workflows)
        return frozenset({DUE, DISPATCH, *self.commands, *own})


def drift_of_crontab(
    text: str,
    workflows: "Sequence[Workflow[Any]]",
    *,
    clinic: ZoneInfo,
    host: ZoneInfo,
    now: datetime,
) -> list[Drift]:
    """How a user's crontab departs from the workflows, for a cron that goes by `host`."""
    return Expected(workflows=workflows, clinic=clinic, host=host, now=now).of_crontab(text)


def drift_of_github(
    files: "Mapping[str, str]",
    workflows: "Sequence[Workflow[Any]]",
    *,
    clinic: ZoneInfo,
    now: datetime,
) -> list[Drift]:
    """How the files of a .github/workflows, texts by name, depart from the workflows."""
    utc = ZoneInfo("UTC")
    return Expected(workflows=workflows, clinic=clinic, host=utc, now=now).of_github(files)


def merged(reports: "Sequence[list[Drift]]") -> list[Drift]:
    """The drifts of several schedulers together: what one of them starts is not missing.

    A workflow, or dispatch, that none of them starts is told once, as the first one tells it.
    """
    lacking: dict[tuple[Kind, str | None], list[Drift]] = defaultdict(list)
    for report in reports:
        for drift in report:
            if drift.kind in {Kind.MISSING, Kind.NO_DISPATCH}:
                lacking[drift.kind, drift.workflow].append(drift)
    kept = {id(same[0]) for same in lacking.values() if len(same) == len(reports)}
    told = {id(drift) for same in lacking.values() for drift in same} - kept
    return [drift for report in reports for drift in report if id(drift) not in told]
