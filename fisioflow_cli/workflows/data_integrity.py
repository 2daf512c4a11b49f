"""Data integrity: what contradicts itself, and an e-mail to the admins about what is new."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from fisioflow_cli.clinic.integrity import CHECKS, Check
from fisioflow_cli.clinic.organizations import organization
from fisioflow_cli.engine.run import Seen
from fisioflow_cli.engine.slots import Hourly
from fisioflow_cli.engine.workflow import Result, Workflow
from fisioflow_cli.ledger import findings
from fisioflow_cli.ledger.findings import FindingRow, NewFindings
from fisioflow_cli.messages.data_integrity import Finding, data_integrity
from fisioflow_cli.workflows.reporting import Mailing
from fisioflow_cli.workflows.services import Services
from fisioflow_cli.workflows.tally import messaging_result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.messages.rendered import Rendered

SAMPLE = 10
READERS = ("admin",)


def _check_all(run: "Run", services: Services) -> None:
    for check in CHECKS:
        if all(services.clinic.profile.has(relation) for relation in check.needs):
            _check(run, services, check)
    _tell_admins(run, services)


def _check(run: "Run", services: Services, check: Check) -> None:
    """One step per page, so that a large table is resumed where it was left."""
    after, number = None, 1
    while True:
        found = run.step(
            f"check/{check.name}/{number}",
            partial(_look, run, services, check, after),
        )
        after, number = found["until"], number + 1
        if after is None:
            return


def _look(run: "Run", services: Services, check: Check, after: str | None) -> dict[str, Any]:
    today = run.as_of.astimezone(services.clinic.zone(None)).date()
    page = check.page(services.clinic, today, run.organization, after)
    if run.lease is not None:
        seen = [
            FindingRow(
                check=check.name, subject_id=finding.id, organization_id=finding.organization_id
            )
            for finding in page.findings
        ]
        findings.see(run.ledger, run.lease, run.scope, seen)
    sample = [finding.id for finding in page.findings[:SAMPLE]]
    return {"check": check.name, "count": len(page.findings), "sample": sample, "until": page.until}


@dataclass(frozen=True, kw_only=True)
class Concerned:
    """An organization with what is new in it."""

    id: str
    found: tuple[NewFindings, ...]


def _tell_admins(run: "Run", services: Services) -> None:
    lease = run.lease
    if lease is None:  # a dry run tells nobody
        return

    def page(after: str | None, until: str | None) -> list[Concerned]:
        del until
        return (
            [] if after is not None else _concerned(findings.new(run.ledger, lease, sample=SAMPLE))
        )

    run.for_each("tell", pages=page, do=lambda one: _tell(run, services, one))
    if not run.waits:
        run.step("settle", lambda: findings.settle(run.ledger, lease, run.scope))


def _concerned(new: "Iterable[NewFindings]") -> list[Concerned]:
    by_organization = groupby(new, key=lambda one: one.organization_id)
    return [Concerned(id=key, found=tuple(found)) for key, found in by_organization]


def _tell(run: "Run", services: Services, one: Concerned) -> Seen:
    concerned = organization(services.clinic, one.id)
    if concerned is None:
        return Seen()

    def draft(reader: Any) -> "Rendered":
        shown = [Finding(check=new.check, count=new.count, sample=new.sample) for new in one.found]
        return data_integrity(recipient=reader.name, clinic=concerned.name, findings=shown)

    return Mailing(
        run=run,
        services=services,
        organization=concerned,
        key=f"data-integrity/{one.id}",
        occasion=run.slot.label,
        draft=draft,
        roles=READERS,
    ).deliver()


def _summarise(run: "Run", services: Services) -> Result:
    counts: Counter[str] = Counter()
    samples: defaultdict[str, list[str]] = defaultdict(list)
    for page in run.results("check/").values():
        counts[page["check"]] += page["count"]
        samples[page["check"]] += page["sample"]
    issues = [
        {"check": check.name, "count": counts[check.name], "sample": samples[check.name][:SAMPLE]}
        for check in CHECKS
        if counts[check.name]
    ]
    mailed = messaging_result(run, services, "tell")
    data: dict[str, Any] = {"issues": issues, "issues_found": counts.total()}
    absent = [
        check.name for check in CHECKS if not all(map(services.clinic.profile.has, check.needs))
    ]
    if absent:
        data["skipped"] = absent
    return Result(data=data, troubled=mailed.troubled, pending=mailed.pending)


WORKFLOW = Workflow(
    id="fisioflow-data-integrity",
    command="data-integrity",
    summary="Look for records that contradict each other; change nothing.",
    rule=Hourly(6),
    at=time(0),
    cron="0 */6 * * *",
    maximum_age=None,
    deadline=timedelta(hours=1),
    needs=("email",),
    body=_check_all,
    summarise=_summarise,
)
