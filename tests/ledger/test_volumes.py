"""How much there was, by hour and kind, of a bounded number of rows."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from fisioflow_cli.ledger import recent_runs, volumes
from fisioflow_cli.ledger.runs import Occasion, open_run
from fisioflow_cli.ledger.tables import RunStatus
from tests.engine.workbench import MONDAY, Bench, workflow
from tests.ledger.inbox import Inbox

START = MONDAY.astimezone(UTC)


def at(bench: Bench, hours: float) -> Inbox:
    """The inbox so many hours after the start."""
    local = (MONDAY + timedelta(hours=hours)).replace(tzinfo=None)
    return Inbox(ledger=bench.at(local.isoformat()).ledger)


def test_rows_count_in_the_hour_in_which_they_came_to_be_so(bench: Bench) -> None:
    at(bench, 0).put("a", "b")
    at(bench, 3).put("c")
    at(bench, 3).put("x", workflow=None)
    found = volumes.events(bench.ledger, START - timedelta(days=1))
    by_hour = {(volume.hour, volume.kind): volume.count for volume in found.rows}
    first, later = (
        (START + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        for hours in (0, 3)
    )
    assert by_hour == {(first, "waiting"): 2, (later, "waiting"): 1, (later, "ignored"): 1}
    assert found.since == START - timedelta(days=1)


def test_what_was_before_is_not_counted(bench: Bench) -> None:
    at(bench, 0).put("a")
    at(bench, 5).put("b")
    found = volumes.events(bench.ledger, START + timedelta(hours=2))
    assert [volume.count for volume in found.rows] == [1]


def test_too_much_is_counted_from_the_end_and_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volumes, "MOST_ROWS", 3)
    for hours in range(5):
        at(bench, hours).put(f"e{hours}")
    found = volumes.events(bench.ledger, START - timedelta(days=1))
    assert sum(volume.count for volume in found.rows) == 3
    assert found.since == datetime(2026, 11, 23, 16, tzinfo=UTC)  # the third hour is cut


def test_runs_and_deliveries_are_counted_too(bench: Bench) -> None:
    inbox = at(bench, 0)
    inbox.put("a")
    claimed = inbox.one()
    inbox.message(claimed, "event/a/email", "sent")
    inbox.message(claimed, "event/a/push", "skipped", reason="no_contact")
    since = START - timedelta(days=1)
    states = Counter(
        {volume.kind: volume.count for volume in volumes.deliveries(bench.ledger, since).rows}
    )
    assert states == {"sent": 1, "skipped": 1}
    assert [volume.kind for volume in volumes.runs(bench.ledger, since).rows] == ["running"]


def test_the_last_runs_of_each_workflow_newest_first(bench: Bench) -> None:
    for number in range(4):
        bench.start(workflow(id="w"), as_of=f"2026-11-2{number}")
        bench.clock.jump(timedelta(minutes=1))
    open_run(
        bench.ledger, Occasion(workflow="v", slot="s", scope="all"), generation=1, as_of=MONDAY
    )
    found = recent_runs.latest(bench.ledger, ["w", "v", "none"], most=2)
    assert [run.slot for run in found["w"]] == ["2026-11-23", "2026-11-22"]
    assert [run.took is not None for run in found["w"]] == [True, True]
    assert [(run.status, run.took) for run in found["v"]] == [(RunStatus.RUNNING, None)]
    assert found["none"] == []
    assert recent_runs.latest(bench.ledger, ["v"], most=2, statuses=[RunStatus.COMPLETED]) == {
        "v": []
    }
    assert recent_runs.latest(bench.ledger, [], most=2) == {}
