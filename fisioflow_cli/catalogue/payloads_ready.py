"""The data of the ready-made messages, the same for e-mail and WhatsApp."""

from pydantic import AliasChoices, Field

from fisioflow_cli.catalogue.fields import Clock, Contact, Day, Figure, Money, Text
from fisioflow_cli.catalogue.payload import Payload

TO = "Who gets it: an e-mail address or a phone, as the event's name says."


class AppointmentMessage(Payload):
    """`email/appointment.confirmation`, `whatsapp/appointment.reminder` and their twins."""

    to: Contact = Field(description=TO)
    patient_name: Text = Field(description="How the patient is addressed.")
    appointment_date: Day = Field(
        validation_alias=AliasChoices("appointmentDate", "date"),
        description="The local day; also as `date`.",
    )
    appointment_time: Clock = Field(
        validation_alias=AliasChoices("appointmentTime", "time"),
        description="The local time; also as `time`.",
    )
    therapist_name: Text | None = Field(None, description="With whom.")
    location: Text | None = Field(None, description="Where.")
    organization_name: Text | None = Field(None, description="The clinic.")
    type: Text | None = Field(
        None, description="Kind of appointment; it is not written: it would tell about health."
    )


class BirthdayGreeting(Payload):
    """`email/birthday.greeting` and its twin."""

    to: Contact = Field(description=TO)
    patient_name: Text = Field(
        validation_alias=AliasChoices("patientName", "name"),
        description="How the patient is addressed; also as `name`.",
    )
    organization_name: Text | None = Field(None, description="The clinic.")


class DailyReport(Payload):
    """`email/daily.report` and its twin."""

    to: Contact = Field(description=TO)
    organization_name: Text = Field(description="The clinic.")
    date: Day = Field(description="The day it is about.")
    therapist_name: Text | None = Field(None, description="How the reader is addressed.")
    total_appointments: Figure = Field(
        validation_alias=AliasChoices("totalAppointments", "totalSessions"),
        description="All appointments; also as `totalSessions`.",
    )
    completed_appointments: Figure = Field(
        validation_alias=AliasChoices("completedAppointments", "completedSessions"),
        description="Those that took place; also as `completedSessions`.",
    )
    cancelled_appointments: Figure = Field(
        validation_alias=AliasChoices("cancelledAppointments", "cancelledSessions"),
        description="Those called off; also as `cancelledSessions`.",
    )
    no_shows: Figure | None = Field(None, description="Those to which nobody came.")
    new_patients: Figure | None = Field(None, description="Patients seen for the first time.")
    revenue: Money | None = Field(None, description="Money received, in reais.")
