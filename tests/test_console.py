"""What a terminal sees: cleaned and masked."""

import io
import sys

import pytest

from fisioflow_cli import console
from fisioflow_cli.console import mask, plain


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ana [/b] <script>", "Ana [/b] <script>"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\x00b\x07c\x7fd\x9be", "abcde"),
        ("one\ntwo\r\nthree", "one two  three"),
        ("tab\tstays", "tab\tstays"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("::error::pwned", ":\u200b:error:\u200b:pwned"),
        ("  ::add-mask::x", "  :\u200b:add-mask:\u200b:x"),
        ("\n::error::x", " :\u200b:error:\u200b:x"),
        ("\x1b::error::x", ":\u200b:error:\u200b:x"),
        ("slot 10::30", "slot 10::30"),
        ("x ##[error]pwned", "x #\u200b#[error]pwned"),
        ("#\x00#[group]x", "#\u200b#[group]x"),
        ("São João ção 🎂", "São João ção 🎂"),
        (None, "None"),
        (12, "12"),
    ],
)
def test_nothing_typed_can_move_a_cursor_or_command_a_runner(typed: object, shown: str) -> None:
    assert plain(typed) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("paula@example.com", "p•••@example.com"),
        ("@example.com", "•••@example.com"),
        ("a@b@example.com", "a•••@example.com"),
        ("\x1b[31m@exam\x1bple.com", "•••@example.com"),
        ("+5511987651234", "+55•••1234"),
        ("(11) 98765-1234", "+11•••1234"),
        ("1234567", "•••"),
        ("", "•••"),
        ('{"auth": "a@b", "endpoint": "https://fcm.example/x", "p256dh": "B1"}', "push •••6fece8"),
        ("https://fcm.example/x@y", "push •••1b3796"),
    ],
)
def test_address_is_masked(address: str, shown: str) -> None:
    assert mask(address) == shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_off_a_terminal_nothing_is_cut_or_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    console.out().print("x" * 9_000, style="bold red")
    assert sys.stdout.getvalue() == "x" * 9_000 + "\n"  # type: ignore[attr-defined]  # a StringIO


def test_on_a_terminal_lines_keep_to_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", "80")
    console.err().print("word " * 40)
    lines = sys.stderr.getvalue().splitlines()  # type: ignore[attr-defined]  # a StringIO
    assert max(map(len, lines)) <= 80


def test_names_are_never_read_as_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    console.out().print("Ana [/b] [red]x[/red] :smile:")
    assert sys.stdout.getvalue() == "Ana [/b] [red]x[/red] :smile:\n"  # type: ignore[attr-defined]  # a StringIO
