"""Telling why: sentences and facts for people, one document for programs; addresses masked."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli import console
from fisioflow_cli.commands import show_deliveries
from fisioflow_cli.commands.columns import Row, print_prose, print_rows
from fisioflow_cli.commands.show_page import tell_next
from fisioflow_cli.commands.show_runs import run_document
from fisioflow_cli.console import plain
from fisioflow_cli.context.surroundings import Facts
from fisioflow_cli.context.why import MessageStory, PatientStory, Prospect
from fisioflow_cli.delivery.reasons import SETTLED, headed, words
from fisioflow_cli.ledger.tables import DeliveryState
from fisioflow_cli.workflows.names import workflow_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fisioflow_cli.ledger.deliveries import DeliveryRow

Story = MessageStory | PatientStory
ADDRESSES = ("email", "phone", "organization_id")
NAMES = 21
"""So wide the names of facts are."""
STATES = {"skip": DeliveryState.SKIPPED, "wait": DeliveryState.PENDING}


def show(story: Story) -> None:
    """The whole story."""
    if isinstance(story, MessageStory):
        for name, told in _message(story):
            _fact(name, told)
    else:
        _show_patient(story)


def document(story: Story) -> dict[str, Any]:
    """The JSON form of a story."""
    if isinstance(story, PatientStory):
        return {
            "patient_id": story.patient_id,
            "patient": story.facts,
            "settings": story.settings,
            "timezone": str(story.zone),
            "now": [_prospect(prospect) for prospect in story.now],
            "deliveries": [show_deliveries.document(row) for row in story.page.rows],
            "next": story.page.next,
        }
    return {
        "delivery": show_deliveries.document(story.delivery),
        "kind": story.kind.key if story.kind else None,
        "rule": story.kind.rule if story.kind else None,
        "run": run_document(story.run) if story.run else None,
        "timezone": str(story.zone),
        "template": story.template,
        "reader": story.reader,
        "subject": story.subject,
        "settings": story.settings,
    }


def _message(story: MessageStory) -> "Iterator[tuple[str, str]]":
    row, run = story.delivery, story.run
    yield "message", row.message_key
    yield "outcome", f"{headed(row.state, row.reason)}: {words(row.state, row.reason)}"
    yield (
        "rule",
        story.kind.rule if story.kind else "None of ours: no rule is known for such a key.",
    )
    if run is not None:
        told = f"{workflow_name(run.workflow)}, slot {run.slot}, scope {run.scope}, {run.status}"
        yield "run", f"{run.id} ({told})"
    yield "to", f"{row.recipient or 'nobody yet'} ({row.channel or 'no channel chosen'})"
    if row.provider is not None:
        told = f"{row.provider}, id {row.provider_id or 'unknown'}, requests {row.tries}"
        yield "provider", f"{told}, reference {row.provider_key[: show_deliveries.REFERENCE]}"
    if story.template is not None:
        yield "template", story.template
    yield from _times(row, story.zone)
    yield "reader", _told(story.reader)
    if story.subject is not None:
        yield "about", _told(story.subject)
    yield "settings", _told(story.settings)


def _times(row: "DeliveryRow", zone: ZoneInfo) -> "Iterator[tuple[str, str]]":
    yield "considered", _moment(row.created_at, zone)
    if row.first_attempt_at is not None:
        yield "requested", _moment(row.first_attempt_at, zone)
    yield "changed", _moment(row.updated_at, zone)


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {zone} ({moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC)"


def _told(facts: Facts | None) -> str:
    if facts is None:
        return "not in the clinic's tables (any more), or known to the application only"
    return "; ".join(f"{name}: {told}" for name, told in _in_words(facts).items())


def _in_words(facts: Facts) -> dict[str, str]:
    """Facts as a person reads them."""
    return {name.replace("_", " "): _in_word(name, fact) for name, fact in facts.items()}


def _in_word(name: str, fact: Any) -> str:
    if fact is None:
        return "none" if name in ADDRESSES else "nothing recorded"
    return ("yes" if fact else "no") if isinstance(fact, bool) else str(fact)


def _show_patient(story: PatientStory) -> None:
    _fact("patient", story.patient_id)
    if story.facts is None:
        _fact("known", _told(None))
    for name, told in _in_words(story.facts or {}).items():
        _fact(name, told)
    _fact("settings", _told(story.settings))
    if story.now:
        console.out().print()
        _print_outlook(story)
    console.out().print()
    show_deliveries.show_list(story.page.rows)
    tell_next(story.page)


def _print_outlook(story: PatientStory) -> None:
    rows = [
        Row(cells=(prospect.command, prospect.slot, would), remark=plain(why.replace("`", "")))
        for prospect in story.now
        for would, why in _expected(prospect)
    ]
    print_rows(("now", "slot", "would"), rows, remark="why")


def _expected(prospect: Prospect) -> "Iterator[tuple[str, str]]":
    if not prospect.plan:
        yield "nothing", prospect.nothing or ""
    for planned in prospect.plan:
        code = f" ({planned['reason']})" if planned["reason"] else ""
        yield planned["action"], f"{planned['key']}: {_reason(planned)}{code}"


def _reason(planned: dict[str, Any]) -> str:
    action, reason = planned["action"], planned["reason"]
    if action == "send":
        return f"by {planned['channel']} to {planned['recipient']}"
    if action == "none":
        return SETTLED[reason]
    return words(STATES[action], reason)


def _prospect(prospect: Prospect) -> dict[str, Any]:
    plan = [{**planned, "meaning": _reason(planned)} for planned in prospect.plan]
    return {
        "workflow": prospect.command,
        "slot": prospect.slot,
        "plan": plan,
        "nothing": prospect.nothing,
    }


def _fact(name: str, told: str) -> None:
    print_prose(plain(told.replace("`", "")), before=f"{name:<{NAMES}}")
