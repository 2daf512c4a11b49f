"""Weekly summary: last week's figures of each organization beside the week before."""

from datetime import time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from fisioflow_cli.clinic import figures as clinic_figures
from fisioflow_cli.clinic.organizations import organizations
from fisioflow_cli.engine.slots import Weekly
from fisioflow_cli.engine.workflow import Result, Workflow
from fisioflow_cli.messages.weekly_summary import WeeklyFigures, weekly_summary
from fisioflow_cli.workflows.reporting import Mailing
from fisioflow_cli.workflows.services import Services
from fisioflow_cli.workflows.tally import messaging_result

if TYPE_CHECKING:
    from datetime import date

    from fisioflow_cli.clinic.organizations import Organization, StaffMember
    from fisioflow_cli.engine.run import Run, Seen
    from fisioflow_cli.messages.rendered import Rendered

WEEK = timedelta(weeks=1)


def _summarise_all(run: "Run", services: Services) -> None:
    def page(after: str | None, until: str | None) -> "list[Organization]":
        return organizations(services.clinic, run.organization, after, until)

    run.for_each(
        "summarise", pages=page, do=lambda organization: _send(run, services, organization)
    )


def _send(run: "Run", services: Services, organization: "Organization") -> "Seen":
    monday = run.slot.day - WEEK

    @cache
    def figures(first: "date") -> clinic_figures.Figures:
        return clinic_figures.figures(services.clinic, organization, first, WEEK.days)

    def draft(reader: "StaffMember") -> "Rendered | None":
        if figures(monday).empty:
            return None
        return weekly_summary(
            recipient=reader.name,
            clinic=organization.name,
            monday=monday,
            figures=_figures(figures(monday)),
            week_before=_figures(figures(monday - WEEK)),
        )

    return Mailing(
        run=run,
        services=services,
        organization=organization,
        key=f"weekly-summary/{organization.id}",
        occasion=run.slot.label,
        draft=draft,
    ).deliver()


def _figures(found: clinic_figures.Figures) -> WeeklyFigures:
    return WeeklyFigures(
        sessions=found.sessions,
        new_patients=found.new_patients,
        appointments=sum(found.appointments.values()),
        cancelled=found.appointments.get("cancelled", 0),
        no_shows=found.appointments.get("no_show", 0),
        revenue=found.revenue,
        by_day=found.sessions_by_day,
        by_therapist=found.sessions_by_therapist,
    )


def _summarise(run: "Run", services: Services) -> Result:
    return messaging_result(run, services, "summarise")


WORKFLOW = Workflow(
    id="fisioflow-weekly-summary",
    command="weekly-summary",
    summary="E-mail last week's figures to the staff who receive reports.",
    rule=Weekly(),
    at=time(9),
    cron="0 9 * * 1",
    maximum_age=timedelta(days=7),
    deadline=timedelta(hours=2),
    needs=("email",),
    body=_summarise_all,
    summarise=_summarise,
)
