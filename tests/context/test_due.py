"""`due`: whatever is due, of every workflow, each independent of the others."""

import os
import signal
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from fisioflow_cli.clinic import schema
from fisioflow_cli.context.due import Outcome, due, outlook
from fisioflow_cli.errors import ExitCode, LedgerMissing, ProfileDoesNotFit
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.workflows.people import NOW, TODAY, appointment, member, patient, voucher
from tests.workflows.place import Place

AT_ONCE = ["cleanup", "daily-reports", "birthdays", "weekly-summary", "expiring-vouchers"]
COMMANDS = {workflow.id: workflow.command for workflow in WORKFLOWS}
NIGHT = {"FISIOFLOW_SEND_WINDOW": "06:00-07:00"}


def go(place: Place, **more: Any) -> Outcome:
    """A round at NOW, half past ten on a Monday."""
    duration = more.pop("maximum_duration", None)
    return due(place.context(**more), WORKFLOWS, maximum_duration=duration)


def done(outcome: Outcome) -> list[str]:
    return [COMMANDS[report.workflow] for report in outcome.reports]


def test_every_workflow_whose_time_has_come_is_done_and_no_other(place: Place) -> None:
    """Reminders are due at six in the evening."""
    place.add(schema.patients, patient("ana"))
    outcome = go(place)
    assert done(outcome) == [*AT_ONCE, "data-integrity"]
    assert (outcome.exit_code, outcome.left) == (ExitCode.DONE, ())
    assert place.deliveries() == {"birthday/ana/2026": "sent whatsapp"}
    evening = go(place, at=NOW + timedelta(hours=9))
    assert done(evening) == ["appointment-reminders", "data-integrity"]


def test_nothing_due_writes_nothing_and_asks_little(place: Place) -> None:
    go(place)
    before = place.contents()
    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        outcome = go(place, at=NOW + timedelta(minutes=10))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    asked = [one for one in statements if one.lstrip().upper().startswith(("SELECT", "WITH"))]
    # PostgreSQL is asked what it is by each new connection
    assert len([one for one in asked if "pg_catalog" not in one]) <= 9
    assert not [one for one in statements if one.split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert outcome.reports == ()
    assert place.contents() == before


def test_missed_days_are_caught_up_once(here: Place) -> None:
    here.add(schema.staff, member("sara"))
    here.add(
        schema.appointments, *(appointment(f"a{n}", TODAY - timedelta(days=n)) for n in (1, 2, 3))
    )
    go(here, at=NOW - timedelta(days=3))
    later = {COMMANDS[report.workflow]: report for report in go(here).reports}
    assert [each.slot for each in later["daily-reports"].caught_up] == ["2026-02-28", "2026-03-01"]
    assert [each.slot for each in later["birthdays"].caught_up] == ["2026-03-01"]
    assert later["cleanup"].caught_up == ()
    assert done(go(here, at=NOW + timedelta(minutes=1))) == []


def test_outlook_changes_nothing_and_says_what_due_does(place: Place) -> None:
    go(place, at=NOW - timedelta(days=1))
    before = place.contents()
    found = outlook(place.context(), WORKFLOWS)
    assert place.contents() == before
    foreseen = {
        each.agenda.workflow.id: [entry.slot.label for entry in each.agenda.to_do]
        for each in found
        if each.anything
    }
    outcome = go(place)
    assert foreseen == {
        report.workflow: [one.slot for one in (*report.caught_up, report)]
        for report in outcome.reports
    }


def test_one_missing_setting_keeps_no_other_from_its_turn(production: Place) -> None:
    production.environ["RESEND_API_KEY"] = ""
    outcome = go(production)
    codes = {COMMANDS[report.workflow]: report.final_code for report in outcome.reports}
    refused = {name: ExitCode.CONFIGURATION for name in codes if name != "cleanup"}
    assert codes == {"cleanup": ExitCode.DONE, **refused}
    assert len(codes) == 6
    assert outcome.exit_code is ExitCode.CONFIGURATION
    assert all("RESEND_API_KEY" in (r.note or "") for r in outcome.reports if r.exit_code)
    assert [row["workflow"] for row in production.ledger("runs")] == ["fisioflow-daily-cleanup"]


def test_one_defect_keeps_no_other_from_its_turn(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Ana Souza, ana@example.com")

    monkeypatch.setattr("fisioflow_cli.context.context.build_channels", broken)
    outcome = go(here)
    assert len(outcome.reports) == 6
    assert {report.final_code for report in outcome.reports} == {ExitCode.FAILED}
    assert all("RuntimeError" in (report.note or "") for report in outcome.reports)
    assert "Ana" not in str(outcome.document())


def test_wrong_profile_ends_it_before_anything_happens(here: Place) -> None:
    with here.engine() as engine, engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE patients RENAME COLUMN full_name TO nome")
    with pytest.raises(ProfileDoesNotFit):
        go(here)
    assert here.ledger("runs") == []


def test_what_waits_for_daylight_is_resumed_each_time_and_kept(place: Place) -> None:
    place.add(schema.patients, patient("ana"), patient("bia"))
    codes = [go(place, env=NIGHT, at=NOW + timedelta(minutes=10 * n)).exit_code for n in range(3)]
    assert codes == [ExitCode.TRY_LATER] * 3
    [run] = [row for row in place.ledger("runs") if row["status"] == "timed_out"]
    assert run["attempt"] == 3
    counts = Counter(row["run_id"] for row in place.ledger("steps"))
    assert counts[run["id"]] == 1
    morning = go(place, at=NOW + timedelta(hours=1))
    assert [(r.run_id, r.attempt, r.result["sent"]) for r in morning.reports] == [(run["id"], 4, 2)]
    assert go(place, at=NOW + timedelta(hours=1, minutes=20)).reports == ()


def test_signal_ends_it_after_the_step_in_hand(here: Place) -> None:
    here.add(schema.patients, *(patient(f"p{n}") for n in range(3)))
    here.add(schema.vouchers, voucher("v", "p1"))

    def stop(step: str, items: int) -> None:
        if (step, items) == ("greet/1", 1):
            os.kill(os.getpid(), signal.SIGTERM)

    outcome = go(here, watch=stop)
    assert done(outcome) == ["cleanup", "daily-reports", "birthdays"]
    assert outcome.left == ("weekly-summary", "expiring-vouchers", "data-integrity")
    assert outcome.exit_code is ExitCode.TERMINATED
    assert sum(state.startswith("sent") for state in here.deliveries().values()) == 1
    again = go(here, at=NOW + timedelta(minutes=10))
    assert done(again) == ["birthdays", "weekly-summary", "expiring-vouchers", "data-integrity"]
    assert all(state.startswith("sent") for state in here.deliveries().values())


def test_deadline_is_for_all_together(here: Place) -> None:
    outcome = go(here, maximum_duration=timedelta(microseconds=1))
    assert (outcome.reports, outcome.exit_code) == ((), ExitCode.TRY_LATER)
    assert outcome.left == (*AT_ONCE, "data-integrity")
    assert here.ledger("runs") == []


def test_one_workflow_alone(here: Place) -> None:
    chosen = [workflow for workflow in WORKFLOWS if workflow.command == "birthdays"]
    assert done(due(here.context(), chosen)) == ["birthdays"]
    assert len(here.ledger("runs")) == 1


def test_new_sqlite_file_is_made_ready_as_by_any_start(tmp_path: Path) -> None:
    (tmp_path / "new.db").touch()
    place = Place(url=f"sqlite:///{tmp_path / 'new.db'}", folder=tmp_path)
    assert len(go(place).reports) == 6


def test_postgresql_without_a_ledger_is_refused(postgres_url: str, tmp_path: Path) -> None:
    place = Place(url=postgres_url, folder=tmp_path)
    with place.engine() as engine:
        schema.create(engine)
    with pytest.raises(LedgerMissing):
        go(place)


def test_other_zones_have_their_own_day(here: Place) -> None:
    """Half past ten in São Paulo is half past eight in Rio Branco: greetings are not due there."""
    outcome = go(here, env={"FISIOFLOW_TIMEZONE": "America/Rio_Branco"})
    assert done(outcome) == ["cleanup", "daily-reports", "data-integrity"]


def test_document_tells_notes_and_codes(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    document = go(here, env=NIGHT).document()
    assert (document["exit_code"], document["left"]) == (ExitCode.TRY_LATER, [])
    codes = {report["workflow"]: report["exit_code"] for report in document["reports"]}
    assert codes["fisioflow-birthday-messages"] == ExitCode.TRY_LATER
    assert codes["fisioflow-daily-cleanup"] == ExitCode.DONE
    [birthdays] = [r for r in document["reports"] if r["exit_code"]]
    assert birthdays["note"].startswith("1 left pending")
    assert datetime.fromisoformat(birthdays["started_at"]).tzinfo is not None
