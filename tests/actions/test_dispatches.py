"""What a job is told of a dispatch: the figures, and whatever needs a person, once."""

from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from fisioflow_cli.actions import of_dispatch
from fisioflow_cli.context.dispatching import Outcome
from fisioflow_cli.engine.summary import Summary
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.intake.settle import Counts
from fisioflow_cli.ledger.events import EventRow
from tests.actions.github import Job, parse

TOLD = (
    "lines: accepted 2, ignored 0, duplicate 0, rejected 1; events: completed 1, waiting 0, dead 1; "
    "messages: sent 3, failed 0, in doubt 0, pending 0, skipped 4"
)


def outcome(
    code: ExitCode = ExitCode.DONE, note: str | None = None, *, rejected: int = 0
) -> Outcome:
    """A dispatch of two lines, with an event that went well and a dead one."""
    summary = Summary(
        events=Counter(completed=1, dead=1),
        messages=Counter(sent=3, skipped=4),
        exit_code=code,
        note=note,
    )
    return Outcome(counts=Counts(accepted=2, rejected=rejected), summary=summary, rejects=Path("r"))


def dead(**facts: str | None) -> EventRow:
    usual = {"id": "ana@example.com", "name": "email/send", "run_id": "r1", "error": "http_422"}
    return EventRow(**dict.fromkeys(each.name for each in fields(EventRow)) | usual | facts)


DEAD = ("error", "email/send is dead", "http_422 `fisioflow runs show r1` says more.")


@pytest.mark.parametrize(
    ("ended", "events", "told"),
    [
        (outcome(), [], []),
        (outcome(ExitCode.TRY_LATER, "3 wait."), [], [("warning", "dispatch", "3 wait.")]),
        (outcome(ExitCode.FAILED, "It broke."), [], [("error", "dispatch", "It broke.")]),
        (outcome(ExitCode.PARTIAL, "2 doubts."), [], [("warning", "dispatch", "2 doubts.")]),
        (outcome(ExitCode.PARTIAL, "See the list."), [dead()], [DEAD]),
        (
            outcome(ExitCode.TRY_LATER, "3 wait."),
            [dead()],
            [DEAD, ("warning", "dispatch", "3 wait.")],
        ),
        (
            outcome(rejected=1),
            [],
            [("error", "rejected lines", "1 lines were rejected; they are in the rejects file.")],
        ),
    ],
)
def test_what_needs_a_person_is_remarked_on_once(
    ended: Outcome,
    events: list[EventRow],
    told: list[tuple[str, str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    job = Job(folder=tmp_path / "runner")
    for name, value in job.env.items():
        monkeypatch.setenv(name, value)
    of_dispatch.tell(ended, events)
    found = [parse(line) for line in capsys.readouterr().err.splitlines()]
    assert [(one.name, one.properties["title"], one.data) for one in found if one] == told
    assert job.outputs["exit_code"] == str(int(ended.exit_code))
    assert (job.outputs["sent"], job.outputs["dead"]) == ("3", "1")
    assert job.summary.startswith("\n### FisioFlow dispatch\n")
    assert "ana@example.com" not in job.summary


def test_summary_has_the_figures_the_note_and_the_dead() -> None:
    text = of_dispatch.markdown(
        outcome(note="See the list.", rejected=1), [dead(), dead(run_id=None, error=None)]
    )
    assert f"\n{TOLD}\n\n`See the list.`\n" in text
    assert text.splitlines()[-2:] == [
        "| `email/send` | `r1` | `http_422` |",
        "| `email/send` | – | – |",
    ]


def test_without_dead_events_and_a_note_the_figures_are_all() -> None:
    text = of_dispatch.markdown(outcome(rejected=1), [])
    assert text == f"\n### FisioFlow dispatch\n\n{TOLD}\n"
