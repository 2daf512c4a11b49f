"""Rows in columns: as wide as the terminal, identifiers whole, nothing behind the last word."""

import io

import pytest
from rich.console import Console

from fisioflow_cli import console
from fisioflow_cli.commands.columns import Row, laid_out, print_prose, print_rows, wrapped
from fisioflow_cli.commands.facts import print_facts

KEY = "voucher-expiry/demo-voucher-0011/2026-03-04"
HEADS = ("message", "outcome", "changed (UTC)")
ROWS = [
    Row(cells=("birthday/ana/2026", "sent", "2026-03-02 13:30")),
    Row(cells=(KEY, "skipped channel_disabled", "2026-03-02 13:31")),
]


def lines(width: int, heads: tuple[str, ...] = HEADS, rows: list[Row] = ROWS) -> list[str]:
    found = [line.plain for line in laid_out(heads, rows, width, remark="remark")]
    assert not [line for line in found if line != line.rstrip()]
    return found


def test_with_room_a_row_takes_a_line() -> None:
    head, first, second = lines(120)
    assert head.index("outcome") == first.index("sent") == second.index("skipped") == len(KEY) + 2
    assert head.index("changed") == first.index("2026-03-02") == second.index("2026-03-02")


def test_columns_stand_closer_before_anything_is_broken() -> None:
    assert lines(85)[2] == f"{KEY} skipped channel_disabled 2026-03-02 13:31"


@pytest.mark.parametrize("width", [80, 60, 50, 46])
def test_without_room_no_key_is_broken_and_no_time_lost(width: int) -> None:
    found = lines(width)
    for whole in (KEY, "2026-03-02 13:31", "channel_disabled", "changed (UTC)"):
        assert [line for line in found if whole in line], whole
    assert max(map(len, found)) <= width


def test_only_what_is_too_long_takes_two_lines() -> None:
    short = [Row(cells=(f"birthday/ana/20{n}", "sent", "2026-03-02 13:30")) for n in range(20, 25)]
    found = lines(66, rows=[*short, Row(cells=(KEY, "sent", "2026-03-02 13:31"))])
    assert len(found) == 8
    assert len({line.index("2026-03-02 ") for line in found if "2026-03-02 " in line}) == 1


@pytest.mark.parametrize(("width", "told"), [(120, 2), (60, 3), (40, 4)])
def test_a_remark_stands_beside_its_row_or_below_it(width: int, told: int) -> None:
    remark = "The event has an invalid address: one that is no e-mail address."
    found = lines(width, ("event", "status"), [Row(cells=("e7", "dead"), remark=remark)])
    assert len(found) == told
    assert " ".join(" ".join(found).split()).endswith(remark)
    assert (found[0] == "event  status  remark") == (width >= 60)


def test_without_headings_there_is_none() -> None:
    assert lines(80, (), [Row(cells=("late",), remark="cleanup")]) == ["late  cleanup"]


def test_what_is_wide_counts_as_such() -> None:
    found = lines(80, ("a", "b"), [Row(cells=("漢字", "x")), Row(cells=("abcd", "x"))])
    assert found[1:] == ["漢字  x", "abcd  x"]


def test_a_number_stays_with_what_it_counts() -> None:
    text = "skipped: inactive 1, no_contact 1, opted_out 1"
    assert wrapped(text, 31) == ["skipped: inactive 1,", "no_contact 1, opted_out 1"]
    assert wrapped("", 10) == [""]
    assert wrapped("x" * 50, 10) == ["x" * 50]


def test_off_a_terminal_nothing_is_wrapped_or_filled_up(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Fixed: every line of a mail that cron sends was as long as the longest."""
    print_rows(("", "why"), [Row(cells=("late", "x")), Row(cells=("missed", "y" * 300))])
    print_prose("word " * 100)
    out = capsys.readouterr().out.splitlines()
    assert out[1:3] == ["late    x", f"missed  {'y' * 300}"]
    assert len(out) == 4


@pytest.mark.parametrize(
    ("before", "hang", "shown"),
    [
        ("  ", 5, "  one two three\n     four five\n"),
        ("name  ", None, "name  one two three\n      four five\n"),
        ("", None, "one two three four\nfive\n"),
    ],
)
def test_prose_goes_on_where_it_began_or_further_in(
    monkeypatch: pytest.MonkeyPatch, before: str, hang: int | None, shown: str
) -> None:
    narrow = Console(width=20, file=io.StringIO())
    monkeypatch.setattr(console, "out", lambda: narrow)
    print_prose("one two three four five", before=before, hang=hang)
    assert narrow.file.getvalue() == shown  # type: ignore[attr-defined]  # a StringIO


def test_what_cannot_be_broken_stays_beside_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of 64 letters behind `provider_key`: one selects the line and has it."""
    narrow = Console(width=20, file=io.StringIO())
    monkeypatch.setattr(console, "out", lambda: narrow)
    print_facts({"key": "x" * 64, "other_id": "y"})
    assert narrow.file.getvalue() == f"key       {'x' * 64}\nother_id  y\n"  # type: ignore[attr-defined]  # a StringIO
