"""docs/migrating.md and docs/environments.md: they name all there is, and what they tell to type exists."""

import json
import re
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, inspect

from fisioflow_cli.catalogue.catalogue import ENTRIES
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.workflows.registry import EVENT_WORKFLOWS, WORKFLOWS
from tests.clinic.real_clinic import real_clinic
from tests.clinic.real_schema import SUPABASE
from tests.commands.inside import run_inside
from tests.test_docs_fresh import COMMANDS, SINGLE

DOCS = Path(__file__).parents[1] / "docs"
MIGRATING = (DOCS / "migrating.md").read_text(encoding="utf-8")
PAGES = ("migrating.md", "environments.md", "dev.md")
VARIABLES = ("EVENT_KEY", "BASE_URL", "DEV", "SIGNING_KEY", "KEY", "ENV", "EVENT_API_BASE_URL")


@pytest.mark.parametrize("workflow", [*WORKFLOWS, *EVENT_WORKFLOWS], ids=lambda w: w.id)
def test_every_function_is_named(workflow: object) -> None:
    assert f"`{workflow.id}`" in MIGRATING  # type: ignore[attr-defined]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_event_is_named(entry: object) -> None:
    assert f"`{entry.name}`" in MIGRATING  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_is_named(name: str) -> None:
    assert re.search(rf"^\| .*`INNGEST_{name}`.* \| ", MIGRATING, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_commands_to_type_exist(page: str) -> None:
    """Every `fisioflow …` of a block for the shell parses as when it is typed."""
    text = (DOCS / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    typed = re.findall(r"(?:^|[|=\w] )fisioflow ([^|\n]+)", "\n".join(blocks), re.MULTILINE)
    assert typed
    for line in typed:
        words = shlex.split(line)
        own = max((w for w in SINGLE if tuple(words[: len(w)]) == w), key=len)
        COMMANDS[own].make_context("fisioflow", words[len(own) :])


@pytest.mark.parametrize("page", PAGES)
def test_commands_named_in_the_text_exist(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`fisioflow ([\w-]+)", text))
    assert named <= {words[0] for words in SINGLE}


EVENTS = [
    {"id": "a1", "name": "clinic/seen", "data": {"day": 1}},
    {"id": "a1", "name": "clinic/seen", "data": {"day": 2}},
    {"id": "b", "name": "clinic/seen", "data": {}},
    {"name": "clinic/seen", "data": {}},
    {"id": "c", "name": "clinic/seen", "data": {}},
    {"id": "c", "name": "clinic/seen", "data": {}},
]


def test_ids_that_come_again_are_found_and_become_what_the_page_says(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("".join(f"{json.dumps(event)}\n" for event in EVENTS))
    [line] = re.findall(r"^jq .*$", MIGRATING, re.MULTILINE)
    found = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["a1", "c"]
    env = {"FISIOFLOW_HOME": str(tmp_path / "state")}
    done = run_inside("dispatch", str(file), "--json", env=env)
    assert done.rc == ExitCode.BAD_INPUT
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["event_id"] for each in told if each.get("duplicate")] == ["c"]
    [rejected] = (tmp_path / "state" / "rejects.jsonl").read_text().splitlines()
    assert "id_conflict" in rejected


def test_shadow_writes_to_nobody_and_leaves_the_clinic_as_it_is(
    postgres_server: URL, tmp_path: Path
) -> None:
    """The block under "Side by side", line by line, on the real schema of production."""
    (tmp_path / "vercel.json").write_text("{}")
    block = next(b for b in re.findall(r"```sh\n(.*?)```", MIGRATING, re.DOTALL) if "shadow" in b)
    with real_clinic(postgres_server, SUPABASE) as clinic:
        house = clinic.insert("organizations", name="Clínica Sul", active=True)
        person = {"organization_id": house, "full_name": "Ana Souza", "status": "active"}
        for days in (-1, 0, 1):  # whatever day it is at the clinic by then
            born = (datetime.now(UTC) + timedelta(days=days)).date().replace(year=1984)
            clinic.insert("patients", **person, birth_date=born, email="ana@example.com")
        url = clinic.engine.url.render_as_string(hide_password=False)
        env = {
            "DATABASE_URL": url,
            "FISIOFLOW_HOME": str(tmp_path),
            "FISIOFLOW_SEND_WINDOW": "always",
        }
        done = []
        for line in block.splitlines():
            if line.startswith("export "):
                given = dict(word.split("=", 1) for word in shlex.split(line)[1:])
                env |= {name: value for name, value in given.items() if name != "DATABASE_URL"}
                if "FISIOFLOW_LEDGER_URL" in given:
                    env["FISIOFLOW_LEDGER_URL"] = f"sqlite:///{tmp_path / 'shadow.db'}"
                continue
            done.append(run_inside(*shlex.split(line)[1:], env=env, folder=tmp_path))
            assert done[-1].rc == 0, (line, done[-1])
        assert "birthday/" in done[1].stdout
        assert re.search(r"birthdays .* completed", done[-1].stdout)
        assert inspect(clinic.engine).get_table_names(schema="fisioflow") == []
    [letter] = (tmp_path / "outbox").glob("*.json")
    assert "ana@example.com" in letter.read_text()
