"""Another attempt, begun from a page: that it is being started, and how its process ended."""

import time
from datetime import UTC, datetime

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.context.context import Context
from fisioflow_cli.dashboard.live import mark
from fisioflow_cli.dashboard.retrial import sentences
from fisioflow_cli.dashboard.trials import MOST, Trials
from tests.dashboard.scene import HOSTILE, NOON, run_id
from tests.dashboard.served import Served, form_of, serve
from tests.workflows.conftest import here, made_sqlite
from tests.workflows.place import Place

__all__ = ["here", "made_sqlite"]
PATIENCE = 60.0


def test_a_page_says_that_an_attempt_ended_at_once_and_why(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fixed: production without a provider's key got a green "has begun", then "failed" and no word."""
    now = datetime.now(UTC)
    report = here.start("appointment-reminders", at=now)
    with here.writing() as connection:
        connection.execute(here.ledger_table("runs").update().values(status="failed"))
    here.environ["FISIOFLOW_TIMEZONE"] = "Nowhere/At_All"  # what only the process reads: it ends so
    for name, value in {**here.environ, "DATABASE_URL": here.url}.items():
        monkeypatch.setenv(name, value)
    context = Context(settings=here.settings(FISIOFLOW_TIMEZONE="UTC"), clock=Clock())
    with serve(here.url, at=now, allow_actions=True, context=context) as running:
        page = f"/runs/{report.run_id}"
        before = mark(running.facts)
        with running.friend() as client:
            form = form_of(client.get(page).text)
            answer = client.post("/runs/retry", data=form, headers={"Origin": running.url})
            assert "is being started" in client.get(answer.headers["location"]).text
        ended(running)
        text = running.text(page)
        assert "ended with exit code 78:" in text
        assert "FISIOFLOW_TIMEZONE" in text
        assert 'action="/runs/retry"' in text
        assert mark(running.facts) != before  # so that the page renews itself
        assert "FISIOFLOW_TIMEZONE" in running.lines[-1]


def ended(running: Served) -> None:
    until = time.monotonic() + PATIENCE
    while not any("ended with" in line for line in running.lines) and time.monotonic() < until:
        time.sleep(0.05)


def test_while_one_is_at_work_there_is_no_second(quick: Served) -> None:
    trials = quick.facts.trials
    assert trials.begin(run_id(2), NOON)
    assert not trials.begin(run_id(2), NOON)
    assert "is at work" in quick.text(f"/runs/{run_id(2)}")
    trials.end(run_id(2), -9, "")
    assert "was ended by signal 9." in quick.text(f"/runs/{run_id(2)}")
    assert trials.begin(run_id(2), NOON)
    trials.end(run_id(2), 3, HOSTILE)
    text = quick.text(f"/runs/{run_id(2)}")
    assert "exit code 3:" in text
    assert "<script>document" not in text
    trials.begin(run_id(2), NOON)
    trials.end(run_id(2), 0, "Done.")
    assert "asked for at" not in quick.text(f"/runs/{run_id(2)}")


def test_of_what_a_command_says_its_own_sentences_are_kept() -> None:
    said = ["Traceback\n", "fisioflow: a \x1b[31mkey\n", f"fisioflow: {'x' * 900}\n", "noise\n"]
    assert sentences(said) == ["a [31mkey", "x" * 400]
    assert sentences(f"fisioflow: {n}\n" for n in range(9)) == ["4", "5", "6", "7", "8"]


def test_only_so_many_attempts_are_remembered() -> None:
    trials = Trials()
    for number in range(MOST + 1):
        trials.begin(str(number), NOON)
    assert trials.of("0") is None
    assert trials.of(str(MOST)) is not None
