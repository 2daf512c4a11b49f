"""Birthday greetings: one per patient and calendar year."""

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.clinic import patients
from fisioflow_cli.clinic.patients import Candidate
from fisioflow_cli.delivery.decision import Intent
from fisioflow_cli.engine.slots import Daily
from fisioflow_cli.engine.workflow import Result, Workflow
from fisioflow_cli.messages.birthday import birthday
from fisioflow_cli.workflows.outreach import decide
from fisioflow_cli.workflows.services import Services
from fisioflow_cli.workflows.tally import messaging_result

if TYPE_CHECKING:
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.clinic.patients import Patient
    from fisioflow_cli.engine.run import Run, Seen
    from fisioflow_cli.messages.rendered import Rendered

KIND = "birthday"


def _greet_all(run: "Run", services: Services) -> None:
    def page(after: str | None, until: str | None) -> "list[Candidate]":
        return patients.birthdays(services.clinic, run.slot.day, run.organization, after, until)

    run.for_each("greet", pages=page, do=lambda candidate: _greet(run, services, candidate))


def _greet(run: "Run", services: Services, candidate: "Candidate") -> "Seen":
    born = patients.birthday_dates(run.slot.day)

    def draft(person: "Patient", organization: "Organization", today: date) -> "Rendered | None":
        del today
        if (
            person.birth_date is None
            or (person.birth_date.month, person.birth_date.day) not in born
        ):
            return None
        return birthday(name=person.name, clinic=organization.name)

    intent = Intent(
        key=f"birthday/{candidate.id}/{run.slot.day.year}",
        organization_id=candidate.organization_id,
        recipient_id=candidate.id,
        decide=lambda: decide(run, services, candidate.id, KIND, draft),
    )
    return services.courier.deliver(run, intent)


def _greet_only(run: "Run", services: Services, patient_id: str) -> str | None:
    person = patients.patient(services.clinic, patient_id)
    born = person.birth_date if person else None
    if person is None or born is None:
        return "no birth date is on record"
    if (born.month, born.day) not in patients.birthday_dates(run.slot.day):
        return "it is not their birthday"
    house = person.organization.id if person.organization else None
    _greet(run, services, Candidate(id=person.id, organization_id=house))
    return None


def _summarise(run: "Run", services: Services) -> Result:
    return messaging_result(run, services, "greet")


WORKFLOW = Workflow(
    id="fisioflow-birthday-messages",
    command="birthdays",
    summary="Greet the patients whose birthday it is.",
    rule=Daily(),
    at=time(9),
    cron="0 9 * * *",
    maximum_age=timedelta(days=1),
    deadline=timedelta(hours=2),
    needs=("email", "whatsapp"),
    body=_greet_all,
    summarise=_summarise,
    concerning=_greet_only,
)
