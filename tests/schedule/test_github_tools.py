"""The GitHub workflows under the tools that know GitHub: zizmor and the published schema."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.schedule.github import github
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.schedule.tools import of_ours, said

COMMITTED = sorted((Path(__file__).parents[2] / ".github/workflows").glob("*.y*ml"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every committed workflow, and one as it is generated for another clinic."""
    folder = tmp_path_factory.mktemp("workflows")
    elsewhere = folder / "elsewhere.yml"
    elsewhere.write_text(github(WORKFLOWS, clinic=ZoneInfo("America/Manaus")), encoding="utf-8")
    return [*map(str, COMMITTED), str(elsewhere)]


def schema(*files: str) -> int:
    check = of_ours("check-jsonschema")
    return said(check, "--builtin-schema", "vendor.github-workflows", *files).returncode


def zizmor(*files: str) -> "tuple[int, str]":
    done = said(of_ours("zizmor"), "--offline", "--persona", "pedantic", "--no-progress", *files)
    return done.returncode, done.stdout


def test_the_workflows_are_there() -> None:
    assert {path.name for path in COMMITTED} >= {"ci.yml", "scheduled.yml"}


def test_the_published_schema_admits_every_workflow(files: list[str]) -> None:
    assert schema(*files) == 0


@pytest.mark.parametrize(
    ("right", "slip"),
    [
        ("deployment: false", "deployments: false"),
        ("queue: max", "queue: all"),
        ("timezone:", "zone:"),
    ],
)
def test_the_schema_knows_what_we_rely_on(tmp_path: Path, right: str, slip: str) -> None:
    """A schema that let these slips pass would say nothing about the real ones."""
    text = github(WORKFLOWS, clinic=ZoneInfo("UTC"))
    assert right in text
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(text.replace(right, slip), encoding="utf-8")
    assert schema(str(wrong)) == 1


def test_zizmor_finds_nothing(files: list[str]) -> None:
    assert zizmor(*files) == (0, "No findings to report. Good job!\n")


def test_zizmor_would_find_a_hole(tmp_path: Path) -> None:
    open_to_all = tmp_path / "open.yml"
    text = github(WORKFLOWS, clinic=ZoneInfo("UTC"))
    open_to_all.write_text(text.replace('"$WORKFLOW"', '"${{ inputs.as_of }}"'), encoding="utf-8")
    code, found = zizmor(str(open_to_all))
    assert code != 0
    assert "template-injection" in found
