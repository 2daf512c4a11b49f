"""The id of an event that brings none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.errors import BadEvent
from fisioflow_cli.intake.identity import Origin, by_path, by_place
from fisioflow_cli.intake.lines import Line, Splitter
from fisioflow_cli.intake.offer import new_id

FILE = Origin(name="/q.jsonl", device="7", inode="42", generation=1)


def _line(raw: bytes = b"{}", offset: int = 10) -> Line:
    (line,) = Splitter(offset=offset).feed(raw + b"\n")
    return line


def test_line_keeps_its_id_whoever_reads_it() -> None:
    assert by_place(FILE, _line()) == by_place(replace(FILE, name="/other/name"), _line())
    assert by_place(FILE, _line()).startswith("file:")


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (replace(FILE, device="8"), _line()),
        (replace(FILE, inode="43"), _line()),
        (replace(FILE, generation=2), _line()),
        (FILE, _line(offset=11)),
        (FILE, _line(b"[]")),
        (replace(FILE, device="74", inode="2"), _line()),
    ],
)
def test_another_place_or_content_is_another_id(origin: Origin, line: Line) -> None:
    assert by_place(origin, line) != by_place(FILE, _line())


EVENT = {"name": "email/send", "data": {"order": {"id": "A-7"}, "n": 12, "rows": [{"id": "r0"}]}}


@pytest.mark.parametrize(
    ("path", "found"),
    [("data.order.id", "A-7"), ("data.n", "12"), ("data.rows.0.id", "r0"), ("name", "email/send")],
)
def test_id_is_taken_from_where_the_path_leads(path: str, found: str) -> None:
    assert by_path(EVENT, path) == found


@pytest.mark.parametrize(
    "path", ["data.order", "data.rows", "data.rows.9.id", "data.none", "x", ""]
)
def test_path_that_leads_nowhere_or_to_no_scalar_is_refused(path: str) -> None:
    with pytest.raises(BadEvent, match="Nothing that can be an id"):
        by_path(EVENT, path)


@pytest.mark.parametrize("value", [None, True, False])
def test_nothing_true_and_false_are_no_ids(value: object) -> None:
    with pytest.raises(BadEvent):
        by_path({"data": {"id": value}}, "data.id")


@pytest.mark.parametrize("value", ["", "x" * 256, "a\x00b", "a\nb", "\ud800"])
def test_text_that_cannot_be_an_id_is_refused_without_being_repeated(value: str) -> None:
    with pytest.raises(BadEvent) as refusal:
        by_path({"data": {"id": value}}, "data.id")
    assert refusal.value.message == "What stands at data.id cannot be an id."


def test_new_ids_are_version_7_and_differ() -> None:
    ids = {new_id(Clock()) for _ in range(1000)}
    assert len(ids) == 1000
    assert {UUID(each).version for each in ids} == {7}
    assert {UUID(each).variant for each in ids} == {"specified in RFC 4122"}


def test_new_ids_are_ordered_by_time_down_to_the_microsecond() -> None:
    start = datetime(2026, 11, 23, 10, 30, 0, 998_000, tzinfo=UTC)

    class Stopped(Clock):
        def now(self) -> datetime:
            assert self.starting_at is not None
            return self.starting_at

    moments = [start + timedelta(microseconds=n) for n in range(0, 4000, 7)]
    ids = [new_id(Stopped(starting_at=moment)) for moment in moments]
    assert ids == sorted(ids)
    assert int(ids[0].replace("-", "")[:12], 16) == int(start.timestamp() * 1000)
