"""`fisioflow events`: pages, the payload's shape, and what is done to many events at once."""

import json
from datetime import timedelta

import pytest

from fisioflow_cli.errors import ExitCode
from tests.cli import Done
from tests.commands.inside import run_inside
from tests.workflows.conftest import here, made_sqlite
from tests.workflows.inbox import give, work
from tests.workflows.people import NOW
from tests.workflows.place import Place

__all__ = ["here", "made_sqlite"]
SECRET = "maria.secreta@example.com"


def fisioflow(place: Place, *args: str, **env: str) -> Done:
    return run_inside(*args, env={**place.given, **env})


def statuses(place: Place) -> dict[str, str]:
    return {row["id"]: row["status"] for row in place.ledger("events")}


@pytest.fixture
def inbox(here: Place) -> Place:
    """Three events that are dead, one of another name, and one that waits for the next year."""
    for number in range(3):
        give(
            here,
            "email/send",
            {"to": "nobody", "subject": SECRET, "text": "x"},
            event_id=f"d{number}",
        )
    give(here, "whatsapp/send", {"to": "nobody", "message": SECRET}, event_id="w0")
    work(here)
    later = NOW + timedelta(days=3650)
    give(here, "email/send", {"to": SECRET, "subject": "x", "text": "x"}, event_id="n0", ts=later)
    assert statuses(here) == {**dict.fromkeys(("d0", "d1", "d2", "w0"), "dead"), "n0": "waiting"}
    return here


def test_pages_and_filters(inbox: Place) -> None:
    seen, after = [], []
    while True:
        page = fisioflow(inbox, "events", "list", "--limit", "2", "--json", *after).json
        seen += [event["event_id"] for event in page["events"]]
        if page["next"] is None:
            break
        after = ["--after", page["next"]]
    assert sorted(seen) == ["d0", "d1", "d2", "n0", "w0"]
    told = fisioflow(inbox, "events", "list", "--limit", "2")
    assert "More: add --after " in told.stderr
    for options, count in (
        (["--name", "whatsapp/send"], 1),
        (["--status", "dead", "--name", "email/send"], 3),
        (["--since", "2026-03-02T10:30"], 5),
        (["--until", "2026-03-02"], 0),
        (["--environment", "preview:x"], 0),
    ):
        assert len(fisioflow(inbox, "events", "list", "--json", *options).json["events"]) == count


def test_list_is_readable_in_80_columns(inbox: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console  # noqa: PLC0415

    from fisioflow_cli import console  # noqa: PLC0415
    from fisioflow_cli.commands import show_events  # noqa: PLC0415
    from fisioflow_cli.ledger.event_rows import row_of  # noqa: PLC0415

    narrow = Console(width=80, markup=False, emoji=False, highlight=False, record=True)
    monkeypatch.setattr(console, "out", lambda: narrow)
    rows = [{**row, "id": f"0198c6a4-7d2e-7{row['id']:0>3}"} for row in inbox.ledger("events")]
    show_events.show_list([row_of(row) for row in rows])  # type: ignore[arg-type]
    lines = narrow.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("0198c6a4-7d2e-7") for line in lines) == 5


def test_payload_shows_its_shape_and_nobody(inbox: Place) -> None:
    for args in (["d0"], ["w0"], ["n0"]):
        shown = fisioflow(inbox, "events", "show", *args, "--payload")
        document = fisioflow(inbox, "events", "show", *args, "--payload", "--json")
        assert SECRET not in shown.stdout + document.stdout
        assert "••• text of" in shown.stdout
    assert document.json["payload"] == {
        "to": f"••• text of {len(SECRET)}",
        "subject": "••• text of 1",
        "text": "••• text of 1",
    }


def test_what_waits_is_due_now_if_one_says_so(inbox: Place) -> None:
    """After a key was mended there was nothing to do but wait."""
    refused = fisioflow(inbox, "events", "retry", "n0")
    assert (refused.rc, "add --now" in refused.stderr) == (ExitCode.USAGE, True)
    done = fisioflow(inbox, "events", "retry", "n0", "--now", "--json")
    assert (done.rc, done.json["status"], done.json["generation"]) == (0, "waiting", 1)
    work(inbox, at=NOW + timedelta(days=365))
    assert statuses(inbox)["n0"] == "completed"


def test_all_that_wait_are_due_now_once(inbox: Place) -> None:
    args = ("events", "retry", "--now", "--status", "waiting", "--yes")
    assert fisioflow(inbox, *args).stderr == "1 done, 0 left.\n"
    assert fisioflow(inbox, *args).stderr == "Nothing to do.\n"


def test_many_are_retried_by_filter(inbox: Place) -> None:
    before = inbox.contents()
    refused = fisioflow(inbox, "events", "retry", "--name", "email/send")
    assert (refused.rc, "3 events are to be retried" in refused.stderr) == (ExitCode.USAGE, True)
    listed = fisioflow(inbox, "events", "retry", "--name", "email/send", "--dry-run", "--json")
    assert sorted(event["event_id"] for event in listed.json["events"]) == ["d0", "d1", "d2"]
    assert inbox.contents() == before
    done = fisioflow(inbox, "events", "retry", "--name", "email/send", "--yes")
    assert (done.rc, done.stderr) == (0, "3 done, 0 left.\n")
    assert statuses(inbox) == {**dict.fromkeys(("d0", "d1", "d2", "n0"), "waiting"), "w0": "dead"}
    again = fisioflow(inbox, "events", "retry", "--name", "email/send", "--yes")
    assert again.stderr == "Nothing to do.\n"


def test_many_are_discarded_by_filter(inbox: Place) -> None:
    args = ("events", "discard", "--status", "dead", "--yes", "--json")
    done = fisioflow(inbox, *args)
    assert sorted(event["event_id"] for event in done.json["events"]) == ["d0", "d1", "d2", "w0"]
    assert json.loads(fisioflow(inbox, *args).stdout) == {"events": [], "left": []}
    assert statuses(inbox)["n0"] == "waiting"


HOSTILE = (
    *([], ["d0", "--status", "dead"], ["d"], ["%"], ["_0"], ["\udcff"], ["x" * 9999]),
    ["--name", "\x07"],
)


@pytest.mark.parametrize("command", ["retry", "discard"])
def test_what_cannot_be_is_refused(inbox: Place, command: str) -> None:
    before = inbox.contents()
    for args in HOSTILE:
        done = fisioflow(inbox, "events", command, *args)
        assert (done.rc, done.stdout, done.stderr.count("\n")) == (ExitCode.USAGE, "", 1), ascii(
            args
        )
    assert inbox.contents() == before


def test_dead_and_waiting_ones_are_due_now_each_once(inbox: Place) -> None:
    """What had been dead was counted once more as waiting, as it had become by then."""
    args = ("events", "retry", "--now", "--since", "2026-03-02", "--yes", "--json")
    done = fisioflow(inbox, *args)
    ids = [event["event_id"] for event in done.json["events"]]
    assert sorted(ids) == ["d0", "d1", "d2", "n0", "w0"]


def test_only_as_many_as_were_confirmed(inbox: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes while one reads the number is not meant by it."""

    def confirm(count: int, what: str, *, yes: bool) -> None:
        del what, yes
        assert count == 4
        give(inbox, "email/send", {"to": "nobody", "subject": "x", "text": "x"}, event_id="d9")
        work(inbox)
        assert statuses(inbox)["d9"] == "dead"

    monkeypatch.setattr("fisioflow_cli.commands.remedy.confirm", confirm)
    assert fisioflow(inbox, "events", "discard", "--status", "dead").stderr == "4 done, 0 left.\n"
    assert statuses(inbox)["d9"] == "dead"


@pytest.mark.parametrize(
    "words", [("retry", "n0"), ("discard", "done"), ("retry", "done", "--now"), ("retry", "done")]
)
def test_a_dry_run_refuses_what_would_be_refused(inbox: Place, words: tuple[str, ...]) -> None:
    """Fixed: it was listed as what would be changed."""
    give(inbox, "email/send", {"to": SECRET, "subject": "x", "text": "x"}, event_id="done")
    work(inbox)
    before = inbox.contents()
    tried = fisioflow(inbox, "events", *words, "--dry-run")
    really = fisioflow(inbox, "events", *words)
    assert (tried.rc, tried.stdout, tried.stderr) == (ExitCode.USAGE, "", really.stderr)
    assert inbox.contents() == before
    for may in (("retry", "n0", "--now"), ("retry", "d0"), ("discard", "n0"), ("discard", "d0")):
        assert fisioflow(inbox, "events", *may, "--dry-run", "--json").rc == 0
