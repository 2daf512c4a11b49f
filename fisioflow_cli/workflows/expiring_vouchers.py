"""Voucher reminders: one per voucher and expiry date, while sessions remain."""

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.clinic import patients
from fisioflow_cli.delivery.decision import Intent
from fisioflow_cli.engine.run import Seen
from fisioflow_cli.engine.slots import Daily
from fisioflow_cli.engine.workflow import Result, Workflow
from fisioflow_cli.messages.voucher_expiry import voucher_expiry
from fisioflow_cli.workflows.outreach import decide
from fisioflow_cli.workflows.services import Services
from fisioflow_cli.workflows.tally import messaging_result

if TYPE_CHECKING:
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.clinic.patients import Candidate, Patient
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.messages.rendered import Rendered

KIND = "voucher_expiry"
DAYS_AHEAD = 7


def _remind_all(run: "Run", services: Services) -> None:
    last = run.slot.day + timedelta(days=DAYS_AHEAD)

    def page(after: str | None, until: str | None) -> "list[Candidate]":
        return patients.expiring_vouchers(
            services.clinic, (run.slot.day, last), run.organization, after, until
        )

    run.for_each("remind", pages=page, do=lambda candidate: _remind(run, services, candidate))


def _remind(run: "Run", services: Services, candidate: "Candidate") -> Seen:
    seen = patients.voucher(services.clinic, candidate.id)
    if seen is None or seen.expires_on is None:
        return Seen()
    expires_on = seen.expires_on

    def draft(person: "Patient", organization: "Organization", today: date) -> "Rendered | None":
        voucher = patients.voucher(services.clinic, candidate.id)
        if voucher is None or voucher.expires_on != expires_on:
            return None
        days_left = (expires_on - today).days
        if not (voucher.active and voucher.sessions_left > 0 and 0 <= days_left <= DAYS_AHEAD):
            return None
        return voucher_expiry(
            name=person.name,
            clinic=organization.name,
            voucher=voucher.name,
            expires_on=expires_on,
            days_left=days_left,
            sessions_left=voucher.sessions_left,
        )

    intent = Intent(
        key=f"voucher-expiry/{candidate.id}/{expires_on.isoformat()}",
        organization_id=candidate.organization_id,
        recipient_id=seen.patient_id,
        decide=lambda: decide(run, services, seen.patient_id, KIND, draft),
    )
    return services.courier.deliver(run, intent)


def _remind_only(run: "Run", services: Services, patient_id: str) -> str | None:
    days = (run.slot.day, run.slot.day + timedelta(days=DAYS_AHEAD))
    found = patients.vouchers_of(services.clinic, patient_id, days)
    for candidate in found:
        _remind(run, services, candidate)
    return None if found else f"no voucher of theirs expires within {DAYS_AHEAD} days"


def _summarise(run: "Run", services: Services) -> Result:
    return messaging_result(run, services, "remind")


WORKFLOW = Workflow(
    id="fisioflow-expiring-vouchers",
    command="expiring-vouchers",
    summary="Remind patients of vouchers that expire within a week.",
    rule=Daily(),
    at=time(10),
    cron="0 10 * * *",
    maximum_age=timedelta(days=7),
    deadline=timedelta(hours=2),
    needs=("email", "whatsapp"),
    body=_remind_all,
    summarise=_summarise,
    concerning=_remind_only,
)
