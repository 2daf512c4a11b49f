"""The catalogue's ready-made messages, from the data an application gives for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fisioflow_cli.catalogue.payloads import (
    AppointmentMessage,
    BirthdayGreeting,
    DailyReport,
    fit,
)
from fisioflow_cli.errors import BadEvent, EventRefused
from fisioflow_cli.messages.appointment import When, appointment_confirmation, appointment_reminder
from fisioflow_cli.messages.birthday import birthday
from fisioflow_cli.messages.daily_figures import daily_figures
from fisioflow_cli.messages.formats import money, number

if TYPE_CHECKING:
    from fisioflow_cli.messages.rendered import Rendered
    from fisioflow_cli.workflows.services import Services

Draft = Callable[[Any, str, date], "Rendered"]
"""The message from its data, the clinic's name if the data has none, and the local day."""


@dataclass(frozen=True, kw_only=True)
class ReadyMade:
    """One ready-made message."""

    kind: str
    """The kind whose approved WhatsApp template says it."""
    payload: type[AppointmentMessage] | type[BirthdayGreeting] | type[DailyReport]
    draft: Draft

    def render(self, data: Mapping[str, Any], *, clinic: str, today: date) -> "Rendered":
        """The message; EventRefused if the data does not fit."""
        try:
            return self.draft(fit(self.payload, data), clinic, today)
        except BadEvent as error:
            raise EventRefused(error.message) from None


def ready_made(name: str) -> ReadyMade:
    """The message of this name, `birthday.greeting` say; EventRefused if there is none."""
    found = READY_MADE.get(name.strip().casefold().replace("-", "_").replace(".", "_"))
    if found is None:
        known = ", ".join(READY_MADE)
        raise EventRefused(f"There is no such template; the ready-made messages are {known}.")
    return found


def lacks_template(services: "Services", kind: str) -> bool:
    """Whether WhatsApp would refuse this message for want of an approved template's name.

    A daily report has none: its reader works there, and may have written within 24 hours.
    """
    templates = services.courier.channels.templates
    return templates is not None and kind != "daily_report" and kind not in templates


def _reminder(data: AppointmentMessage, clinic: str, today: date) -> "Rendered":
    return appointment_reminder(
        name=data.patient_name,
        clinic=data.organization_name or clinic,
        when=_when(data, today),
        therapist=data.therapist_name or "",
        place=data.location or "",
    )


def _confirmation(data: AppointmentMessage, clinic: str, today: date) -> "Rendered":
    return appointment_confirmation(
        name=data.patient_name,
        clinic=data.organization_name or clinic,
        when=_when(data, today),
        therapist=data.therapist_name or "",
        place=data.location or "",
    )


def _birthday(data: BirthdayGreeting, clinic: str, today: date) -> "Rendered":
    del today
    return birthday(name=data.patient_name, clinic=data.organization_name or clinic)


def _daily_report(data: DailyReport, clinic: str, today: date) -> "Rendered":
    del clinic, today
    counts = {
        "Agendamentos": data.total_appointments,
        "Realizados": data.completed_appointments,
        "Cancelados": data.cancelled_appointments,
        "Faltas": data.no_shows,
        "Novos pacientes": data.new_patients,
    }
    figures = [(label, number(count)) for label, count in counts.items() if count is not None]
    figures += [("Receita", money(Decimal(str(data.revenue))))] if data.revenue is not None else []
    return daily_figures(
        recipient=data.therapist_name or "",
        clinic=data.organization_name,
        day=data.date,
        figures=figures,
    )


def _when(data: AppointmentMessage, today: date) -> When:
    return When.of(datetime.combine(data.appointment_date, data.appointment_time), today)


READY_MADE: Mapping[str, ReadyMade] = {
    "appointment_confirmation": ReadyMade(
        kind="appointment_confirmation", payload=AppointmentMessage, draft=_confirmation
    ),
    "appointment_reminder": ReadyMade(
        kind="appointment_reminder", payload=AppointmentMessage, draft=_reminder
    ),
    "birthday_greeting": ReadyMade(kind="birthday", payload=BirthdayGreeting, draft=_birthday),
    "daily_report": ReadyMade(kind="daily_report", payload=DailyReport, draft=_daily_report),
}
