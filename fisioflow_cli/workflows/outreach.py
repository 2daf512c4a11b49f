"""The decision that birthday and voucher messages share: marketing to one patient."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from fisioflow_cli.clinic.patients import Patient, patient
from fisioflow_cli.delivery.decision import Decision, Pause, Reason, Send, Skip, Wait

if TYPE_CHECKING:
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.messages.rendered import Rendered
    from fisioflow_cli.workflows.services import Services

OF_AGE = 18

Draft = Callable[[Patient, "Organization", date], "Rendered | None"]
"""The message for a patient on a local day; None if there is nothing to say (any more)."""


def decide(
    run: "Run", services: "Services", patient_id: str | None, kind: str, draft: Draft
) -> Decision:
    """Whether, when and how to write to a patient, read from their state at this moment."""
    person = patient(services.clinic, patient_id) if patient_id else None
    if person is None:
        return Skip(reason=Reason.NO_CONTACT)
    organization = person.organization
    if organization is None or not organization.active:
        return Skip(reason=Reason.ORGANIZATION_INACTIVE)
    today = organization.today(services.clock.now())
    ahead = today < run.slot.day
    if ahead and not run.dry:
        return Wait(why=Pause.DAY_NOT_BEGUN)
    # a dry run shows a slot to come as it will be: on its day, within the hours
    today = max(today, run.slot.day) if run.dry else today
    rendered = draft(person, organization, today)
    if barred := _barred(services, person, today, due=rendered is not None):
        return Skip(reason=barred)
    options = services.courier.channels.choose(person, organization, kind)
    if isinstance(options, Reason):
        return Skip(reason=options)
    if not ahead and not services.window.open(services.clock.now(), organization.zone):
        return Wait(why=Pause.OUTSIDE_HOURS)
    assert rendered is not None  # noqa: S101  # otherwise it was not due
    return Send(options=options, render=lambda channel: services.content(rendered, channel, kind))


def _barred(services: "Services", person: Patient, today: date, *, due: bool) -> Reason | None:
    """What bars any marketing to them, whatever the channel."""
    age = person.age(today)
    if not person.active:
        return Reason.INACTIVE
    if not due:
        return Reason.NOT_DUE
    if age is not None and age < OF_AGE and not services.message_minors:
        return Reason.MINOR
    if not services.courier.channels.permits(person.allows_marketing):
        return Reason.OPTED_OUT
    return None
