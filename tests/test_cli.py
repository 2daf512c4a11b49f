"""The whole command line: what it imports, what it says of itself, and where it is run from."""

import json
import os
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from fisioflow_cli import __version__
from fisioflow_cli.cli import COMMANDS, app, load
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.commands.inside import run_inside

HEAVY = (
    "openai",
    "resend",
    "sqlalchemy",
    "psycopg",
    "httpx",
    "pydantic",
    "alembic",
    "rich",
    "jinja2",
    "babel",
    "phonenumbers",
)
SGR = re.compile(r"\x1b\[[0-9;]*m")
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?[349][0-7]m")
WHAT_IS_IMPORTED = """
import json, sys
from fisioflow_cli.__main__ import main
try:
    main()
finally:
    roots = sorted({name.partition(".")[0] for name in sys.modules})
    sys.__stderr__.write(json.dumps(roots))
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a demo that has run."""
    home = tmp_path_factory.mktemp("demo")
    env = {"FISIOFLOW_HOME": str(home)}
    assert run_inside("demo", env=env, folder=home).rc == 0
    return env


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["birthdays", "--help"]], ids=" ".join)
def test_help_and_version_import_nothing_heavy(args: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHAT_IS_IMPORTED, *args], capture_output=True, text=True, check=True
    )
    # to parse the options of a command, typer itself needs pydantic
    light = {"pydantic"} if "birthdays" in args else set()
    assert (set(HEAVY) - light).isdisjoint(json.loads(done.stderr))


def test_version() -> None:
    done = run_inside("--version")
    assert (done.rc, done.stdout) == (0, f"fisioflow {__version__}\n")


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_overview_says_of_a_command_what_its_own_help_says(entry: Any) -> None:
    command = load(entry)
    assert command.help.strip().splitlines()[0] == entry.summary
    for workflow in WORKFLOWS:
        if workflow.command == entry.name:
            assert workflow.summary == entry.summary


def test_every_workflow_is_a_command() -> None:
    assert {workflow.command for workflow in WORKFLOWS} <= {entry.name for entry in COMMANDS}


def test_nothing_typed_shows_the_overview() -> None:
    done = run_inside()
    assert done.rc == ExitCode.USAGE
    assert all(
        entry.summary[:30] in " ".join(f"{done.stdout}{done.stderr}".split()) for entry in COMMANDS
    )


@pytest.mark.parametrize(
    "args",
    [
        ["birthday"],
        ["birthdays", "now"],
        ["birthdays", "--day", "1"],
        ["birthdays", "--org"],
        ["birthdays", "--limit", "1"],
        ["runs"],
        ["runs", "list", "--limit", "0"],
        ["runs", "list", "--limit", "many"],
        ["runs", "show"],
        ["cleanup", "--max-duration", "soon"],
    ],
    ids=" ".join,
)
def test_slip_of_the_finger_is_a_usage_error(args: list[str]) -> None:
    done = run_inside(*args)
    assert done.rc == ExitCode.USAGE
    assert not done.stdout or args == ["runs"]
    assert "Traceback" not in done.stderr
    assert not list(Path.home().iterdir())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("birthdays --as-of 2026-03-02 --dry-run", 0),
        ("cleanup --dry-run", 0),
        ("daily-reports --as-of 2026-03-02 --dry-run", 0),
        ("weekly-summary --as-of 2026-03-02 --dry-run", 0),
        ("expiring-vouchers --org demo-rio-negro --dry-run", 0),
        ("data-integrity --fail-on-issues", 1),
        ("due --list", 0),
        ("backfill birthdays --from 2026-03-01 --to 2026-03-02 --allow-late --dry-run", 0),
        ("runs list --workflow birthdays --limit 5", 0),
    ],
)
def test_examples_of_the_help_can_be_typed(demo: dict[str, str], line: str, code: int) -> None:
    words = shlex.split(line)
    [command] = [load(entry) for entry in COMMANDS if entry.name == words[0]]
    command = command.get_command(None, words[1]) if hasattr(command, "get_command") else command
    assert command.help.strip().endswith(f"Example: fisioflow {line}")
    done = run_inside(*words, env=demo)
    assert (done.rc, "Traceback" in done.stderr) == (code, False)
    assert done.stdout or code, "what there is to see"
    assert done.stderr or not code, "and why it failed"


def test_help_fits_a_terminal() -> None:
    for words in (["--help"], ["birthdays", "-h"], ["runs", "list", "--help"]):
        done = run_inside(*words, env={"COLUMNS": "80"})
        assert done.rc == 0
        assert max(map(len, done.stdout.splitlines())) <= 80


def shell(line: str, env: dict[str, str], **more: Any) -> "subprocess.CompletedProcess[str]":
    """A line of shell in which $F is the program."""
    command = f"{shlex.quote(sys.executable)} -W error -m fisioflow_cli"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line.replace("$F", command)],
        env={"PATH": os.environ["PATH"], "HOME": str(Path.home()), **env},
        cwd=Path.home(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **more,
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("$F birthdays --as-of 2026-03-02 --dry-run | head -1 >/dev/null", 0),
        ("$F runs list --json | true", 0),
        ("$F data-integrity --dry-run --fail-on-issues --json 2>&1 | true", 1),
        ("$F db status >&-", 0),
        ("$F birthdays --dry-run --json <&- >&- 2>&-", 0),
        ("$F runs list --status nonsense 2>&-", 2),
        ("$F runs list --status nonsense 2>/dev/full", 2),
    ],
)
def test_reader_who_goes_away_changes_nothing(demo: dict[str, str], line: str, code: int) -> None:
    """Fixed: `| head` ended with 1, a closed stream with an unexpected AttributeError."""
    done = shell(line, demo)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_full_disk_under_the_output_is_said_in_a_sentence(demo: dict[str, str]) -> None:
    done = shell("$F runs list --json >/dev/full", demo)
    assert done.returncode == ExitCode.FAILED
    assert "The output could not be written (No space left on device)" in done.stderr
    assert "runs list" not in done.stderr, "that would be written to the same place"
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_terminal_that_knows_no_unicode_is_served(demo: dict[str, str], encoding: str) -> None:
    """Fixed: a dash in the output was an unexpected UnicodeEncodeError."""
    env = {**demo, "PYTHONIOENCODING": encoding}
    shown = shell("$F cleanup --dry-run", env)
    assert (shown.returncode, shown.stderr) == (0, "")
    document = shell("$F cleanup --dry-run --json", env)
    assert json.loads(document.stdout)["status"] == "planned"


def test_cron_gives_next_to_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fisioflow_cli", "birthdays", "--json"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "SHELL": "/bin/sh"},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["status"] == "completed"
    assert (tmp_path / ".local/share/fisioflow/fisioflow.db").exists()


@pytest.mark.parametrize(
    "forced", [{}, {"FORCE_COLOR": "1"}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}]
)
def test_off_a_terminal_there_is_no_animation(demo: dict[str, str], forced: dict[str, str]) -> None:
    """Fixed: FORCE_COLOR, which CI systems set, filled their logs with a spinner."""
    done = run_inside("birthdays", "--as-of", "2026-03-02", "--dry-run", env=demo | forced)
    assert done.stderr == ""
    assert "\x1b" not in done.stdout or "FORCE_COLOR" in forced
    assert not COLOUR.search(done.stdout)
    quiet = run_inside("cleanup", env=demo | forced)
    assert (quiet.rc, quiet.stdout, quiet.stderr) == (0, "", "")


ON_A_TERMINAL = """
import os, pty, sys
os.environ["COLUMNS"] = "80"
status = pty.spawn([sys.executable, "-m", "fisioflow_cli", *sys.argv[1:]])
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_on_a_terminal_there_is_progress_and_80_columns(demo: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ON_A_TERMINAL, "runs", "list"],
        env={**demo, "PATH": os.environ["PATH"], "HOME": str(Path.home()), "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, "\x1b[1m" in done.stdout) == (0, True)
    lines = [SGR.sub("", line) for line in done.stdout.splitlines()]
    assert len(lines) > 6
    assert max(map(len, lines)) <= 80


INTERRUPTED = """
import os, signal, sys
from fisioflow_cli.context import context
def start(self, workflow, request):
    os.kill(os.getpid(), signal.SIGINT)
context.Context.start = start
sys.argv[1:] = ["birthdays"]
from fisioflow_cli.__main__ import main
main()
"""


def test_interrupted_before_anything_began() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (ExitCode.INTERRUPTED, "", "")


@pytest.mark.parametrize("group", ["runs", "events", "deliveries", "schedule", "env", "db"])
def test_no_sentence_of_a_groups_overview_is_cut(group: str) -> None:
    """Fixed: eleven lines of docs/cli.md ended in three dots."""
    said = run_inside(group, "--help").stdout
    listed = " ".join(said.partition("Commands:\n")[2].split())
    assert "..." not in listed
    for name, command in typer.main.get_command(_app(group)).commands.items():  # type: ignore[attr-defined]  # a group
        first = command.get_short_help_str(10_000)
        assert f"{name} {first}" in listed, name


def _app(group: str) -> typer.Typer:
    found: typer.Typer = import_module(f"fisioflow_cli.commands.{group}").app
    return found


def test_every_command_is_known_to_typer() -> None:
    group: Any = typer.main.get_command(app)
    assert group.list_commands(None) == [entry.name for entry in COMMANDS]
    assert group.get_command(None, "nonsense") is None
