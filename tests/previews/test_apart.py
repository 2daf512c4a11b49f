"""What a preview may not do: each promise of docs/environments.md, by a command as a platform starts it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from tests.cli import Done
from tests.commands.inside import run_inside
from tests.workflows.people import patient
from tests.workflows.place import Place, clinic_tables
from tests.workflows.test_cleanup import fill

PULL_REQUEST = {"GITHUB_HEAD_REF": "feat/agenda"}
ON_VERCEL = {"VERCEL_ENV": "preview", "VERCEL_GIT_COMMIT_REF": "feat/agenda"}
MONDAY = ("--as-of", "2026-03-02", "--allow-late", "--no-catch-up")


def start(place: Place, *args: str, env: Mapping[str, str] = {}) -> Done:
    # whatever the hour: people are not written to at night, and a run would wait for the morning
    return run_inside(*args, env={"FISIOFLOW_SEND_WINDOW": "always", **place.given, **env})


def stamp(place: Place, *, production: bool) -> None:
    meta = place.ledger_table("meta")
    with place.writing() as connection:
        side = meta.update().where(meta.c.key == "production")
        connection.execute(side.values(value=str(production).lower()))


def environments(place: Place, table: str = "runs") -> set[str]:
    return {row["environment"] for row in place.ledger(table)}


def test_each_branch_and_development_have_rows_of_their_own(place: Place) -> None:
    """On one ledger; the second start of each finds its own and does nothing."""
    place.add(schema.patients, patient("ana"))
    for env in ({}, PULL_REQUEST, {"GITHUB_HEAD_REF": "main"}):
        first = start(place, "birthdays", *MONDAY, "--json", env=env).json
        again = start(place, "birthdays", *MONDAY, "--json", env=env).json
        assert (first["reused"], first["result"]["candidates"], again["reused"]) == (False, 1, True)
    names = {"development", "preview:feat/agenda", "preview:main"}
    assert environments(place) == environments(place, "deliveries") == names


def test_ledger_of_its_own_keeps_the_shared_one_empty(place: Place, sqlite_url: str) -> None:
    own = {"FISIOFLOW_LEDGER_URL": sqlite_url.replace("test.db", "own.db"), **ON_VERCEL}
    assert start(place, "db", "upgrade", env=own).rc == 0
    assert start(place, "birthdays", *MONDAY, env=own).rc == 0
    assert place.ledger("runs") == []
    assert environments(replace(place, url=own["FISIOFLOW_LEDGER_URL"])) == {"preview:feat/agenda"}


@pytest.mark.parametrize("platform", [PULL_REQUEST, ON_VERCEL], ids=["github", "vercel"])
def test_nothing_leaves_a_preview_that_has_every_key(
    place: Place, httpserver: HTTPServer, platform: dict[str, str]
) -> None:
    """As on a platform where the variables of production were given to previews too."""
    url = httpserver.url_for("").rstrip("/")
    keys = {
        "RESEND_API_KEY": "re_test",
        "RESEND_FROM": "Clínica <avisos@example.com>",
        "RESEND_API_URL": url,
        "WHATSAPP_API_URL": url,
        "WHATSAPP_ACCESS_TOKEN": "token",
        "WHATSAPP_PHONE_NUMBER_ID": "123",
        "FISIOFLOW_SEND_WINDOW": "always",
    }
    place.add(schema.patients, patient("ana"), patient("bia", preferred_channel="email"))
    mail = ("emit", "email/send", "to=ana@example.com", "subject=Oi", "text=Oi")
    for command in (("birthdays", *MONDAY), mail, ("dispatch",)):
        assert start(place, *command, env={**keys, **platform}).rc == 0
    assert httpserver.log == []
    assert len(place.letters()) == 3
    assert environments(place, "deliveries") == {"preview:feat/agenda"}


@pytest.mark.parametrize("platform", [PULL_REQUEST, ON_VERCEL], ids=["github", "vercel"])
def test_a_preview_changes_no_clinic(place: Place, platform: dict[str, str]) -> None:
    """Any clinic but the plain one, which a preview makes for itself: counted, then rolled back."""
    place.copy_profile()
    fill(place)
    before = {table.name: place.rows(table) for table in clinic_tables()}
    done = start(place, "cleanup", "--json", env=platform)
    assert done.rc == 0
    assert sum(done.json["result"]["deleted"].values()) > 0
    assert {table.name: place.rows(table) for table in clinic_tables()} == before


COMMANDS = [
    *(["birthdays"], ["dispatch"], ["runs", "list"], ["env", "list"], ["env", "prune", "--yes"]),
    *(["emit", "clinic/thing", "a=1"], ["db", "upgrade"]),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_ledger_of_production_refuses_a_preview(place: Place, command: list[str]) -> None:
    stamp(place, production=True)
    before = place.contents()
    done = start(place, *command, env=PULL_REQUEST)
    assert (done.rc, done.stdout) == (ExitCode.CONFIGURATION, "")
    assert "This is a production ledger and FISIOFLOW_ENV is not production" in done.stderr
    assert place.contents() == before


def test_production_of_a_platform_is_not_ours(here: Place) -> None:
    """Said on stderr and by doctor; nothing is sent and the ledger is not production's."""
    env = {"VERCEL_ENV": "production", "VERCEL_GIT_COMMIT_REF": "main"}
    done = start(here, "birthdays", *MONDAY, "--json", env=env)
    assert (done.rc, done.json["environment"]) == (0, "development")
    assert done.stderr == (
        "fisioflow: VERCEL_ENV says production, but only FISIOFLOW_ENV=production makes it so; "
        "this is development.\n"
    )
    found = start(here, "doctor", "--json", env=env).json["findings"]
    [finding] = [each for each in found if each["id"] == "settings.fisioflow-env"]
    assert finding["verdict"] == "warning"
    assert start(here, "dispatch", env=env).stderr == done.stderr
    assert start(here, "dispatch", env=PULL_REQUEST).stderr == ""


def test_production_in_a_preview_is_said_out_loud(here: Place) -> None:
    """It counts, since FISIOFLOW_ENV says so; whoever did not mean it shall hear of it."""
    stamp(here, production=True)
    env = {"FISIOFLOW_ENV": "production", "FISIOFLOW_SEND_WINDOW": "always", **PULL_REQUEST}
    assert start(here, "dispatch", env=env).stderr == (
        "fisioflow: GITHUB_HEAD_REF names the branch of a pull request, but FISIOFLOW_ENV makes this "
        "production: messages leave.\n"
    )


@pytest.mark.parametrize(
    ("command", "where"),
    [
        (["birthdays", *MONDAY, "--json"], "environment"),
        (["env", "list", "--json"], "present"),
        (["db", "status", "--json"], "environment"),
    ],
)
def test_the_environment_is_told(here: Place, command: list[str], where: str) -> None:
    document: dict[str, Any] = start(here, *command, env=PULL_REQUEST).json
    assert document[where] == "preview:feat/agenda"
