"""The SQL views: what docs/ledger-views.md says, and nothing that a person wrote or may be reached by."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from fisioflow_cli.ledger import runs, steps
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.ledger.steps import StepRow
from fisioflow_cli.ledger.tables import DeliveryState, StepStatus
from tests.engine.workbench import Bench
from tests.ledger.inbox import Inbox

DOCUMENT = Path(__file__).parents[2] / "docs" / "ledger-views.md"
VIEWS = ("v_runs", "v_steps", "v_deliveries", "v_missed")
THEN = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _columns(ledger: Ledger, view: str) -> list[str]:
    return list(_select(ledger, view)[0])


def _select(ledger: Ledger, view: str) -> tuple[list[str], list[dict[str, object]]]:
    prefix = "fisioflow." if ledger.engine.dialect.name == "postgresql" else "fisioflow_"
    with ledger.reading() as connection:
        result = connection.execute(text(f"SELECT * FROM {prefix}{view}"))
        names = list(result.keys())
        return names, [dict(row) for row in result.mappings()]


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_is_documented(bench: Bench, view: str) -> None:
    _, section = DOCUMENT.read_text().split(f"## `{view}`", 1)
    section = section.split("\n## ", 1)[0]
    documented = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    assert documented == _columns(bench.ledger, view)


def test_views_show_what_was_done(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    claimed = inbox.one()
    ledger = bench.ledger
    inbox.message(claimed, "event/e1/email", DeliveryState.SENT)
    row = StepRow(
        run_id=claimed.lease.run_id,
        name="greet/1",
        status=StepStatus.COMPLETED,
        attempt=1,
        tries=2,
        started_at=THEN,
        finished_at=THEN + timedelta(seconds=1.5),
        result={"items": 1},
        error=None,
    )
    ledger.write(lambda connection: steps.record(ledger, connection, row), claimed.lease)
    (run,) = _select(ledger, "v_runs")[1]
    (step,) = _select(ledger, "v_steps")[1]
    (delivery,) = _select(ledger, "v_deliveries")[1]
    found = runs.get(ledger, claimed.lease.run_id)
    assert found is not None
    assert (run["run_id"], run["workflow"], run["slot"]) == (found.id, found.workflow, "e1")
    assert (step["workflow"], step["tries"]) == (found.workflow, 2)
    assert step["duration_seconds"] == pytest.approx(1.5, abs=0.002)
    assert (delivery["message_key"], delivery["state"]) == ("event/e1/email", "sent")
    assert (delivery["workflow"], delivery["slot"]) == (found.workflow, "e1")


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_shows_payloads_or_provider_keys(bench: Bench, view: str) -> None:
    assert not {"payload", "provider_key", "data", "owner"} & set(_columns(bench.ledger, view))
