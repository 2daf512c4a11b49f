"""What a start tells: the JSON document and the exit code of all its slots."""

from datetime import UTC, datetime

import pytest

from fisioflow_cli.engine.report import Report
from fisioflow_cli.errors import ExitCode

C = ExitCode


def _report(code: ExitCode = C.DONE, slot: str = "2026-11-23", note: str | None = None) -> Report:
    return Report(
        run_id="r",
        workflow="w",
        slot=slot,
        environment="development",
        status="completed",
        result={"sent": 1},
        exit_code=code,
        note=note,
    )


@pytest.mark.parametrize(
    ("codes", "final"),
    [
        ([C.DONE, C.DONE], C.DONE),
        ([C.PARTIAL, C.DONE], C.PARTIAL),
        ([C.BAD_INPUT, C.PARTIAL], C.PARTIAL),
        ([C.DONE, C.BAD_INPUT], C.BAD_INPUT),
        ([C.TRY_LATER, C.PARTIAL, C.BAD_INPUT], C.TRY_LATER),
        ([C.TRY_LATER, C.FAILED], C.FAILED),
        ([C.PARTIAL, C.CONFIGURATION, C.FAILED, C.TRY_LATER], C.CONFIGURATION),
        ([C.CONFIGURATION, C.TERMINATED], C.TERMINATED),
        ([C.FAILED, C.INTERRUPTED], C.INTERRUPTED),
    ],
)
def test_most_urgent_code_of_all_slots_is_the_starts(
    codes: list[ExitCode], final: ExitCode
) -> None:
    for own, *others in (codes, codes[::-1]):
        assert _report(own).after(_report(code) for code in others).final_code is final


def test_document_has_the_documented_keys() -> None:
    began = datetime(2026, 11, 23, 12, tzinfo=UTC)
    shown = Report(
        run_id="r",
        workflow="w",
        slot="2026-11-23",
        environment="preview:x",
        status="partial",
        reused=True,
        attempt=2,
        started_at=began,
        finished_at=None,
        result={"sent": 1},
        note="not shown",
        exit_code=C.PARTIAL,
    ).document()
    assert shown == {
        "run_id": "r",
        "workflow": "w",
        "slot": "2026-11-23",
        "environment": "preview:x",
        "status": "partial",
        "reused": True,
        "attempt": 2,
        "started_at": "2026-11-23T12:00:00+00:00",
        "finished_at": None,
        "result": {"sent": 1},
    }


def test_document_of_several_slots_says_of_each_why_it_ended() -> None:
    """What was caught up on the way told neither why it ended early nor with which code."""
    shown = _report().after([_report(C.FAILED, note="The provider said no.")]).detailed()
    assert (shown["note"], shown["exit_code"]) == (None, C.FAILED)
    [caught_up] = shown["caught_up"]
    assert (caught_up["note"], caught_up["exit_code"]) == ("The provider said no.", C.FAILED)


def test_slots_done_on_the_way_have_the_same_form() -> None:
    shown = _report().after([_report(slot="2026-11-21"), _report(slot="2026-11-22")]).document()
    assert [each["slot"] for each in shown["caught_up"]] == ["2026-11-21", "2026-11-22"]
    assert shown["caught_up"][0].keys() == _report().document().keys()
