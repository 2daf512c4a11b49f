"""`fisioflow events`: what was accepted, and what may be done about it by hand."""

import json
import re

import pytest

from tests.commands.inside import run_inside

SECRET = "maria.secreta@example.com"


@pytest.fixture
def dead() -> str:
    """The id of an event that nothing can help."""
    event = {
        "id": "evt-1",
        "name": "email/send",
        "data": {"to": "x", "subject": "x", "text": SECRET},
    }
    assert run_inside("dispatch", "-", stdin=json.dumps(event)).rc == 3
    return "evt-1"


def status(event: str) -> str:
    return str(run_inside("events", "show", event, "--json").json["status"])


def test_list_shows_the_dead_and_never_a_payload(dead: str) -> None:
    shown = run_inside("events", "list", "--status", "dead")
    assert (shown.rc, shown.stderr) == (0, "Environment: development\n")
    assert dead in shown.stdout
    detail = run_inside("events", "show", dead).stdout
    assert re.search(r"^due_at +[\d-]{10} [\d:]{8} UTC$", detail, re.MULTILINE)
    assert re.search(r"^workflow +send-email$", detail, re.MULTILINE)
    for args in (["list"], ["list", "--json"], ["show", dead, "--json"]):
        assert SECRET not in run_inside("events", *args).stdout + detail


def test_show_takes_the_beginning_of_an_id(dead: str) -> None:
    assert run_inside("events", "show", "evt", "--json").json["event_id"] == dead


def test_retry_makes_a_dead_event_due_again(dead: str) -> None:
    assert run_inside("events", "retry", dead).rc == 0
    assert status(dead) == "waiting"
    assert run_inside("dispatch").rc == 3
    assert run_inside("events", "show", dead, "--json").json["generation"] == 2


def test_discard_ends_it_for_good(dead: str) -> None:
    assert run_inside("events", "discard", dead).rc == 0
    assert status(dead) == "discarded"
    for args in (["list"], ["show", dead]):
        told = " ".join(run_inside("events", *args).stdout.split())
        assert "called off or given up by hand" in told, "it said `discarded` once more"
    assert run_inside("dispatch").rc == 0
    again = run_inside("events", "retry", dead)
    assert (again.rc, again.stderr.count("\n")) == (2, 1)


def test_ignored_event_says_why() -> None:
    """Only `dev` said it, at the moment the event came."""
    event = json.dumps({"id": "evt-2", "name": "nobody/cares", "data": {}})
    assert run_inside("dispatch", "-", stdin=event).rc == 0
    for args in (["list"], ["show", "evt-2"], ["list", "--json"]):
        assert "nobody handles this name" in run_inside("events", *args).stdout


def test_unknown_event_and_status_are_refused(dead: str) -> None:
    for args in (["show", "nobody"], ["retry", "nobody"], ["list", "--status", "lost"]):
        done = run_inside("events", *args)
        assert (done.rc, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_before_anything_has_run() -> None:
    done = run_inside("events", "list")
    assert (done.rc, done.stderr.count("\n")) == (78, 1)
