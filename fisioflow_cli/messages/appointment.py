"""What is written to a patient about an appointment: the confirmation, the reminder, the cancellation.

None of them says what the appointment is for (LGPD: data about health), only when and where.
WhatsApp parameters of all three: name, dd/mm/aaaa, hh:mm, clinic.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from fisioflow_cli.messages.formats import clock_time, full_date, numeric_date
from fisioflow_cli.messages.rendered import Rendered, render
from fisioflow_cli.messages.typed import clinic_name, one_line, person

if TYPE_CHECKING:
    from typing import Self


@dataclass(frozen=True, kw_only=True)
class When:
    """The time of an appointment in words: `terça-feira, 24 de novembro de 2026`, `24/11/2026`, `14:00`."""

    day: str
    short_day: str
    clock: str
    relative: str = ""
    """`hoje` or `amanhã`, seen from the day on which the message is read; else empty."""

    @classmethod
    def of(cls, starts_at: datetime, today: date | None = None) -> "Self":
        """The words for a local time; without `today` it is neither today nor tomorrow."""
        day = starts_at.date()
        ahead = (day - today).days if today else None
        return cls(
            day=full_date(day),
            short_day=numeric_date(day),
            clock=clock_time(starts_at.time()),
            relative={0: "hoje", 1: "amanhã"}.get(ahead, "") if ahead is not None else "",
        )

    @property
    def said(self) -> str:
        """`amanhã, às 14:00`, or `em 24/11/2026, às 14:00`."""
        return f"{self.relative or f'em {self.short_day}'}, às {self.clock}"


def appointment_reminder(
    *, name: str, clinic: str, when: When, therapist: str = "", place: str = ""
) -> Rendered:
    """The reminder of an appointment to come; `therapist` and `place` may be left out."""
    return _render(
        "appointment_reminder",
        subject=f"Lembrete: seu horário é {when.said}",
        preheader="Se não puder comparecer, avise a clínica com antecedência.",
        who=(name, clinic),
        when=when,
        therapist=therapist,
        place=place,
    )


def appointment_confirmation(
    *, name: str, clinic: str, when: When, therapist: str = "", place: str = ""
) -> Rendered:
    """The confirmation that an appointment has been made; `therapist` and `place` may be left out."""
    return _render(
        "appointment_confirmation",
        subject=f"Horário marcado: {when.short_day}, às {when.clock}",
        preheader="Guarde a data. Esperamos por você!",
        who=(name, clinic),
        when=when,
        therapist=therapist,
        place=place,
    )


def appointment_cancellation(*, name: str, clinic: str, when: When) -> Rendered:
    """The note that an appointment will not take place."""
    return _render(
        "appointment_cancellation",
        subject=f"Horário cancelado: {when.short_day}, às {when.clock}",
        preheader="Para marcar outra data, fale com a recepção da clínica.",
        who=(name, clinic),
        when=when,
    )


def _render(message: str, *, who: tuple[str, str], when: When, **facts: str) -> Rendered:
    name, clinic = who
    patient, house = person(name, otherwise="paciente"), clinic_name(clinic)
    therapist, place = facts.pop("therapist", ""), facts.pop("place", "")
    return render(
        message,
        subject=facts.pop("subject"),
        parameters=(patient, when.short_day, when.clock, house),
        name=patient,
        clinic=house,
        therapist=person(therapist, otherwise=""),
        place=one_line(place, otherwise=""),
        day=when.day,
        clock=when.clock,
        said=when.said,
        **facts,
    )
