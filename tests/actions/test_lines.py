"""The lines a runner takes for commands: what it reads out of them is what was meant, and no more."""

import pytest

from fisioflow_cli.actions.lines import Annotation, Kind, annotate
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
