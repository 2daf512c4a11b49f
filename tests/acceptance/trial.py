"""The six workflows on one clinic: each once, once more, and once more by force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import RowMapping

from tests.acceptance.clinics import Clinic
from tests.acceptance.deployment import Started, ended
from tests.acceptance.providers import Mail
from tests.clinic.real_schema import facts

QUESTIONS = {
    "cleanup": ("cleanup_sessions", "cleanup_notifications", "cleanup_offers"),
    "daily-reports": ("daily_reports", "figures", "therapists", "agenda"),
    "birthdays": ("birthdays",),
    "weekly-summary": ("weekly_summary", "figures", "therapists", "weekdays"),
    "expiring-vouchers": ("vouchers",),
    "data-integrity": ("data_integrity",),
}
MARKETING = ("birthdays", "expiring-vouchers")
REPORTS = ("daily-reports", "weekly-summary")
FORCED = (*REPORTS, *MARKETING)
CLEANED = {
    "sessions": "id::text",
    "notification_history": "id::text",
    "waitlist_offers": "id::text, status",
    "waitlist": "id::text, status, coalesce(rejection_count, 0)",
}
Rows = Mapping[str, set[tuple[object, ...]]]


@dataclass(frozen=True, kw_only=True)
class Round:
    """One start of one workflow, with what SQL said right before it."""

    truth: Mapping[str, list[RowMapping]]
    started: Started
    calls: int
    mails: list[Mail]
    templates: set[str]
    """The WhatsApp templates that were used."""
    addressees: list[str]

    @property
    def main(self) -> list[RowMapping]:
        """The rows of the workflow's first question: its candidates or findings."""
        return next(iter(self.truth.values()))


@dataclass(frozen=True, kw_only=True)
class Again:
    """Several workflows started once more, at the same moment."""

    started: Mapping[str, Started]
    calls: int


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Everything that was seen while the workflows ran."""

    clinic: Clinic
    first: Mapping[str, Round]
    second: Again
    forced: Again
    cleaned_before: Rows
    cleaned_after: Rows
    prints: tuple[Mapping[str, object], ...]
    """Every table's fingerprint: before clean-up, after it, and at the very end."""


def trial(clinic: Clinic) -> Trial:
    """Run everything, in the order of a day's schedule."""
    before, untouched = _cleaned(clinic), _fingerprints(clinic)
    first = {"cleanup": _round(clinic, "cleanup")}
    after, clean = _cleaned(clinic), _fingerprints(clinic)
    first |= {workflow: _round(clinic, workflow) for workflow in QUESTIONS if workflow not in first}
    return Trial(
        clinic=clinic,
        first=first,
        second=_again(clinic, QUESTIONS),
        forced=_again(clinic, FORCED, "--force"),
        cleaned_before=before,
        cleaned_after=after,
        prints=(untouched, clean, _fingerprints(clinic)),
    )


def _round(clinic: Clinic, workflow: str) -> Round:
    truth = {question: clinic.truth.ask(question) for question in QUESTIONS[workflow]}
    both = clinic.providers
    both.forget()
    started = clinic.deployment.start(*clinic.options(workflow))
    return Round(
        truth=truth,
        started=started,
        calls=both.calls,
        mails=list(both.mails.values()),
        templates={message["template"]["name"] for message in both.whatsapps},
        addressees=both.addressees,
    )


def _again(clinic: Clinic, workflows: Iterable[str], *more: str) -> Again:
    clinic.providers.forget()
    begun = {name: clinic.deployment.begin(*clinic.options(name), *more) for name in workflows}
    started = {name: ended(process) for name, process in begun.items()}
    return Again(started=started, calls=clinic.providers.calls)


def _cleaned(clinic: Clinic) -> Rows:
    known = facts(clinic.scale.profile).tables
    return {
        table: clinic.truth.table(table, columns) if table in known else set()
        for table, columns in CLEANED.items()
    }


def _fingerprints(clinic: Clinic) -> Mapping[str, object]:
    tables = facts(clinic.scale.profile).tables
    return {table: clinic.truth.fingerprint(table) for table in tables}
