"""`ai/patient.insights`: a patient's last sessions, summed up by a language model as a suggestion.

Only for organizations on FISIOFLOW_AI_ORGANIZATIONS, only about their own patients, and only what is
left after de-identification; if a known identifier survives that, no request is made. Only
production asks: anywhere else a record must not leave this machine, so there OPENAI_BASE_URL has to
be an address on it. An answer is stored as it is, unacknowledged and without a confidence.
"""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.catalogue.payloads import PatientInsights
from fisioflow_cli.clinic import changes, records
from fisioflow_cli.engine.handler import EventWorkflow
from fisioflow_cli.engine.workflow import Result
from fisioflow_cli.errors import EventRefused
from fisioflow_cli.gateways.insight import TryAgain
from fisioflow_cli.ledger import insights
from fisioflow_cli.ledger.insights import InsightRow
from fisioflow_cli.ledger.tables import InsightStatus, StepStatus
from fisioflow_cli.workflows.errand import payload
from fisioflow_cli.workflows.patient_insights_ask import Case, Outcome, seek
from fisioflow_cli.workflows.patient_insights_text import prose

if TYPE_CHECKING:
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.workflows.services import Services

ASK, COPY = "insight", "copy"
WRITE = "record_insight"
EVERY = "all"
LONGEST_PAUSE = timedelta(days=1)


def _suggest(run: "Run", event: "EventRow", services: "Services") -> None:
    case = _admitted(run, event, services)
    if not _is_settled(run):
        found = seek(case)
        match found:
            case TryAgain():
                _wait(run, found)
            case InsightRow():
                run.step(ASK, lambda: _told(found, reused=True))
            case Outcome():
                _store(case, found)
    _copy(case)


def _admitted(run: "Run", event: "EventRow", services: "Services") -> Case:
    """The case, if everything allows it; EventRefused otherwise."""
    asked = payload(event, PatientInsights)
    if not services.ai_organizations & {asked.organization_id, EVERY}:
        raise EventRefused(
            "This organization's records go to no language model; FISIOFLOW_AI_ORGANIZATIONS says "
            "whose do."
        )
    person = records.owned_patient(services.clinic, asked.patient_id, asked.organization_id)
    if person is None or person.organization is None:
        raise EventRefused("The organization has no such patient.")
    if not person.organization.active:
        raise EventRefused("The organization is switched off.")
    return Case(run=run, services=services, patient=person, organization=person.organization)


def _is_settled(run: "Run") -> bool:
    known = run.known.get(ASK)
    return known is not None and known.status is StepStatus.COMPLETED


def _wait(run: "Run", trouble: TryAgain) -> None:
    now = run.ledger.clock.now()
    run.record(ASK, now, {"reason": trouble.code}, status=StepStatus.WAITING)
    run.waits = True
    if trouble.seconds is not None:
        # a later attempt, so that no thread waits
        longest = LONGEST_PAUSE.total_seconds()
        pause = timedelta(seconds=min(trouble.seconds, longest))
        run.postpone(now + pause, f"The model's provider asked for a pause ({trouble.code}).")


def _store(case: Case, outcome: Outcome) -> None:
    ledger = case.run.ledger
    row = InsightRow(
        id=str(uuid.uuid4()),
        environment=ledger.environment,
        organization_id=case.organization.id,
        patient_id=case.patient.id,
        run_id=case.run.id or "",
        status=outcome.status,
        model=outcome.model,
        input_sha256=outcome.digest,
        input_tokens=outcome.usage.input_tokens,
        output_tokens=outcome.usage.output_tokens,
        sessions=outcome.sessions,
        insight=outcome.insight,
        acknowledged_at=None,
        created_at=ledger.clock.now(),
    )

    def write(connection: Any) -> dict[str, Any]:
        insights.store(ledger, connection, row)
        return _told(row, reused=False)

    case.run.record_with(ASK, write)


def _told(row: InsightRow, *, reused: bool) -> dict[str, Any]:
    """The step's result, which is also the run's: never a word of the insight."""
    return {
        "status": row.status,
        "insight_id": row.id,
        "sessions": row.sessions,
        "model": row.model,
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
        "reused": reused,
    }


def _copy(case: Case) -> None:
    """Show a new insight in the clinic too, where its database has a place for it."""
    clinic = case.services.clinic
    if not _is_settled(case.run) or not changes.writes(clinic, WRITE):
        return
    told = case.run.known[ASK].result
    row = None if told["reused"] else insights.find(case.run.ledger, told["insight_id"])
    if row is None or row.insight is None:
        return
    values: dict[str, Any] = {
        "id": row.id,
        "organization_id": row.organization_id,
        "patient_id": row.patient_id,
        "text": prose(row.insight),
        "now": row.created_at,
    }
    case.run.change(
        COPY, clinic.engine, lambda connection: changes.write(clinic, connection, WRITE, **values)
    )


def _summarise(run: "Run", services: "Services") -> Result:
    del services
    known = run.known.get(ASK)
    data = dict(known.result or {}) if known is not None else {}
    if data.get("status") == InsightStatus.NOT_DEIDENTIFIED:
        return Result(data={**data, "reason": str(InsightStatus.NOT_DEIDENTIFIED)}, troubled=1)
    return Result(data=data)


EVENT_WORKFLOW = EventWorkflow(
    id="fisioflow-ai-patient-insights",
    events=(Events.AI_PATIENT_INSIGHTS,),
    summary="Sum up a patient's last sessions with a language model, as a suggestion.",
    needs=(),
    deadline=timedelta(minutes=6),
    body=_suggest,
    summarise=_summarise,
)
