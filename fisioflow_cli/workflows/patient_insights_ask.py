"""Asking for an insight: what there is to ask, whether it may be asked, what the answer amounts to."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.clinic import records
from fisioflow_cli.engine import retry
from fisioflow_cli.errors import EventRefused, GatewayRefused, MissingSetting, QuotaExhausted
from fisioflow_cli.gateways.gateway import Rejected, StopRun
from fisioflow_cli.gateways.insight import CutOff, Invalid, Refused, Suggested, TryAgain, Usage
from fisioflow_cli.ledger import insights
from fisioflow_cli.ledger.tables import InsightStatus
from fisioflow_cli.workflows.deidentify import secrets_of
from fisioflow_cli.workflows.patient_insights_text import Brief, without_alias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.clinic.patients import Patient
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.gateways.insight import Answer
    from fisioflow_cli.gateways.insights_openai import InsightModel
    from fisioflow_cli.ledger.insights import InsightRow
    from fisioflow_cli.workflows.services import Services

FREE = Usage()
FRESH = timedelta(hours=24)
"""How long an insight answers for the same input."""
REQUEST_SECONDS = 120.0
STATUSES = {
    Suggested: InsightStatus.STORED,
    Refused: InsightStatus.REFUSED,
    CutOff: InsightStatus.CUT_OFF,
    Invalid: InsightStatus.INVALID,
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One patient whose organization may ask about them."""

    run: "Run"
    services: "Services"
    patient: "Patient"
    organization: "Organization"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What is to be recorded, with or without an insight."""

    status: InsightStatus
    sessions: int
    digest: str | None = None
    model: str | None = None
    usage: Usage = FREE
    insight: "Mapping[str, Any] | None" = None


def seek(case: Case) -> "Outcome | InsightRow | TryAgain":
    """A new outcome, a stored insight about the same input, or trouble that a later attempt may mend.

    Raises EventRefused, MissingSetting, GatewayRefused and QuotaExhausted where no request would help.
    """
    record = records.record(case.services.clinic, case.patient, case.organization)
    if not record.sessions:
        return Outcome(status=InsightStatus.INSUFFICIENT_DATA, sessions=0)
    model = _model(case)
    known = ((identifier.kind, identifier.text) for identifier in record.identifiers)
    brief = Brief(
        sessions=record.sessions,
        secrets=secrets_of(known, record.birth_date),
        zone=case.organization.zone,
    )
    digest = model.fingerprint(brief.canonical())
    return _stored(case, digest) or _new(case, model, brief, digest)


def _model(case: Case) -> "InsightModel":
    model = case.services.insights
    if model is None:
        raise MissingSetting("OPENAI_API_KEY is not set, and insights need it; set it.")
    if case.run.ledger.environment != "production" and not model.is_here:
        raise EventRefused(
            "Outside production no record leaves for a language model; set OPENAI_BASE_URL to a "
            "stand-in on this machine."
        )
    return model


def _stored(case: Case, digest: str) -> "InsightRow | None":
    ledger = case.run.ledger
    return insights.latest_by_hash(
        ledger,
        organization_id=case.organization.id,
        patient_id=case.patient.id,
        input_sha256=digest,
        since=ledger.clock.now() - FRESH,
    )


def _new(case: Case, model: "InsightModel", brief: Brief, digest: str) -> Outcome | TryAgain:
    count = len(brief.sessions)
    alias = f"Paciente-{secrets.randbelow(9000) + 1000}"
    today = case.organization.today(case.services.clock.now())
    text = brief.text(alias=alias, today=today)
    if brief.secrets.survives(text):
        return Outcome(status=InsightStatus.NOT_DEIDENTIFIED, sessions=count, digest=digest)
    answer = _ask(case.run, model, text)
    match answer:
        case TryAgain():
            return answer
        case StopRun(remedy=remedy, configuration=configuration):
            raise (GatewayRefused if configuration else QuotaExhausted)(remedy)
        case Rejected(code=code):
            raise EventRefused(f"The language model's provider refuses the request ({code}).")
    insight = answer.insight if isinstance(answer, Suggested) else None
    return Outcome(
        status=STATUSES[type(answer)],
        sessions=count,
        digest=digest,
        model=model.model,
        usage=answer.usage,
        insight=without_alias(insight, alias) if insight else None,
    )


def _ask(run: "Run", model: "InsightModel", text: str) -> "Answer":
    """The answer, asked for again at once while that may help and the provider wants no pause."""

    def request() -> "Answer":
        run.check()
        return model.ask(text, timeout=run.control.remaining(REQUEST_SECONDS))

    return retry.call(request, retry.API, run.control, again=_at_once).value


def _at_once(answer: "Answer") -> bool:
    return isinstance(answer, TryAgain) and answer.seconds is None
