"""docs/troubleshooting.md: each of its rows names a check that finds just that, and the remedy."""

import re
from pathlib import Path

import pytest
import typer
from pytest_httpserver import HTTPServer

from fisioflow_cli.cli import app
from tests.checks.broken import Found, everything

DOCUMENT = Path(__file__).parents[2] / "docs/troubleshooting.md"
ROW = re.compile(
    r"^\| (?P<symptom>.+?) \| (?P<cause>.+?) \| `(?P<check>[\w.-]+)` \| (?P<remedy>.+) \|$"
)
ELSEWHERE = {
    "database.clock": "test_clock_of_the_server",
    "database.connections": "test_user_with_few_connections",
    "database.encryption": "test_link_in_clear",
    "database.journal": "test_journal_beside_the_file",
    "database.release": "test_server_that_is_too_old",
    "files.cron-environment": "test_files_that_others_read",
    "files.ledger": "test_files_that_others_read",
    "host.disk": "test_room_on_the_disk",
    "host.file-system": "test_sqlite_over_a_network",
    "host.time-zone-data": "test_time_zone_data_with_the_old_summers",
    "host.web": "test_listener_without_its_extra",
    "ledger.version": "test_missing_ledger_fails_where_it_is_not_created_by_itself",
    "ledger.writable": "test_read_only_file",
    "network.clock": "test_clock_that_is_wrong",
    "schedule.cron-daemon": "test_crontab_without_a_cron",
    "schedule.startable": "test_crontab_that_starts_nothing",
}
"""What no process can be made to find without another machine: the test that has it found instead."""


def rows() -> list[re.Match[str]]:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    return [match for line in lines if (match := ROW.fullmatch(line))]


ROWS = rows()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, make_httpserver: HTTPServer) -> list[Found]:
    """What doctor finds in a dozen broken deployments, each examined by a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        for name in ("HOME", "XDG_DATA_HOME"):
            patch.setenv(name, str(home))
        return everything(tmp_path_factory.mktemp("broken"), make_httpserver)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['check']}: {row['cause'][:40]}")
def test_row_is_found_by_its_check_which_names_the_remedy(
    row: re.Match[str], found: list[Found]
) -> None:
    check = row["check"]
    if check in ELSEWHERE:
        tests = "".join(p.read_text() for p in Path(__file__).parent.glob("test_*.py"))
        assert f"def {ELSEWHERE[check]}(" in tests
        return
    known = [findings[check] for findings in found if check in findings]
    wrong = [finding for finding in known if finding["verdict"] in {"failure", "warning"}]
    words = re.findall(r"`([^`]+)`", row["remedy"])
    matching = [
        finding
        for finding in wrong
        if all(
            word.lower() in f"{finding['message']} {finding['remedy']}".lower() for word in words
        )
    ]
    assert matching, (check, words, wrong)


def test_the_document_has_all_its_rows() -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    assert len(ROWS) > 50
    tables = [line for line in lines if line.startswith("| ") and line.count("|") >= 5]
    assert len(tables) == len(ROWS) + sum(line.startswith("| symptom") for line in lines)


def test_every_check_that_can_be_wrong_is_in_the_document(found: list[Found]) -> None:
    """Of kinds with many members, relations say, one stands for all."""
    documented = {row["check"] for row in ROWS}
    kinds = (
        "profile.",
        "cleanup.",
        "writes.",
        "accepted.template-",
        "settings.whatsapp-template-",
        "keys.",
    )
    wrong = {
        check
        for findings in found
        for check, finding in findings.items()
        if finding["verdict"] in {"failure", "warning"}
    }
    assert {check for check in wrong if not check.startswith(kinds)} <= documented


NAMED = re.compile(r"`fisioflow ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")


def texts() -> str:
    """What the remedies and our documents say."""
    sources = (DOCUMENT.parents[1] / "fisioflow_cli/checks").glob("*.py")
    documents = (DOCUMENT.with_name(name) for name in ("logging.md", "github-actions.md"))
    return "".join(path.read_text(encoding="utf-8") for path in (*sources, DOCUMENT, *documents))


def test_commands_that_remedies_name_exist() -> None:
    root = typer.main.get_command(app)
    named = set(NAMED.findall(texts()))
    assert len(named) > 10
    for first, second in named:
        command = root.get_command(None, first)  # type: ignore[attr-defined]  # a group
        assert command is not None, first
        if second and hasattr(command, "list_commands"):
            assert second in command.list_commands(None), (first, second)
