"""What a job is told of starts: which are remarked on, how urgently, and what each row says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fisioflow_cli.actions import files, of_reports
from fisioflow_cli.actions.lines import Kind
from fisioflow_cli.actions.runner import SUMMARY_BYTES, Runner
from fisioflow_cli.engine.report import ALREADY_RUNNING, PLANNED, Report
from fisioflow_cli.errors import ExitCode
from tests.actions.github import rendered

NAMED, LISTED = "`fisioflow runs show r1` names the reasons.", "`fisioflow deliveries in-doubt`"
BEGUN = datetime(2026, 3, 2, 12, tzinfo=UTC)


def report(code: ExitCode = ExitCode.DONE, status: str = "completed", **facts: Any) -> Report:
    """One start of the birthdays; nothing was counted unless `facts` say so."""
    usual: dict[str, Any] = {"workflow": "fisioflow-birthday-messages", "slot": "2026-03-02"}
    usual |= {"run_id": "0123456789", "environment": "production", "result": {}}
    return Report(status=status, exit_code=code, **(usual | facts))


def said(*reports: Report) -> list[tuple[str, str]]:
    return [(str(one.kind), one.message) for one in of_reports.annotations(reports)]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (ExitCode.PARTIAL, Kind.WARNING),
        (ExitCode.TRY_LATER, Kind.WARNING),
        (ExitCode.INTERRUPTED, Kind.WARNING),
        (ExitCode.TERMINATED, Kind.WARNING),
        (ExitCode.FAILED, Kind.ERROR),
        (ExitCode.CONFIGURATION, Kind.ERROR),
        (ExitCode.BAD_INPUT, Kind.ERROR),
    ],
)
def test_what_did_not_end_well_is_remarked_on(code: ExitCode, kind: Kind) -> None:
    assert said(report(code, "failed", note="The provider said no.")) == [
        (kind, "The provider said no.")
    ]


def test_what_went_well_is_not_remarked_on_unless_it_is_news() -> None:
    """Somebody else at work, or a slot that had been missed."""
    missed = report(slot="2026-03-01")
    assert said(report(), report(reused=True)) == []
    assert said(report(status=ALREADY_RUNNING, note="Process 7 works on it.")) == [
        ("notice", "Process 7 works on it.")
    ]
    assert said(report(caught_up=(missed,))) == [
        ("notice", "This slot had been missed or left unfinished; it is done now.")
    ]
    replaced = report(slot="2026-03-01", note="Not finished; another run does its work.")
    assert said(report(caught_up=(replaced,))) == [("notice", replaced.note)]


@pytest.mark.parametrize(
    ("result", "run", "told"),
    [
        (
            {"sent": 3, "failed": 1, "in_doubt": 2, "pending": 0},
            "r1",
            ["sent 3, failed 1, in doubt 2.", NAMED, f"2 messages are in doubt; see {LISTED}."],
        ),
        ({}, "r1", ["It failed.", NAMED]),
        ({}, None, ["It failed."]),
    ],
)
def test_without_a_note_its_figures_and_the_next_command_are_told(
    result: dict[str, int], run: str | None, told: list[str]
) -> None:
    failed = report(ExitCode.PARTIAL, "partial", result=result, run_id=run)
    assert said(failed) == [("warning", " ".join(told))]


def test_row_says_what_became_of_everybody() -> None:
    result = {"candidates": 9, "sent": 4, "failed": 0, "skipped": {"opted_out": 2, "minor": 0}}
    ended = BEGUN + timedelta(seconds=2.25)
    times = {"started_at": BEGUN, "finished_at": ended}
    text = of_reports.markdown([report(result=result, **times), report(reused=True, run_id=None)])
    [[_, first, second]] = rendered(text).tables
    assert first == [
        *("birthdays", "2026-03-02", "completed", "4", "0", "–", "–"),
        *("opted_out 2", "2.2 s", "01234567"),
    ]
    assert second[2] == "completed, done before"
    assert second[-3:] == ["–", "–", "–"]


def test_what_else_was_counted_stands_below() -> None:
    result = {"deleted": {"tokens": 3, "events": 0}, "kept": {"x": 0}, "issues_found": 2, "none": 0}
    counted = report(result=result | {"sent": 7, "skipped": {"minor": 1}, "issues": [1]})
    below = of_reports.markdown([counted]).splitlines()[-1]
    assert below == "- `birthdays` `2026-03-02`: `deleted: tokens 3; issues_found 2`"


def test_rehearsal_counts_what_would_be_done_by_way_and_reason() -> None:
    plan = [{"action": "send", "channel": "email"}] * 2 + [{"action": "skip", "reason": "minor"}]
    planned = report(status=PLANNED, result={"plan": [*plan, "no row"]})
    below = of_reports.markdown([planned]).splitlines()[-1]
    assert below.endswith("a dry run, nothing was written. `send email 2, skip minor 1`")


def test_heading_names_each_outcome_once_in_order() -> None:
    later = report(status="timed_out", caught_up=(report(), report()))
    assert "### FisioFlow: completed, timed out\n" in of_reports.markdown([later, report()])
    assert of_reports.markdown([]) == "\n### FisioFlow: nothing was due\n"


@pytest.mark.parametrize("room", [0, 1, 2, 3])
def test_summary_that_just_fits_is_whole(tmp_path: Path, room: int) -> None:
    """Two bytes for each `é`: what is counted is bytes."""
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * (SUMMARY_BYTES - room))
    files.summarise(Runner(summary=summary, outputs=None), "é\n")
    assert summary.read_bytes()[SUMMARY_BYTES - room :].decode() == ("é\n" if room == 3 else "")


LINE, REST = "\u00e9\n", len(files.CUT.encode())


@pytest.mark.parametrize(
    ("room", "kept"),
    [(REST + 6, LINE * 2), (REST + 5, LINE), (REST + 3, LINE), (REST + 2, ""), (0, ""), (-9, "")],
)
def test_summary_that_does_not_fit_ends_after_a_whole_line(
    tmp_path: Path, room: int, kept: str
) -> None:
    """With a remark; if not one line fits, without anything."""
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * (SUMMARY_BYTES - room))
    files.summarise(Runner(summary=summary, outputs=None), LINE * 100)
    written = summary.read_bytes()[SUMMARY_BYTES - room :].decode()
    assert written == (kept + files.CUT if kept else "")
