"""The slots there are: written ahead, so that what nobody started can be named by SQL alone."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from fisioflow_cli.ledger import runs, slots
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.ledger.runs import Occasion
from fisioflow_cli.ledger.slots import SlotRow
from fisioflow_cli.ledger.tables import RunStatus
from tests.engine.workbench import Bench

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def _slot(label: str, due: timedelta, expires: timedelta) -> SlotRow:
    return SlotRow(slot=label, due_at=NOW + due, expires_at=NOW + expires)


def _view(ledger: Ledger, name: str) -> list[dict[str, object]]:
    prefix = "fisioflow." if ledger.engine.dialect.name == "postgresql" else "fisioflow_"
    with ledger.reading() as connection:
        rows = connection.execute(text(f"SELECT * FROM {prefix}{name}")).mappings()
        return [dict(row) for row in rows]


def _finish(ledger: Ledger, slot: str, status: RunStatus) -> None:
    occasion = Occasion(workflow="w", slot=slot, scope="all")
    runs.open_run(ledger, occasion, generation=1, as_of=NOW)
    row = runs.latest(ledger, occasion)
    assert row is not None
    lease = runs.acquire(ledger, row, {}, 60, owner_gone=True)
    assert lease is not None
    runs.finish(ledger, lease, status, result={}, error=None)


def test_nothing_is_known_before_it_is_written(bench: Bench) -> None:
    assert slots.known(bench.ledger, "w") is None
    slots.fill(bench.ledger, "w", [])
    assert slots.known(bench.ledger, "w") is None


def test_filling_again_moves_what_the_schedule_moved(bench: Bench) -> None:
    slots.fill(bench.ledger, "w", [_slot("1", -HOUR, HOUR), _slot("2", HOUR, 2 * HOUR)])
    slots.fill(bench.ledger, "w", [_slot("2", 2 * HOUR, 3 * HOUR)])
    assert slots.known(bench.ledger, "w") == (NOW - HOUR, NOW + 2 * HOUR)
    assert slots.known(bench.ledger, "v") is None


def test_slots_of_another_environment_are_not_ours(bench: Bench) -> None:
    """Ours would be thought written down already, and a miss be named by nobody."""
    other = Ledger(engine=bench.ledger.engine, environment="preview:x", clock=bench.clock)
    slots.fill(other, "w", [_slot("1", -HOUR, HOUR)])
    assert slots.known(bench.ledger, "w") is None


def test_missed_slots_are_named_by_sql_alone(bench: Bench) -> None:
    """What is done, or not due yet, is none; `all` counts, one organization does not."""
    ledger = bench.ledger
    slots.fill(
        ledger,
        "w",
        [
            _slot("lost", -9 * HOUR, -HOUR),
            _slot("due", -2 * HOUR, HOUR),
            _slot("unfinished", -2 * HOUR, HOUR),
            _slot("done", -2 * HOUR, HOUR),
            _slot("partial", -2 * HOUR, HOUR),
            _slot("ahead", HOUR, 2 * HOUR),
        ],
    )
    for slot, status in (
        ("done", RunStatus.COMPLETED),
        ("partial", RunStatus.PARTIAL),
        ("unfinished", RunStatus.TIMED_OUT),
    ):
        _finish(ledger, slot, status)
    runs.open_run(ledger, Occasion(workflow="w", slot="due", scope="o1"), generation=1, as_of=NOW)
    found = {(row["slot"], row["state"], row["run_status"]) for row in _view(ledger, "v_missed")}
    assert found == {
        ("lost", "missed", None),
        ("due", "due", None),
        ("unfinished", "unfinished", "timed_out"),
    }


def test_another_environment_s_run_does_no_slot(bench: Bench) -> None:
    slots.fill(bench.ledger, "w", [_slot("due", -HOUR, HOUR)])
    other = Ledger(engine=bench.ledger.engine, environment="preview:x", clock=bench.clock)
    _finish(other, "due", RunStatus.COMPLETED)
    assert [row["slot"] for row in _view(bench.ledger, "v_missed")] == ["due"]
