"""The workflow that previews pull requests: what it may do, what its shell does, who is told what."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.demo import MONDAY
from fisioflow_cli.demo.organizations import staff
from fisioflow_cli.demo.patients import patients
from fisioflow_cli.schedule.github import github
from fisioflow_cli.schedule.preview import preview
from fisioflow_cli.workflows.registry import WORKFLOWS

ZONE = ZoneInfo("America/Sao_Paulo")
TEXT = preview(WORKFLOWS, clinic=ZONE)
JOBS = dict(
    re.findall(r"^  (\w+):\n((?:(?:    .*)?\n)+)", TEXT.partition("\njobs:\n")[2], re.MULTILINE)
)
HOSTILE = "x'; touch hacked; #$(touch hacked)`touch hacked`\n::error::x"
REAL = f'#!/bin/sh\nexec {sys.executable} -W error -m fisioflow_cli "$@"\n'
RECORDING = '#!/bin/sh\nprintf "<%s>" "$@" >>calls\necho >>calls\n'


def script(step: str) -> str:
    """The shell of a step."""
    [found] = re.findall(
        rf"- name: {step}\n(?:        .*\n)*?        run: \|\n((?:          .*\n)+)", TEXT
    )
    return dedent(found)


def run(folder: Path, step: str, programs: dict[str, str], **environ: str) -> tuple[int, str, str]:
    """Run a step as GitHub does (docs.github.com, "Workflow syntax", steps[*].shell)."""
    for name, text in programs.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    (folder / "python").unlink(missing_ok=True)
    (folder / "python").symlink_to(sys.executable)
    given = {
        "PATH": f"{folder}:/usr/bin:/bin",
        "HOME": str(folder),
        "FISIOFLOW_HOME": str(folder / "state"),
        "FISIOFLOW_OUTBOX": "none",
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_REPOSITORY": "clinic/app",
        "DATABASE_URL": "",
    }
    measured = {k: v for k, v in os.environ.items() if k.startswith("COVERAGE_")}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-c", script(step)],
        env=given | measured | environ,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert not (folder / "hacked").exists()
    return done.returncode, done.stdout, done.stderr


def calls(folder: Path) -> list[str]:
    """What a recording program was called with."""
    file = folder / "calls"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def outputs(folder: Path) -> dict[str, str]:
    """The outputs of a step, as the runner reads them."""
    text = (folder / "output").read_text(encoding="utf-8")
    return {name: value for name, _, value in re.findall(r"(\w+)<<(.+)\n((?s:.*?))\n\2\n", text)}


def test_it_is_started_by_what_gives_a_fork_no_secret() -> None:
    assert re.search(r"^on:\n  pull_request:\n    types: .*\n\npermissions", TEXT, re.MULTILINE)
    assert "pull_request_target" not in TEXT
    assert "workflow_run" not in TEXT


def test_rights_are_the_least_and_writing_is_apart_from_code() -> None:
    """The job that may write runs nothing of the pull request, and none of a fork."""
    assert re.findall(r"^permissions:(.*)$", TEXT, re.MULTILINE) == [" {}"]
    rights = {name: re.findall(r"permissions:\n +([\w-]+: \w+)", job) for name, job in JOBS.items()}
    assert rights == {
        "preview": ["contents: read"],
        "comment": ["pull-requests: write"],
        "prune": ["contents: read"],
    }
    assert "uses:" not in JOBS["comment"]
    assert "secrets." not in JOBS["comment"]
    same_repository = "github.event.pull_request.head.repo.full_name == github.repository"
    assert [name for name, job in JOBS.items() if same_repository in job] == ["comment", "prune"]
    assert TEXT.count("persist-credentials: false") == TEXT.count("actions/checkout@") == 2


def test_closed_branch_is_pruned_by_code_that_was_accepted() -> None:
    assert "ref: ${{ github.event.pull_request.base.sha }}" in JOBS["prune"]


def test_nothing_a_pull_request_names_is_part_of_a_script() -> None:
    """Not even its branch: that comes as the variable GITHUB_HEAD_REF, which the runner sets."""
    steps = re.findall(r"- name: (\w+)\n", TEXT)
    assert set(steps) == {"Install", "Preview", "Comment", "Prune"}
    assert not any("${{" in script(step) for step in ("Preview", "Comment", "Prune"))
    assert not re.search(r"head_ref|head\.ref|title|\.body\s*}}|login", TEXT)


def test_actions_are_the_ones_that_the_scheduled_workflow_pins() -> None:
    used = set(re.findall(r"uses: (.+)", TEXT))
    assert used == set(re.findall(r"uses: (.+)", github(WORKFLOWS, clinic=ZONE)))
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one) for one in used)


def test_no_secret_of_production_can_be_meant() -> None:
    """`secrets.DATABASE_URL` could be the repository's own, which may be production's."""
    assert set(re.findall(r"(?:secrets|vars)\.(\w+)", TEXT)) == {
        "PREVIEW_DATABASE_URL",
        "PREVIEW_CLINIC_PROFILE",
    }
    assert "FISIOFLOW_ENV" not in TEXT


def test_demo_clinic_is_previewed_and_summarised_without_people(tmp_path: Path) -> None:
    code, _, stderr = run(tmp_path, "Preview", {"fisioflow": REAL}, GITHUB_HEAD_REF=HOSTILE)
    assert (code, stderr) == (0, "")
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert outputs(tmp_path) == {"summary": summary.rstrip("\n")}
    assert "preview:x-touch-hacked" in summary
    for workflow in WORKFLOWS:
        assert re.search(rf"^\| {workflow.command} \| \S+ \| completed \|", summary, re.MULTILINE)
    assert re.search(r"\| birthdays .* email 2, whatsapp 3 \| .*opted_out 1", summary)
    people = [*patients(MONDAY), *staff()]
    known = {str(row.get(field)) for row in people for field in ("name", "email", "phone")}
    telling = {value for value in known if len(value) > 4}
    assert len(telling) > 500
    assert not [value for value in telling if value in summary]


def test_preview_that_fails_says_so_and_fails_the_job(tmp_path: Path) -> None:
    program = '#!/bin/sh\necho "fisioflow: broken" >&2\nexit 78\n'
    code, _, stderr = run(tmp_path, "Preview", {"fisioflow": program}, GITHUB_HEAD_REF="x")
    assert (code, stderr) == (78, "fisioflow: broken\n")
    assert outputs(tmp_path) == {"summary": "The preview came to nothing; its log says why."}


def test_database_of_its_own_is_brought_up_to_date_first(tmp_path: Path) -> None:
    run(tmp_path, "Preview", {"fisioflow": RECORDING}, DATABASE_URL="postgresql://x/y")
    assert calls(tmp_path) == ["<db><upgrade>", "<preview><--fresh><--markdown>"]


GH = (
    RECORDING
    + 'case "$*" in *PATCH*|*POST*) [ -z "$DENIED" ] || { echo "HTTP 403" >&2; exit 1; };; '
    + '*) printf "%s" "$COMMENTS" | jq -r "$5";; esac\n'
)
MARK = "<!-- fisioflow preview -->"
BOT, PERSON = {"type": "Bot"}, {"type": "User"}
OTHERS = [
    {"id": 1, "user": PERSON, "body": f"{MARK}\nquoted"},
    {"id": 2, "user": BOT, "body": f"not mine: {MARK}"},
]
MINE = [{"id": 41, "user": BOT, "body": f"{MARK}\nold"}, {"id": 42, "user": BOT, "body": MARK}]


@pytest.mark.parametrize(
    ("comments", "asked"),
    [
        ([], "<--method><POST><repos/clinic/app/issues/7/comments>"),
        (OTHERS, "<--method><POST><repos/clinic/app/issues/7/comments>"),
        (OTHERS + MINE, "<--method><PATCH><repos/clinic/app/issues/comments/41>"),
    ],
)
def test_one_comment_is_written_and_then_replaced(
    tmp_path: Path, comments: list[dict[str, object]], asked: str
) -> None:
    """Nobody else's; and its text is handed over as it is, whatever stands in it."""
    told = {"NUMBER": "7", "SUMMARY": HOSTILE, "COMMENTS": json.dumps(comments)}
    code, stdout, _ = run(tmp_path, "Comment", {"gh": GH}, **told)
    assert (code, stdout) == (0, "")
    recorded = (tmp_path / "calls").read_text(encoding="utf-8")
    assert f"<api>{asked}<--silent><--raw-field><body={MARK}\n{HOSTILE}>" in recorded


def test_token_that_may_not_comment_fails_no_job(tmp_path: Path) -> None:
    told = {"NUMBER": "7", "SUMMARY": "x", "COMMENTS": "[]", "DENIED": "1"}
    code, stdout, _ = run(tmp_path, "Comment", {"gh": GH}, **told)
    assert code == 0
    assert stdout.startswith("::notice::")


def test_pruning_needs_a_database(tmp_path: Path) -> None:
    assert run(tmp_path, "Prune", {"fisioflow": RECORDING})[0] == 0
    assert calls(tmp_path) == []


@pytest.mark.parametrize(("codes", "calling"), [("0", 1), ("75 0", 2), ("75 75", 2), ("1", 1)])
def test_pruning_waits_once_for_a_preview_that_was_just_cancelled(
    tmp_path: Path, codes: str, calling: int
) -> None:
    program = f'{RECORDING}set -- {codes}\nshift $(($(grep -c prune calls) - 1))\nexit "$1"\n'
    waiting = "#!/bin/sh\necho $1 >slept\n"
    programs = {"fisioflow": program, "sleep": waiting}
    code, _, _ = run(tmp_path, "Prune", programs, DATABASE_URL="postgresql://x/y")
    assert code == int(codes.rsplit(maxsplit=1)[-1])
    assert calls(tmp_path) == ["<env><prune><--yes>"] * calling
    assert (tmp_path / "slept").exists() == (calling == 2)
