"""Records as lines: whose they are, how they read, and what becomes of ordinary talk."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fisioflow_cli.log.records import DEBUG, LOGGER, WARNING, bound, tell
from fisioflow_cli.log.setup import set_up

Start = Callable[[str], io.StringIO]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Lets records be written in this form to what stands for stderr; afterwards all is as before."""
    known = [(logger, list(logger.handlers)) for logger in (LOGGER, logging.getLogger())]
    level, stream = LOGGER.level, io.StringIO()

    def begin(form: str) -> io.StringIO:
        monkeypatch.setattr(sys, "stderr", stream)
        set_up(form)
        return stream

    yield begin
    monkeypatch.undo()
    for logger, handlers in known:
        logger.handlers[:] = handlers
    LOGGER.setLevel(level)


def documents(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_record_belongs_to_the_innermost_run_and_outside_to_none(start: Start) -> None:
    stream = start("json")
    with bound("r1", "w", "2026-03-02"):
        with bound("r2", "v", None):
            tell("inner")
        tell("outer")
    tell("outside")
    seen = [
        (one["event"], one["run_id"], one["workflow"], one["slot"]) for one in documents(stream)
    ]
    assert seen == [
        ("inner", "r2", "v", None),
        ("outer", "r1", "w", "2026-03-02"),
        ("outside", None, None, None),
    ]


def test_set_up_twice_tells_once(start: Start) -> None:
    """As in a process that starts several commands."""
    for _ in range(2):
        stream = start("json")
    tell("once")
    logging.getLogger("library").warning("Ana Souza, ana@example.com")
    assert [one["event"] for one in documents(stream)] == ["once", "library"]
    assert "Ana" not in stream.getvalue()


def test_levels_below_information_are_not_told(start: Start) -> None:
    stream = start("json")
    tell("much", level=DEBUG)
    tell("worse", level=WARNING)
    assert [(one["event"], one["level"]) for one in documents(stream)] == [("worse", "WARNING")]


def test_talk_becomes_a_record_for_each_line(start: Start) -> None:
    stream = start("json")
    assert sys.stderr.write("half") == 4
    assert documents(stream) == []
    sys.stderr.write(" a line\n\n  \nthe rest")
    assert [one["message"] for one in documents(stream)] == ["half a line"]
    for _ in range(2):
        sys.stderr.flush()
    assert [one["message"] for one in documents(stream)] == ["half a line", "the rest"]
    assert not sys.stderr.isatty()


def test_stream_that_takes_no_more_ends_nothing(start: Start) -> None:
    stream = start("text")
    stream.close()
    tell("unheard")


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, ""),
        ({"step": "greet/1", "items": 3, "nothing": None}, " step=greet/1 items=3"),
        ({"counts": {"sent": 2, "failed": 0}}, " counts.sent=2 counts.failed=0"),
        ({"a": "two words", "b": 'say "x"', "c": "k=v"}, ' a="two words" b="say \\"x\\"" c="k=v"'),
        ({"empty": "", "wide": "ação"}, ' empty="" wide=ação'),
        ({"hostile": "x\n::error::\x1b[31my"}, None),
    ],
)
def test_text_is_one_line_of_names_and_values(
    start: Start, facts: dict[str, Any], told: str | None
) -> None:
    stream = start("text")
    tell("it", **facts)
    with bound("0123456789", None, None):
        tell("it", **facts)
    lines = [line.partition("Z INFO ")[2] for line in stream.getvalue().splitlines()]
    assert [line.partition(" it")[0] for line in lines] == ["run=-", "run=01234567"]
    assert not set(stream.getvalue()) & {"\x1b", "\r"}
    if told is not None:
        assert [line.partition(" it")[2] for line in lines] == [told] * 2


def test_no_terminal_is_steered_by_what_a_reader_prints_of_the_json(start: Start) -> None:
    stream = start("json")
    tell("it", hostile="x\x1b[31my", counts={"a\x1bb": 1}, number=1.5)
    [one] = documents(stream)
    assert "\x1b" not in str(one["hostile"]) + str(one["counts"])
    assert (one["counts"].popitem()[1], one["number"]) == (1, 1.5)
