"""The crontab that starts every workflow."""

from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli.schedule.entry import DISPATCH, DUE
from fisioflow_cli.schedule.place import Place
from fisioflow_cli.schedule.template import fill
from fisioflow_cli.schedule.zones import leads, moved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fisioflow_cli.engine.workflow import Workflow


def crontab(
    workflows: "Iterable[Workflow[Any]]",
    *,
    clinic: ZoneInfo,
    host: ZoneInfo,
    since: date,
    user: str | None = None,
    place: Place | None = None,
) -> str:
    """The crontab for a host in time zone `host`, right for the year after `since`.

    With a `user` it is one for /etc/cron.d, whose lines say who runs them.

    Where daylight saving time changes the distance of the two zones, starts are late for a part of
    the year and never early: a late start does its slot, an early one could miss it.
    """
    found = leads(clinic, host, since)
    return fill(
        "crontab.j2",
        clinic=clinic.key,
        host=host.key,
        user=user,
        place=place or Place(),
        late=found[-1] - found[0],
        entries=[(workflow, moved(workflow.cron, found[-1])) for workflow in workflows],
        due=DUE,
        dispatch=DISPATCH,
    )
