"""Runs as tables and as documents."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from fisioflow_cli import console
from fisioflow_cli.commands import show_run, show_runs
from fisioflow_cli.context.history import Detail
from fisioflow_cli.ledger.deliveries import Tally
from fisioflow_cli.ledger.runs import RunRow
from fisioflow_cli.ledger.steps import StepRow
from fisioflow_cli.ledger.tables import DeliveryState, RunStatus, StepStatus

BEGAN = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
RUN = RunRow(
    id="3f2a0000-0000-4000-8000-000000000000",
    environment="development",
    workflow="fisioflow-birthday-messages",
    slot="2026-03-02",
    scope="all",
    generation=1,
    status=RunStatus.COMPLETED,
    attempt=2,
    owner=None,
    leased=False,
    as_of=BEGAN,
    created_at=BEGAN,
    started_at=BEGAN,
    finished_at=BEGAN + timedelta(seconds=1.5),
    result={"candidates": 1},
    error=None,
)
STEP = StepRow(
    run_id=RUN.id,
    name="greet/1",
    status=StepStatus.COMPLETED,
    attempt=1,
    tries=1,
    started_at=BEGAN,
    finished_at=BEGAN + timedelta(minutes=3),
    result={"items": 1},
    error=None,
)
SENT = Tally(state=DeliveryState.SENT, reason=None, channel="email", count=4)


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    again = replace(RUN, generation=2, finished_at=None, status=RunStatus.RUNNING)
    show_runs.show_list([again, RUN])
    lines = capsys.readouterr().out.splitlines()
    assert "2026-03-02 (generation 2)" in lines[1]
    assert lines[1].split()[-1] == "–"
    assert lines[2].split()[0] == "3f2a0000"
    assert lines[2].split()[-2:] == ["1.50", "s"]


def test_list_breaks_no_name_in_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = Console(width=80, markup=False, emoji=False, highlight=False, record=True)
    monkeypatch.setattr(console, "out", lambda: narrow)
    reminders = replace(RUN, workflow="fisioflow-appointment-reminders")
    integrity = replace(RUN, workflow="fisioflow-data-integrity", slot="2026-03-02T06")
    show_runs.show_list([reminders, integrity])
    lines = narrow.export_text().splitlines()
    assert len(lines) == 3
    assert "appointment-reminders" in lines[1]
    assert "2026-03-02T06" in lines[2]
    assert lines[2].split()[-2:] == ["1.50", "s"]


@pytest.mark.parametrize("width", [80, 100, 120])
def test_one_run_for_an_organization_breaks_no_slot(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """Fixed: its column made `2026-11-2` and `8` of every slot."""
    narrow = Console(width=width, markup=False, emoji=False, highlight=False, record=True)
    monkeypatch.setattr(console, "out", lambda: narrow)
    show_runs.show_list([replace(RUN, scope="demo-rio-negro"), replace(RUN, slot="e" * 36)])
    text = narrow.export_text()
    for whole in ("2026-03-02 ", "e" * 36, "demo-rio-negro", "2026-03-02 13:30"):
        assert whole in text
    assert max(map(len, text.splitlines())) <= width


def test_of_a_step_its_figures_are_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fixed: JSON in a narrow column, names and ids cut off, 130 lines of it."""
    narrow = Console(width=80, markup=False, emoji=False, highlight=False, record=True)
    monkeypatch.setattr(console, "out", lambda: narrow)
    name = "check/appointments_without_patient/1"
    result = {"check": "x", "count": 3, "sample": ["a"], "until": "demo-patient-0010", "parked": []}
    steps = [replace(STEP, name=name, result=result), replace(STEP, result=23, tries=2)]
    skipped = "inactive 1, invalid_contact 1, minor 1, no_contact 1, opted_out 1, cancelled 1"
    run = replace(RUN, result={"skipped": dict(word.split() for word in skipped.split(", "))})
    show_run.show_detail(Detail(run=run, steps=steps, deliveries=[]))
    shown = [line.rstrip() for line in narrow.export_text().splitlines()]
    assert f"{name}  completed  3.0 min  1      count 3" in shown
    assert shown[-1].split() == ["greet/1", "completed", "3.0", "min", "2", "23"]
    assert "…" not in "".join(shown)
    assert not [line for line in shown if line.startswith(("cancelled", "opted_out"))]


def test_nothing_to_list_is_talk_not_data(capsys: pytest.CaptureFixture[str]) -> None:
    show_runs.show_list([])
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "No such runs.\n")


def test_detail(capsys: pytest.CaptureFixture[str]) -> None:
    failed = replace(STEP, name="settle", status=StepStatus.FAILED, result=None, error="KeyError")
    detail = Detail(run=replace(RUN, error="Why."), steps=[STEP, failed], deliveries=[SENT])
    show_run.show_detail(detail)
    out = capsys.readouterr().out
    for shown in (
        "workflow   birthdays  slot",
        "id         fisioflow-birthday-messages\n",
        "note       Why.",
        "candidates: 1",
        "items 1\n",
        "3.0 min",
        "KeyError",
        "sent",
    ):
        assert shown in out


def test_hostile_scope_and_error_are_only_text(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "a\n::error::x\x1b[31m##[group]"
    run = replace(
        RUN, scope=hostile, error=hostile, slot=hostile, workflow=hostile, result={"x": hostile}
    )
    step = replace(STEP, name=hostile, result={"until": hostile})
    tally = replace(SENT, reason=hostile, channel=hostile)
    show_runs.show_list([run])
    show_run.show_detail(Detail(run=run, steps=[step], deliveries=[tally]))
    out = capsys.readouterr().out
    assert not any(line.lstrip().startswith("::") for line in out.splitlines())
    assert "\x1b" not in out
    assert "##[" not in out


def test_document() -> None:
    document = show_runs.detail_document(Detail(run=RUN, steps=[STEP], deliveries=[SENT]))
    assert document["started_at"] == "2026-03-02T13:30:00+00:00"
    assert document["steps"][0]["duration_seconds"] == 180.0
    assert document["deliveries"] == [
        {"state": "sent", "reason": None, "channel": "email", "count": 4}
    ]
    assert show_runs.run_document(replace(RUN, finished_at=None))["finished_at"] is None
