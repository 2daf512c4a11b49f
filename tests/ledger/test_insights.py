"""The statements on insights: what is stored, and what may answer for the same input again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fisioflow_cli.ledger import insights
from fisioflow_cli.ledger.insights import InsightRow
from fisioflow_cli.ledger.tables import InsightStatus
from tests.engine.workbench import Bench

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROW = InsightRow(
    id="i1",
    environment="development",
    organization_id="sul",
    patient_id="ana",
    run_id="r1",
    status=InsightStatus.STORED,
    model="gpt-test",
    input_sha256="abc",
    input_tokens=412,
    output_tokens=97,
    sessions=3,
    insight={"summary": "Evolução boa ✓", "trends": [], "adherence": None},
    acknowledged_at=None,
    created_at=NOON,
)


def store(bench: Bench, *rows: InsightRow) -> None:
    for row in rows:
        own = replace(row, environment=bench.ledger.environment)
        bench.ledger.write(
            lambda connection, own=own: insights.store(bench.ledger, connection, own)
        )


def latest(bench: Bench, **other: Any) -> str | None:
    """The id of what answers for the input of ROW, asked a day later."""
    asked: dict[str, Any] = {"organization_id": "sul", "patient_id": "ana", "input_sha256": "abc"}
    found = insights.latest_by_hash(bench.ledger, **{**asked, "since": NOON, **other})
    return found.id if found else None


def test_row_comes_back_as_it_was(bench: Bench) -> None:
    store(bench, ROW)
    found = insights.find(bench.ledger, "i1")
    assert found == replace(ROW, environment=bench.ledger.environment)
    assert insights.find(bench.ledger, "i2") is None


def test_row_without_an_insight(bench: Bench) -> None:
    """The column is null, not the JSON text `null`."""
    bare = replace(ROW, status=InsightStatus.REFUSED, insight=None, input_tokens=None)
    store(bench, bare)
    assert insights.find(bench.ledger, "i1") == replace(bare, environment=bench.ledger.environment)
    table = bench.ledger.tables.insights
    with bench.ledger.reading() as connection:
        query = table.select().where(table.c.insight.is_(None))
        assert len(connection.execute(query).all()) == 1


def test_newest_stored_one_answers(bench: Bench) -> None:
    store(bench, ROW, replace(ROW, id="i2", created_at=NOON + timedelta(hours=2)))
    assert latest(bench) == "i2"


def test_since_is_included(bench: Bench) -> None:
    store(bench, ROW)
    assert latest(bench, since=NOON) == "i1"
    assert latest(bench, since=NOON + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "other",
    [{"organization_id": "norte"}, {"patient_id": "bia"}, {"input_sha256": "abd"}],
    ids=lambda other: next(iter(other)),
)
def test_only_the_same_case_answers(bench: Bench, other: dict[str, str]) -> None:
    store(bench, ROW)
    assert latest(bench, **other) is None


@pytest.mark.parametrize(
    "status", [one for one in InsightStatus if one is not InsightStatus.STORED]
)
def test_only_an_insight_answers(bench: Bench, status: InsightStatus) -> None:
    store(bench, replace(ROW, status=status, insight=None))
    assert latest(bench) is None


def test_other_environment_answers_nothing(bench: Bench) -> None:
    store(bench, ROW)
    table = bench.ledger.tables.insights
    with bench.ledger.writing() as connection:
        connection.execute(table.update().values(environment="preview:x"))
    assert latest(bench) is None


def test_same_id_is_not_stored_twice(bench: Bench) -> None:
    store(bench, ROW)
    with pytest.raises(Exception, match=r"(?i)unique"):
        store(bench, ROW)
