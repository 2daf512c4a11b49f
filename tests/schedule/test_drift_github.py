"""The GitHub workflows of a checkout held against the registry."""

from pathlib import Path

import pytest

from fisioflow_cli.schedule.drift import Kind, drift_of_github
from fisioflow_cli.schedule.github import github
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.schedule.drifts import COMMANDS, NOW, SAO_PAULO, expected, notes, only, wrong

PRINTED = github(WORKFLOWS, clinic=SAO_PAULO)
FOLDER = Path(__file__).parents[2] / ".github/workflows"


def by_hand(steps: str, *, cron: str = "17 12 * * *", zone: str = "") -> str:
    """A workflow as somebody writes it himself: one schedule, some steps."""
    timezone = f"\n      timezone: {zone}" if zone else ""
    return (
        f'on:\n  schedule:\n    - cron: "{cron}"{timezone}\n  workflow_dispatch:\n'
        f"jobs:\n  start:\n    runs-on: ubuntu-24.04\n    steps:\n{steps}"
    )


def of(text: str, name: str = "scheduled.yml") -> list[tuple[Kind, str | None]]:
    """What is wrong with one file, apart from the workflows that it leaves out."""
    return [one for one in wrong(expected().of_github({name: text})) if one[0] is not Kind.MISSING]


def missing(text: str) -> set[str | None]:
    drifts = expected().of_github({"scheduled.yml": text})
    return {drift.workflow for drift in drifts if drift.kind is Kind.MISSING}


def test_what_we_print_does_not_drift() -> None:
    drifts = expected().of_github({"scheduled.yml": PRINTED})
    assert wrong(drifts) == []
    assert notes(drifts) == [Kind.NO_DISPATCH]


def test_what_is_committed_here_does_not_drift() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yml")}
    assert wrong(drift_of_github(files, WORKFLOWS, clinic=SAO_PAULO, now=NOW)) == []


def test_no_file_lacks_everything() -> None:
    drifts = expected().of_github({"ci.yml": "on: push\njobs: {}\n"})
    assert wrong(drifts) == [(Kind.MISSING, command) for command in COMMANDS]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_schedule_that_is_gone_is_named(command: str) -> None:
    (line,) = [line for line in PRINTED.splitlines() if line.endswith(f"# {command}")]
    less = PRINTED.replace(f'{line}\n      timezone: "America/Sao_Paulo"\n', "")
    assert wrong(expected().of_github({"scheduled.yml": less})) == [(Kind.MISSING, command)]


def test_another_time_is_different() -> None:
    moved = PRINTED.replace("27 9 * * *", "27 11 * * *")
    drifts = expected().of_github({"scheduled.yml": moved})
    assert wrong(drifts) == [(Kind.DIFFERENT, "birthdays")]
    assert "starts 2:27 h late" in only(drifts, Kind.DIFFERENT).message


def test_without_a_timezone_githubs_hours_are_utc() -> None:
    lost = PRINTED.replace('      timezone: "America/Sao_Paulo"\n', "")
    assert of(lost) == [(Kind.WRONG_ZONE, command) for command in COMMANDS]


def test_hours_converted_to_utc_and_a_timezone_as_well() -> None:
    text = by_hand("      - run: fisioflow birthdays\n", zone="America/Sao_Paulo")
    assert of(text) == [(Kind.WRONG_ZONE, "birthdays")]


def test_minute_zero_is_wrong_on_github() -> None:
    text = by_hand("      - run: exec fisioflow birthdays\n", cron="0 12 * * *")
    assert of(text) == [(Kind.MINUTE_ZERO, "birthdays")]


@pytest.mark.parametrize(
    "steps",
    [
        "      - run: fisioflow birthdays\n      - run: uv run fisioflow birthdays --json\n",
        "      - run: |\n          set -eu\n          exec fisioflow \\\n            birthdays\n",
        '      - env:\n          WORKFLOW: birthdays\n        run: exec fisioflow "$WORKFLOW"\n',
        "      - if: github.event.schedule == '17 12 * * *'\n        run: fisioflow birthdays\n",
    ],
)
def test_a_workflow_of_ones_own_is_understood(steps: str) -> None:
    assert of(by_hand(steps)) == []
    assert missing(by_hand(steps)) == set(COMMANDS) - {"birthdays"}


@pytest.mark.parametrize(
    "steps",
    [
        "      - if: github.event.schedule == '1 2 * * *'\n        run: fisioflow birthdays\n",
        "      - if: github.event_name == 'workflow_dispatch'\n        run: fisioflow birthdays\n",
        "      - if: false\n        run: fisioflow birthdays\n",
        "      - run: echo fisioflow\n",
        "      - name: fisioflow birthdays\n",
    ],
)
def test_what_the_schedule_does_not_reach_does_not_count(steps: str) -> None:
    assert missing(by_hand(steps)) == set(COMMANDS)


def test_a_matrix_starts_each_of_its_values() -> None:
    text = by_hand("      - run: fisioflow ${{ matrix.which }}\n").replace(
        "    steps:", "    strategy: {matrix: {which: [birthdays, cleanup]}}\n    steps:"
    )
    assert missing(text) == set(COMMANDS) - {"birthdays", "cleanup"}


def test_due_every_ten_minutes_covers_everything() -> None:
    text = by_hand("      - run: fisioflow due\n", cron="*/10 * * * *")
    assert wrong(expected().of_github({"due.yml": text})) == []


def test_a_schedule_without_a_button_is_worth_knowing() -> None:
    text = by_hand("      - run: fisioflow birthdays\n").replace("  workflow_dispatch:\n", "")
    assert Kind.BY_HAND in notes(expected().of_github({"scheduled.yml": text}))


ALIASES = "a: &a [x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(20)
)


@pytest.mark.parametrize(
    "text",
    [
        "fisioflow",
        "- fisioflow\n- a list\n",
        "fisioflow: [unclosed",
        "\0 fisioflow",
        "fisioflow: " + "[" * 20_000,
        "--- fisioflow\n--- fisioflow\n",
        "jobs: fisioflow\non: schedule\n",
        "? [fisioflow]\n: x\n",
        "# fisioflow\n" + "x" * 1_000_001,
    ],
    ids=["word", "list", "unclosed", "binary", "deep", "two", "jobs", "key", "endless"],
)
def test_what_is_no_workflow_is_one_sentence(text: str) -> None:
    drifts = expected().of_github({"bad.yml": text, "scheduled.yml": PRINTED})
    (drift,) = [drift for drift in drifts if drift.wrong]
    assert (drift.kind, drift.place) == (Kind.UNREADABLE, "bad.yml")


@pytest.mark.parametrize(
    "text",
    [
        f"{ALIASES}on: {{schedule: *u}}\njobs: {{x: *u}}\n# fisioflow\n",
        (
            f"{ALIASES}on: {{schedule: [{{cron: 7 3 * * *}}]}}\njobs:\n  x:\n    env: *u\n"
            "    steps: [{run: 'fisioflow $X'}]\n"
        ),
        "on: &a {schedule: [*a]}\njobs: &b {x: *b, steps: [*b]}\n# fisioflow\n",
        "on: [schedule, push]\njobs: {x: [], y: {steps: {run: fisioflow}}, z: {steps: [[], 1]}}\n",
        "on: {schedule: [7, {cron: [x]}, {cron: 99 * * * *}, {}]}\njobs: {x: fisioflow}\n",
        "on: {schedule: [{cron: 7 3 * * *, timezone: ../../etc/passwd}]}\njobs: {x: fisioflow}\n",
        "on: {schedule: [{cron: 7 3 * * *, timezone: [1]}]}\njobs: {x: fisioflow}\n",
    ],
)
def test_hostile_shapes_end_quickly_and_start_nothing(text: str) -> None:
    assert missing(text) == set(COMMANDS)
