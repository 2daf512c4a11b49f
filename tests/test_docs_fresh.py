"""The generated documents say what the program says, and leave nothing out."""

import re
import shlex
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from fisioflow_cli.cli import app
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.settings import Settings

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "scripts"
REMEDY = "run: uv run python scripts/generate_docs.py"


@pytest.fixture(scope="module")
def generator() -> Iterator[ModuleType]:
    """scripts/generate_docs.py, which finds its neighbour as a script does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPTS))
        yield import_module("generate_docs")


def every_command(command: Any = None, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Each command by its words, groups included."""
    command = command or typer.main.get_command(app)
    found = {path: command}
    if hasattr(command, "list_commands"):
        for name in command.list_commands(None):
            found |= every_command(command.get_command(None, name), (*path, name))
    return found


COMMANDS = every_command()
SINGLE = [words for words, command in COMMANDS.items() if not hasattr(command, "list_commands")]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_no_document_is_stale(generator: ModuleType) -> None:
    assert generator.stale() == [], REMEDY


def test_a_stale_document_is_named_and_rewritten(
    generator: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(generator, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["generate_docs.py", "--check"])
    with pytest.raises(SystemExit, match="1"):
        generator.main()
    assert "stale: docs/cli.md" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())

    monkeypatch.setattr(sys, "argv", ["generate_docs.py"])
    with pytest.raises(SystemExit, match="0"):
        generator.main()
    assert (tmp_path / "docs/cli.md").read_text(encoding="utf-8") == read("docs/cli.md")
    assert generator.stale() == []


def test_nobodys_settings_reach_the_documents(
    generator: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FISIOFLOW_TIMEZONE", "America/Manaus")
    monkeypatch.setenv("COLUMNS", "60")
    assert generator.stale() == []


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_documented(words: tuple[str, ...]) -> None:
    assert f"\n### {' '.join(('fisioflow', *words))}\n" in read("docs/cli.md")


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_documented(code: ExitCode) -> None:
    assert re.search(rf"^\| {code.value} \| \w", read("docs/cli.md"), re.MULTILINE)


@pytest.mark.parametrize("name", [str(f.validation_alias) for f in Settings.model_fields.values()])
def test_every_setting_is_documented(name: str) -> None:
    assert f"\n| `{name}` |" in read("docs/configuration.md")
    assert f"\n# {name}=" in read(".env.example")


def test_every_key_of_the_json_document_is_explained(generator: ModuleType) -> None:
    reference = import_module("cli_reference")
    report = reference.example()
    assert set(reference.DOCUMENT) == set(report.document())
    assert set(reference.RESULT) == {*report.result, "plan"}


@pytest.mark.parametrize("words", SINGLE, ids=" ".join)
def test_help_ends_with_an_example_of_this_command_that_runs(words: tuple[str, ...]) -> None:
    """Its options and arguments are parsed as when it is typed; what it pipes into is not ours."""
    last = COMMANDS[words].help.strip().splitlines()[-1]
    match = re.fullmatch(r"Example: (?:[A-Z_]+=\S+ )*fisioflow ([^|>]+)(?:[|>] .+)?", last)
    assert match is not None
    typed = shlex.split(match[1])
    assert tuple(typed[: len(words)]) == words
    COMMANDS[words].make_context("fisioflow", typed[len(words) :])


def test_help_of_the_program_ends_with_an_example() -> None:
    lines = COMMANDS[()].help.strip().splitlines()
    words = shlex.split(lines[-1].removeprefix("Example: fisioflow "))
    COMMANDS[words[0],].make_context(words[0], words[1:])
