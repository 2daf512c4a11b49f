"""A report as a person sees it."""

from dataclasses import replace

import pytest

from fisioflow_cli.commands import show_report
from fisioflow_cli.engine.report import Report

DONE = Report(
    run_id="r",
    workflow="fisioflow-birthday-messages",
    slot="2026-03-02",
    environment="development",
    status="completed",
    result={"candidates": 3, "skipped": {"minor": 2, "inactive": 0}, "by_channel": {}},
)


def test_figures_one_to_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_report.show(DONE)
    assert capsys.readouterr().out.splitlines() == [
        "birthdays  2026-03-02  development  completed",
        "  candidates: 3",
        "  skipped: minor 2",
        "  by_channel: –",
    ]


def test_dry_run_has_sent_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    show_report.show(replace(DONE, status="planned", result={"sent": 2, "skipped": {"minor": 1}}))
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  would be sent: 2",
        "  would be skipped: minor 1",
    ]


def test_issues_with_examples() -> None:
    issues = [{"check": "unusable_phones", "count": 9, "sample": ["a", "b", "c", "d"]}]
    assert list(show_report.lines({"issues": issues, "issues_found": 9, "skipped": []})) == [
        "unusable_phones: 9  e.g. a, b, c",
        "issues_found: 9",
        "skipped: –",
    ]


def test_slots_done_on_the_way_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    earlier = Report(
        run_id="q",
        workflow="w",
        slot="2026-03-01",
        environment="development",
        status="partial",
        reused=True,
        result={},
        note="Why.",
    )
    show_report.show(DONE.after([earlier]))
    assert capsys.readouterr().out.startswith("w  2026-03-01  development  partial, done before\n")
    show_report.remark(DONE.after([earlier]))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "fisioflow: w 2026-03-01: Why.\n")


def test_doubts_are_told_with_the_next_command(capsys: pytest.CaptureFixture[str]) -> None:
    earlier = replace(DONE, slot="2026-03-01", result={"sent": 3, "in_doubt": 1}, note="Why.")
    show_report.remark(DONE.after([earlier]))
    about = "fisioflow: birthdays 2026-03-01: "
    assert capsys.readouterr().err.splitlines() == [
        f"{about}Why.",
        f"{about}1 message is in doubt; see `fisioflow deliveries in-doubt`.",
    ]


def test_plan_is_a_table_without_cut_columns(capsys: pytest.CaptureFixture[str]) -> None:
    key = f"birthday/{'x' * 200}/2026"
    row = {"key": key, "action": "skip", "channel": None, "recipient": None, "reason": "minor"}
    report = Report(
        run_id=None,
        workflow="w",
        slot="s",
        environment="e",
        status="planned",
        result={"candidates": 1, "plan": [row]},
    )
    show_report.show(report)
    out = capsys.readouterr().out
    assert "plan" not in out.splitlines()[1]
    assert key in out
    assert out.splitlines()[-1].split() == [key, "skip", "minor"]


def test_what_a_person_typed_is_only_text(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "a\n::error::x\x1b[31m[red]y"
    issues = [{"check": "unusable_emails", "count": 1, "sample": [hostile]}]
    report = Report(
        run_id=None,
        workflow="w",
        slot="s",
        environment="e",
        status="completed",
        result={"issues": issues},
        note=hostile,
    )
    show_report.show(report)
    show_report.remark(report)
    captured = capsys.readouterr()
    assert captured.out.splitlines()[1] == "  unusable_emails: 1  e.g. a ::error::x[31m[red]y"
    assert captured.err.count("\n") == 1
    assert "\x1b" not in captured.out + captured.err
