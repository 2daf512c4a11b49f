"""Clean-up: what has served its time goes, in batches; a health record never does."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from fisioflow_cli.clinic.cleaning import Batch, Cleaning
from fisioflow_cli.engine.slots import Daily
from fisioflow_cli.engine.workflow import Result, Workflow
from fisioflow_cli.ledger import retention
from fisioflow_cli.workflows.services import Services

if TYPE_CHECKING:
    from fisioflow_cli.engine.run import Run

AGES = {
    "notification_history": timedelta(days=90),
    "password_reset_tokens": timedelta(hours=24),
    "health_logs": timedelta(days=30),
    "sessions": timedelta(days=7),
}
OFFERS = "waitlist_offers"
BATCH = 5000


def _clean(run: "Run", services: Services) -> None:
    cleaning = Cleaning(clinic=services.clinic, only=run.organization)
    if run.dry:
        _count(run, services, cleaning)
        return
    for name, age in AGES.items():
        if cleaning.knows(name):
            _delete(run, cleaning, name, run.as_of - age)
    if cleaning.expires_offers():
        _expire_offers(run, cleaning)
    run.step("kept_clinical_sessions", lambda: _kept(run, cleaning))
    _prune_ledger(run, services)


def _delete(run: "Run", cleaning: Cleaning, name: str, before: datetime) -> None:
    def batch(connection: Any, after: str | None) -> Batch:
        return cleaning.delete(connection, name, before, after)

    _in_batches(run, cleaning, f"delete/{name}", batch)


def _expire_offers(run: "Run", cleaning: Cleaning) -> None:
    def batch(connection: Any, after: str | None) -> Batch:
        return cleaning.expire_offers(connection, run.as_of, after)

    _in_batches(run, cleaning, "expire/offers", batch)


def _in_batches(
    run: "Run", cleaning: Cleaning, name: str, batch: Callable[[Any, str | None], Batch]
) -> None:
    """A step per batch, effect and record in one transaction where they share the database."""
    after, number = None, 1
    while True:

        def do(connection: Any, after: str | None = after) -> dict[str, Any]:
            done = batch(connection, after)
            return {"changed": done.changed, "until": done.until}

        after = run.change(f"{name}/{number}", cleaning.clinic.engine, do)["until"]
        number += 1
        if after is None:
            return


def _prune_ledger(run: "Run", services: Services) -> None:
    for text in retention.Text:
        number = 1
        while True:
            pruned = run.step(f"prune/{text}/{number}", partial(_prune, run, services, text))
            number += 1
            if pruned["changed"] < BATCH:
                break


def _prune(run: "Run", services: Services, text: retention.Text) -> dict[str, int]:
    assert run.lease is not None  # noqa: S101  # not in a dry run
    days = services.payload_days
    return {"changed": retention.prune(run.ledger, run.lease, text, days=days, most=BATCH)}


def _kept(run: "Run", cleaning: Cleaning) -> int:
    return cleaning.kept_clinical_sessions(run.as_of - AGES["sessions"])


def _count(run: "Run", services: Services, cleaning: Cleaning) -> None:
    """The dry run: what each step would change, counted instead of done."""
    for name, age in AGES.items():
        if cleaning.knows(name):
            _foresee(run, f"delete/{name}/1", cleaning.count(name, run.as_of - age))
    if cleaning.expires_offers():
        _foresee(run, "expire/offers/1", cleaning.stale_offers(run.as_of))
    run.step("kept_clinical_sessions", lambda: _kept(run, cleaning))
    if run.remembers:
        for text in retention.Text:
            left = retention.prunable(run.ledger, text, days=services.payload_days)
            _foresee(run, f"prune/{text}/1", left)


def _foresee(run: "Run", step: str, count: int) -> None:
    run.step(step, lambda: {"changed": count})


def _summarise(run: "Run", services: Services) -> Result:
    cleaning = Cleaning(clinic=services.clinic, only=run.organization)
    known = [name for name in AGES if cleaning.knows(name)]
    skipped = [name for name in AGES if name not in known]
    skipped += [] if cleaning.expires_offers() else [OFFERS]
    deleted = {name: _sum(run, f"delete/{name}/") for name in known}
    deleted |= {str(text): _sum(run, f"prune/{text}/") for text in retention.Text}
    return Result(
        data={
            "deleted": deleted,
            "expired_waitlist_offers": _sum(run, "expire/offers/"),
            "kept_clinical_sessions": run.results("kept_clinical_sessions").get(
                "kept_clinical_sessions", 0
            ),
            "skipped": skipped,
        }
    )


def _sum(run: "Run", steps: str) -> int:
    return sum(result["changed"] for result in run.results(steps).values() if result)


WORKFLOW = Workflow(
    id="fisioflow-daily-cleanup",
    command="cleanup",
    summary="Delete what has served its time; keep every health record.",
    rule=Daily(),
    at=time(3),
    cron="0 3 * * *",
    maximum_age=None,
    deadline=timedelta(hours=2),
    needs=(),
    body=_clean,
    summarise=_summarise,
)
