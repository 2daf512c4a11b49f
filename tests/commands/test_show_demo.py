"""The demonstration as a person sees it."""

from pathlib import Path

import pytest

from fisioflow_cli import settings
from fisioflow_cli.commands import show_demo
from fisioflow_cli.context.demonstration import Demonstration
from fisioflow_cli.engine.report import Report


def report(result: dict[str, object], *, reused: bool = False, status: str = "completed") -> Report:
    return Report(
        run_id="0123456789",
        workflow="fisioflow-x",
        slot="2026-03-02",
        environment="development",
        status=status,
        reused=reused,
        result=result,
    )


MESSAGES = {
    "candidates": 4,
    "sent": 2,
    "failed": 0,
    "in_doubt": 1,
    "pending": 0,
    "skipped": {"minor": 1},
    "by_channel": {"email": 2},
}
ISSUES = {"issues": [{}, {}], "issues_found": 7}
DELETED = {"deleted": {"a": 3, "b": 4}, "expired_waitlist_offers": 5, "kept_clinical_sessions": 6}


@pytest.fixture
def demonstration(tmp_path: Path) -> Demonstration:
    own = settings.load({"FISIOFLOW_HOME": str(tmp_path)}, tmp_path)
    return Demonstration.of(own, watch=lambda _step, _items: None)


def test_every_kind_of_result_in_words(
    demonstration: Demonstration, capsys: pytest.CaptureFixture[str]
) -> None:
    first = [report(result) for result in (MESSAGES, ISSUES, DELETED)]
    show_demo.show(demonstration, first, [report({}, reused=True)] * 3)
    out = capsys.readouterr().out
    for words in (
        "2 sent (2 email); 1 in doubt; skipped 1 minor",
        "7 issues found by 2 checks",
        "7 rows deleted, 5 waitlist offers expired, 6 clinical drafts kept",
        "the second start of all six sent nothing again",
        "fisioflow runs show 01234567",
        str(demonstration.outbox),
    ):
        assert words in out


def test_second_round_that_did_something_is_not_praised(
    demonstration: Demonstration, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = MESSAGES | {"sent": 0, "in_doubt": 0, "skipped": {}, "by_channel": {}}
    first, second = [report(nothing, status="timed_out")] * 3, [report(nothing)] * 3
    show_demo.show(demonstration, first, second)
    out = capsys.readouterr().out
    assert "nothing sent" in out
    assert "sent nothing again" not in out
