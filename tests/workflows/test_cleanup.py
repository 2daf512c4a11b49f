"""Clean-up: what has served its time goes, in batches; a health record never does."""

from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from tests.workflows.people import NOW, TODAY, ago, organization, session
from tests.workflows.place import Place

A_SECOND = 1 / 86_400
AT_THREE = NOW.replace(hour=3, minute=0)
SHARP = {"as_of": "2026-03-02T10:30"}
"""NOW to the microsecond: the clock runs on."""
AGES = {"notification_history": 90.0, "password_reset_tokens": 1.0, "health_logs": 30.0}


def old(table: str, name: str, days: float) -> dict[str, Any]:
    """A row of a clean-up target, so many days old at NOW."""
    return {
        "notification_history": {
            "id": name,
            "channel": "email",
            "status": "sent",
            "sent_at": ago(days),
        },
        "password_reset_tokens": {"id": name, "token_hash": "-", "created_at": ago(days)},
        "health_logs": {"id": name, "component": "api", "status": "up", "created_at": ago(days)},
    }[table]


def draft(name: str, days: float, **more: Any) -> dict[str, Any]:
    return session(name, None, **{"status": "incomplete", "updated_at": ago(days), **more})


def offer(name: str, entry: str, days: float = 1, **more: Any) -> dict[str, Any]:
    row = {"id": name, "waitlist_id": entry, "organization_id": "sul", "status": "pending"}
    return {**row, "offered_at": ago(9), "expires_at": ago(days), **more}


def waiting(name: str, refusals: int = 0, status: str = "waiting") -> dict[str, Any]:
    return {"id": name, "status": status, "refusal_count": refusals, "created_at": ago(30)}


def fill(place: Place) -> None:
    for name, age in AGES.items():
        table = schema.METADATA.tables[name]
        place.add(table, old(name, "gone", age + A_SECOND), old(name, "border", age))
        place.add(table, old(name, "kept", age - A_SECOND))
    place.add(schema.sessions, draft("gone", 7 + A_SECOND), draft("border", 7), draft("young", 6))
    place.add(schema.sessions, draft("clinical", 400, plan="Alongar."))
    place.add(schema.sessions, session("done", ago(400), updated_at=ago(400)))
    place.add(schema.waitlist, waiting("w1"), waiting("w2", 2))
    place.add(schema.waitlist_offers, offer("o1", "w1"), offer("o2", "w2"), offer("o3", "w1", -1))


CLEANED = {
    "deleted": {
        "notification_history": 1,
        "password_reset_tokens": 1,
        "health_logs": 1,
        "sessions": 1,
        "delivery_payloads": 0,
        "event_data": 0,
    },
    "expired_waitlist_offers": 2,
    "kept_clinical_sessions": 1,
    "skipped": [],
}


def test_what_has_served_its_time_goes(place: Place) -> None:
    """Exactly as old as the rule says stays: it goes once it is older."""
    fill(place)
    report = place.start("cleanup", **SHARP)
    assert dict(report.result) == CLEANED
    assert (report.status, report.final_code) == ("completed", ExitCode.DONE)
    for name in AGES:
        assert place.ids(schema.METADATA.tables[name]) == ["border", "kept"]
    assert place.ids(schema.sessions) == ["border", "clinical", "done", "young"]


def test_second_start_changes_nothing(place: Place) -> None:
    fill(place)
    first = place.start("cleanup")
    before = place.contents()
    second = place.start("cleanup", at=NOW + timedelta(hours=8))
    assert (second.reused, dict(second.result)) == (True, dict(first.result))
    assert place.contents() == before


def test_age_is_counted_from_the_hour_the_slot_is_for(here: Place) -> None:
    """It was 3 o'clock then, and the token an hour short of its day."""
    here.add(schema.password_reset_tokens, old("password_reset_tokens", "t", 1.25))
    as_of = {"as_of": TODAY.isoformat()}
    assert here.result("cleanup", **as_of)["deleted"]["password_reset_tokens"] == 0
    assert here.ledger("runs")[0]["as_of"] == AT_THREE


@pytest.mark.parametrize(
    "content",
    [
        {"subjective": "Dor"},
        {"objective": "x"},
        {"assessment": "\N{NO-BREAK SPACE}"},
        {"plan": "."},
        {"pain": 0},
    ],
)
def test_draft_with_any_clinical_content_is_never_deleted(
    place: Place, content: dict[str, Any]
) -> None:
    place.add(schema.sessions, draft("s", 4000, **content))
    result = place.result("cleanup")
    assert (result["deleted"]["sessions"], result["kept_clinical_sessions"]) == (0, 1)
    assert place.ids(schema.sessions) == ["s"]


@pytest.mark.parametrize("blank", ["", " ", "\t\r\n "])
def test_blank_draft_is_empty(place: Place, blank: str) -> None:
    place.add(schema.sessions, draft("s", 8, subjective=blank, plan=blank))
    assert place.result("cleanup")["deleted"]["sessions"] == 1


def test_third_refusal_takes_the_entry_off_the_list(place: Place) -> None:
    place.add(
        schema.waitlist,
        waiting("once", 0),
        waiting("thrice", 2),
        waiting("booked", 2, "scheduled"),
        waiting("left", 5, "removed"),
    )
    place.add(
        schema.waitlist_offers,
        *(offer(f"o-{name}", name) for name in ("once", "thrice", "booked", "left", "lost")),
        offer("o-now", "once", 0),
        offer("o-taken", "once", status="accepted"),
    )
    assert place.result("cleanup", **SHARP)["expired_waitlist_offers"] == 5
    entries = {
        row["id"]: (row["status"], row["refusal_count"]) for row in place.rows(schema.waitlist)
    }
    assert entries == {
        "once": ("waiting", 1),
        "thrice": ("removed", 3),
        "booked": ("scheduled", 2),
        "left": ("removed", 5),
    }
    offers = {row["id"]: row["status"] for row in place.rows(schema.waitlist_offers)}
    assert (offers["o-now"], offers["o-taken"]) == ("pending", "accepted")


def test_large_tables_go_batch_by_batch(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fisioflow_cli.clinic.cleaning.BATCH", 3)
    monkeypatch.setattr("fisioflow_cli.workflows.cleanup.BATCH", 3)
    logs = [old("health_logs", f"h{number:02}", 31) for number in range(10)]
    place.add(schema.health_logs, *logs, old("health_logs", "h99", 1))
    place.add(schema.waitlist, waiting("w"))
    place.add(schema.waitlist_offers, *(offer(f"o{number}", "w") for number in range(3)))
    result = place.result("cleanup")
    assert result["deleted"]["health_logs"] == 10
    assert result["expired_waitlist_offers"] == 3
    assert place.ids(schema.health_logs) == ["h99"]
    steps = {step["name"]: step["result"] for step in place.ledger("steps")}
    batches = [steps[f"delete/health_logs/{number}"]["changed"] for number in range(1, 5)]
    assert batches == [3, 3, 3, 1]
    [entry] = place.rows(schema.waitlist)
    assert (entry["status"], entry["refusal_count"]) == ("removed", 3)


def test_dry_run_counts_and_writes_nothing(place: Place) -> None:
    fill(place)
    before = place.contents()
    assert place.result("cleanup", dry_run=True, **SHARP) == CLEANED
    assert place.contents() == before


def test_one_organization_keeps_to_its_own(place: Place) -> None:
    """Whose tokens and logs they are nobody can tell, so those are left alone, and it says so."""
    fill(place)
    place.add(schema.organizations, organization("norte"))
    place.add(schema.sessions, draft("norte", 8, organization_id="norte"))
    place.add(schema.waitlist_offers, offer("o9", "w9", organization_id="norte"))
    result = place.result("cleanup", organization="norte")
    assert result["deleted"] == {"sessions": 1, "delivery_payloads": 0, "event_data": 0}
    assert (result["expired_waitlist_offers"], result["kept_clinical_sessions"]) == (1, 0)
    assert result["skipped"] == list(AGES)
    assert "gone" in place.ids(schema.sessions)


def payload(name: str, days: float, state: str = "sent") -> dict[str, Any]:
    return {
        "id": name,
        "environment": "development",
        "message_key": name,
        "run_id": "earlier",
        "state": state,
        "claim": 1,
        "tries": 1,
        "provider_key": name,
        "payload": "{}",
        "created_at": ago(days),
        "updated_at": ago(days),
    }


def test_texts_of_settled_messages_are_forgotten(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fisioflow_cli.workflows.cleanup.BATCH", 2)
    rows = [payload(f"m{number}", 91) for number in range(5)]
    rows += [
        payload("doubt", 91, "in_doubt"),
        payload("young", 89),
        payload("failed", 91, "failed"),
    ]
    rows.append(payload("elsewhere", 91) | {"environment": "preview:x"})
    place.add(place.ledger_table("deliveries"), *rows)
    assert place.result("cleanup")["deleted"]["delivery_payloads"] == 6
    kept = {row["message_key"] for row in place.ledger("deliveries") if row["payload"]}
    assert kept == {"doubt", "young", "elsewhere"}
    assert len(place.ledger("deliveries")) == len(rows)


def past_event(name: str, days: float, status: str = "completed") -> dict[str, Any]:
    facts = {"data": {"to": "ana@example.com"}, "digest": name, "source": "test", "priority": 2}
    when = {"ts": ago(days), "due_at": ago(days), "accepted_at": ago(days), "updated_at": ago(days)}
    counts = {"attempt": 1, "failures": 0, "generation": 1}
    row = {"id": name, "environment": "development", "name": "email/send", "status": status}
    return {**row, **facts, **when, **counts}


def test_what_finished_events_said_is_forgotten(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fisioflow_cli.workflows.cleanup.BATCH", 2)
    rows = [past_event(f"e{number}", 91) for number in range(3)]
    rows += [past_event("dead", 91, "dead"), past_event("young", 89)]
    place.add(place.ledger_table("events"), *rows)
    assert place.result("cleanup", dry_run=True)["deleted"]["event_data"] == 3
    assert place.result("cleanup")["deleted"]["event_data"] == 3
    kept = {row["id"] for row in place.ledger("events") if row["data"]}
    assert kept == {"dead", "young"}
    assert len(place.ledger("events")) == len(rows)


def test_only_the_present_slot_is_done(here: Place) -> None:
    here.start("cleanup", at=NOW - timedelta(days=3))
    assert here.start("cleanup").caught_up == ()
