"""The lines a runner takes for commands: what it reads out of them is what was meant, and no more."""

import os
import sys
from pathlib import Path

import pytest

from fisioflow_cli.actions.lines import Annotation, Kind, annotate, mask
from fisioflow_cli.actions.masks import forms
from tests.actions.github import Command, parse

ODD = (
    "100%",
    "%0A%0D%25%3A%2C",
    "a: b, c=d",
    "::error::x",
    "ends with ::",
    "file=x,title=y",
    "ação",
)


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("kind", Kind)
def test_text_arrives_as_it_was(text: str, kind: Kind, capsys: pytest.CaptureFixture[str]) -> None:
    annotate([Annotation(kind=kind, title=text, message=text)])
    [line] = capsys.readouterr().err.splitlines()
    meant = text.replace("::", ":\u200b:") if text.startswith("::") else text
    assert parse(line) == Command(name=kind.value, properties={"title": meant}, data=meant)


def test_lines_within_a_text_begin_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    text = "a\n::add-mask::b\r\n##[error]c\u2028::error::d"
    annotate([Annotation(kind=Kind.ERROR, title=text, message=text)])
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    command = parse(said)
    assert command is not None
    assert command.name == "error"
    assert parse(command.data) is None


def test_eleven_are_nine_and_a_remark(capsys: pytest.CaptureFixture[str]) -> None:
    kinds = [Kind.NOTICE, *[Kind.WARNING] * 8, Kind.ERROR, Kind.ERROR]
    annotate([Annotation(kind=kind, title=f"{n}", message="") for n, kind in enumerate(kinds)])
    found = [parse(line) for line in capsys.readouterr().err.splitlines()]
    names = [one.name for one in found if one]
    assert names == ["error"] * 2 + ["warning"] * 8
    assert found[-1] is not None
    assert found[-1].data == "2 more are in the job's summary and in the log."


def test_ten_are_all_shown(capsys: pytest.CaptureFixture[str]) -> None:
    annotate([Annotation(kind=Kind.ERROR, title=f"{n}", message="x") for n in range(10)])
    assert [parse(line).properties["title"] for line in capsys.readouterr().err.splitlines()] == [  # type: ignore[union-attr]  # a command
        str(n) for n in range(10)
    ]


def _told(monkeypatch: pytest.MonkeyPatch, *values: str) -> list[str]:
    """What a runner at the other end of stderr is told to mask."""
    begin, end = os.pipe()
    with os.fdopen(begin) as runner:
        with os.fdopen(end, "w") as stderr:
            monkeypatch.setattr(sys, "stderr", stderr)
            mask(values)
            monkeypatch.undo()
        return runner.read().splitlines()


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("s3cret", ["s3cret"]),
        ("s3cre", []),
        ("", []),
        ("  s3cret \n", ["s3cret"]),
        ("-----BEGIN\nMHcCAQEE\nAA==\n-----BEGIN", ["-----BEGIN", "MHcCAQEE"]),
        ("100%s3cret", ["100%25s3cret"]),
    ],
)
def test_each_line_of_a_secret_is_masked_once(
    monkeypatch: pytest.MonkeyPatch, value: str, lines: list[str]
) -> None:
    """A runner looks for whole lines; what is shorter than six would mask half of the log."""
    assert _told(monkeypatch, value, value) == [f"::add-mask::{line}" for line in lines]


def test_secrets_are_not_written_into_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody would read the commands, and the secrets would lie there."""
    with (tmp_path / "log").open("w") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        mask(["s3cret-key"])
        monkeypatch.undo()
    assert (tmp_path / "log").read_text() == ""


def test_a_password_is_masked_in_each_form_in_which_it_may_be_printed() -> None:
    """Within an address it is written otherwise than what a driver makes of it."""
    masked = set(
        forms(["re_s3cret", "postgresql://ana:p%40ss-w0rd@db.example/clinic", "k1-a,k2-b"])
    )
    assert {"re_s3cret", "p%40ss-w0rd", "p@ss-w0rd", "k1-a", "k2-b"} <= masked
    assert not masked & {"ana", "db.example", ""}


@pytest.mark.parametrize("value", ["https://example.com/ping/s3cret", "http://[", "s3cret"])
def test_what_holds_no_password_is_masked_as_it_is(value: str) -> None:
    assert list(forms([value])) == [value]
