"""Daily reports: yesterday's figures of each organization, to whoever receives reports there."""

from datetime import time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from fisioflow_cli.clinic import figures as clinic_figures
from fisioflow_cli.clinic.organizations import organizations
from fisioflow_cli.engine.slots import Daily
from fisioflow_cli.engine.workflow import Result, Workflow
from fisioflow_cli.messages.daily_report import DailyFigures, daily_report
from fisioflow_cli.workflows.reporting import Mailing
from fisioflow_cli.workflows.services import Services
from fisioflow_cli.workflows.tally import messaging_result

if TYPE_CHECKING:
    from datetime import date

    from fisioflow_cli.clinic.organizations import Organization, StaffMember
    from fisioflow_cli.engine.run import Run, Seen
    from fisioflow_cli.messages.rendered import Rendered


def _report_all(run: "Run", services: Services) -> None:
    def page(after: str | None, until: str | None) -> "list[Organization]":
        return organizations(services.clinic, run.organization, after, until)

    run.for_each("report", pages=page, do=lambda organization: _report(run, services, organization))


def _report(run: "Run", services: Services, organization: "Organization") -> "Seen":
    yesterday = run.slot.day - timedelta(days=1)

    @cache
    def figures(day: "date") -> clinic_figures.Figures:
        return clinic_figures.figures(services.clinic, organization, day, 1)

    @cache
    def appointments_today() -> dict[str, int]:
        return clinic_figures.appointments_on(services.clinic, organization, run.slot.day)

    def draft(reader: "StaffMember") -> "Rendered | None":
        if not sum(figures(yesterday).appointments.values()) and not sum(
            appointments_today().values()
        ):
            return None
        return daily_report(
            recipient=reader.name,
            clinic=organization.name,
            day=yesterday,
            figures=_figures(figures(yesterday)),
            week_earlier=_figures(figures(yesterday - timedelta(weeks=1))),
            agenda=sum(appointments_today().values()) - appointments_today().get("cancelled", 0),
        )

    return Mailing(
        run=run,
        services=services,
        organization=organization,
        key=f"daily-report/{organization.id}",
        occasion=run.slot.label,
        draft=draft,
    ).deliver()


def _figures(found: clinic_figures.Figures) -> DailyFigures:
    return DailyFigures(
        appointments=found.appointments,
        completed_sessions=found.sessions,
        new_patients=found.new_patients,
        by_therapist=found.sessions_by_therapist,
    )


def _summarise(run: "Run", services: Services) -> Result:
    return messaging_result(run, services, "report")


WORKFLOW = Workflow(
    id="fisioflow-daily-reports",
    command="daily-reports",
    summary="E-mail yesterday's figures to the staff who receive reports.",
    rule=Daily(),
    at=time(8),
    cron="0 8 * * *",
    maximum_age=timedelta(days=7),
    deadline=timedelta(hours=2),
    needs=("email",),
    body=_report_all,
    summarise=_summarise,
)
