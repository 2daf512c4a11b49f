"""Questions to the ledger's history."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.context.history import History, WantedRuns, one_of, open_history
from fisioflow_cli.delivery.decision import Channel
from fisioflow_cli.errors import DatabaseRefused, LedgerMissing, UnknownRun, UsageError
from tests.workflows.people import organization, patient
from tests.workflows.place import Place


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    place = Place(url=f"sqlite:///{tmp_path / 'clinic.db'}", folder=tmp_path).create()
    place.add(schema.organizations, organization())
    place.add(schema.patients, patient("ana"))
    place.start("birthdays")
    place.start("cleanup")
    monkeypatch.setenv("DATABASE_URL", place.url)
    with open_history() as history:
        yield history


def test_newest_by_workflow_and_status(history: History) -> None:
    def found(**asked: str) -> list[str]:
        page = history.page(WantedRuns(**asked), after=None, most=9)
        return [run.workflow for run in page.rows]

    assert sorted(found()) == ["fisioflow-birthday-messages", "fisioflow-daily-cleanup"]
    assert found(workflow="birthdays") == ["fisioflow-birthday-messages"]
    assert found(workflow="fisioflow-daily-cleanup") == ["fisioflow-daily-cleanup"]
    assert found(workflow="send-email") == found(workflow="email/send") == []
    assert found(status="failed") == []
    assert len(history.page(WantedRuns(), after=None, most=1).rows) == 1


@pytest.mark.parametrize("asked", [{"workflow": "x"}, {"status": "x"}, {"status": ""}])
def test_what_does_not_exist(history: History, asked: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="There is no"):
        history.page(WantedRuns(**asked), after=None, most=1)


def test_what_there_is_instead_is_named(history: History) -> None:
    """Fixed: only the scheduled workflows were; a channel was called a status."""
    with pytest.raises(UsageError, match=r"cleanup, .*, or an event .* such as email/send"):
        history.page(WantedRuns(workflow="x"), after=None, most=1)
    with pytest.raises(UsageError, match="There is no channel 'fax'; write one of email"):
        one_of(Channel, "fax")


def test_detail_by_the_beginning_of_an_id(history: History) -> None:
    [run] = history.page(WantedRuns(workflow="birthdays"), after=None, most=1).rows
    for beginning in (run.id, run.id[:9], run.id[:9].upper(), f" {run.id} "):
        detail = history.detail(beginning)
        assert detail.run == run
        assert [step.name for step in detail.steps] == ["greet/1"]
        assert [(tally.state, tally.count) for tally in detail.deliveries] == [("sent", 1)]


@pytest.mark.parametrize("wrong", ["", " ", "g", "%", "_", "\udcff", "é"])
def test_no_run_begins_so(history: History, wrong: str) -> None:
    with pytest.raises(UnknownRun, match="runs list"):
        history.detail(wrong)


def test_nothing_has_ever_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatabaseRefused), open_history():
        pass
    (tmp_path / "clinic.db").touch()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'clinic.db'}")
    with pytest.raises(LedgerMissing), open_history():
        pass
