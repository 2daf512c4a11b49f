"""What happens to appointments."""

from pydantic import Field

from fisioflow_cli.catalogue.fields import Id
from fisioflow_cli.catalogue.payload import Payload


class AppointmentCreated(Payload):
    """`appointment/created`."""

    appointment_id: Id = Field(
        description="The appointment; all else is read when it is confirmed."
    )
    organization_id: Id | None = Field(None, description="Its organization.")


class AppointmentCancelled(Payload):
    """`appointment/cancelled`."""

    appointment_id: Id = Field(description="The appointment; its waiting reminders are voided.")
    organization_id: Id | None = Field(None, description="Its organization.")


class AppointmentReminder(Payload):
    """`appointment/reminder`."""

    appointment_id: Id | None = Field(
        None, description="The appointment; if absent, every one of tomorrow, clinic time."
    )
    organization_id: Id | None = Field(
        None, description="Its organization, or the only one whose appointments are meant."
    )
