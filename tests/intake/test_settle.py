"""A batch is settled as a whole; what no database can hold is taken out of it."""

import json
from typing import Any

import pytest

from fisioflow_cli.errors import DatabaseUnavailable
from fisioflow_cli.intake import interpret
from fisioflow_cli.intake.feed import Counts
from fisioflow_cli.intake.identity import Origin
from fisioflow_cli.intake.interpret import Read
from fisioflow_cli.intake.lines import Splitter
from fisioflow_cli.intake.settle import UNSTORABLE, Settler
from fisioflow_cli.ledger.events import NewEvent
from tests.engine.workbench import losing_answers
from tests.intake.desk import Desk, event, line

ORIGIN = Origin(name="stdin")


def _read(event_id: str, **facts: Any) -> Read:
    (raw,) = Splitter().feed(line(event_id).encode())
    usual: dict[str, Any] = {
        "name": "email/send",
        "data": event(event_id)["data"],
        "ts": None,
        "source": "stdin",
        "workflow": "fisioflow-send-email",
    }
    new = NewEvent(id=event_id, **{**usual, **facts})
    return Read(line=raw, origin=ORIGIN, raw=raw.raw, event=new)


def _settler(desk: Desk) -> Settler:
    return Settler(ledger=desk.ledger, rejects=desk.rejects, offered=desk.heard.batch)


@pytest.mark.parametrize(
    "poison", [{"name": "half \ud800"}, {"data": {"n": float("nan")}}, {"data": {"o": object()}}]
)
def test_event_that_cannot_be_stored_is_rejected_alone(desk: Desk, poison: dict[str, Any]) -> None:
    settler = _settler(desk)
    settler.settle([_read("1"), _read("2", **poison), _read("3")])
    assert settler.counts == Counts(lines=3, accepted=2, rejected=1)
    assert desk.subjects() == ["1", "3"]
    assert list(desk.reasons()) == [UNSTORABLE]


def test_defect_that_is_no_events_fault_is_raised_and_nothing_is_accepted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settler = _settler(desk)
    monkeypatch.setattr(type(desk.rejects), "append", lambda *_: {}["defect"])
    with pytest.raises(KeyError):
        settler.settle([_read("1")])
    assert desk.subjects() == []
    assert settler.counts == Counts()


def test_database_that_is_away_is_not_taken_for_a_bad_event(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing_answers(desk.bench.engine, monkeypatch, times=1, before=True)
    with pytest.raises(DatabaseUnavailable):
        _settler(desk).settle([_read("1")])
    assert desk.rejected() == []
    assert desk.heard.batches == []


def test_defect_of_ours_in_reading_one_line_stops_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = interpret.read

    def defective(document: Any) -> Any:
        return {}["ana@example.com"] if document.get("id") == "2" else read(document)

    monkeypatch.setattr(interpret, "read", defective)
    counts = desk.pipe("".join(line(n, id=str(n)) for n in range(1, 4)))
    assert counts == Counts(lines=3, accepted=2, rejected=1)
    (reject,) = desk.rejected()
    assert "unexpected KeyError" in reject["reason"]
    assert "example.com" not in reject["reason"]
    assert json.loads(reject["raw"])["id"] == "2"
