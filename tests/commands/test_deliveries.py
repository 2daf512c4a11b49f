"""`fisioflow deliveries`: what became of every message, and what a person says of those in doubt."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.commands.do_deliveries import Resolving
from fisioflow_cli.context.delivery_history import DeliveryHistory
from fisioflow_cli.context.history import History
from fisioflow_cli.errors import ExitCode
from tests.cli import Done
from tests.commands.inside import run_inside
from tests.workflows.conftest import here, made_sqlite
from tests.workflows.people import NOW, patient
from tests.workflows.place import Place

__all__ = ["here", "made_sqlite"]
ZONE = ZoneInfo("America/Sao_Paulo")
ANA = "birthday/ana/2026"


def fisioflow(place: Place, *args: str, **env: str) -> Done:
    return run_inside(*args, env={**place.given, **env})


def test_list_tells_the_verdict_of_a_person_but_not_who_and_when(greeted: Place) -> None:
    assert fisioflow(greeted, "deliveries", "resolve", ANA, "--sent").rc == 0
    shown = fisioflow(greeted, "deliveries", "list", "--key", ANA).stdout
    assert "sent resolved_sent" in shown
    assert " by " not in shown.splitlines()[1]
    assert "resolved_sent by" in fisioflow(greeted, "deliveries", "show", ANA).stdout


@pytest.fixture
def greeted(here: Place) -> Place:
    """Three greetings in doubt, one that failed, one that was sent, and one skipped."""
    people = ("ana", "bia", "caio", "davi", "eva")
    here.add(schema.patients, *(patient(name) for name in people), patient("fred", active=False))
    here.start("birthdays")
    d, r = here.ledger_table("deliveries"), here.ledger_table("runs")
    with here.writing() as connection:
        for names, state, reason in (
            (("ana", "bia", "caio"), "in_doubt", "timeout"),
            (("davi",), "failed", "http_400"),
        ):
            keys = [f"birthday/{name}/2026" for name in names]
            mine = d.update().where(d.c.message_key.in_(keys))
            connection.execute(mine.values(state=state, reason=reason, provider="whatsapp-cloud"))
        result = {"sent": 1, "failed": 1, "in_doubt": 3, "by_channel": {"whatsapp": 1}}
        connection.execute(r.update().values(status="partial", result=result))
    return here


def keys(done: Done) -> list[str]:
    return sorted(row["key"].split("/")[1] for row in done.json["deliveries"])


NARROWED = [
    ([], "ana bia caio davi eva fred"),
    (["--state", "in_doubt"], "ana bia caio"),
    (["--reason", "inactive"], "fred"),
    (["--channel", "whatsapp"], "ana bia caio davi eva"),
    (["--channel", "push"], ""),
    (["--recipient", "eva"], "eva"),
    (["--org", "sul", "--state", "sent"], "eva"),
    (["--org", "norte"], ""),
    (["--key", "birthday/b"], "bia"),
    (["--key", "birthday_"], ""),
    (["--key", "%"], ""),
    (["--until", "2026-03-02"], ""),
    (["--since", "2026-03-02", "--limit", "100"], "ana bia caio davi eva fred"),
    (["--environment", "preview:x"], ""),
]


def test_narrowed_down(greeted: Place) -> None:
    for options, found in NARROWED:
        done = fisioflow(greeted, "deliveries", "list", "--json", *options)
        assert (done.rc, keys(done)) == (0, found.split()), options


def test_pages_and_those_of_a_run(greeted: Place) -> None:
    [run] = greeted.ledger("runs")
    first = fisioflow(
        greeted, "deliveries", "list", "--run", run["id"][:8], "--limit", "4", "--json"
    )
    rest = fisioflow(greeted, "deliveries", "list", "--after", first.json["next"], "--json")
    assert sorted(keys(first) + keys(rest)) == ["ana", "bia", "caio", "davi", "eva", "fred"]
    shown = fisioflow(greeted, "deliveries", "list", "--limit", "4")
    assert shown.stderr.startswith("Environment: development\nMore: add --after")
    assert "in_doubt" in shown.stdout


def test_nothing_shows_an_address_or_a_text(greeted: Place) -> None:
    typed = [row["payload"] for row in greeted.ledger("deliveries") if row["payload"]]
    assert typed
    for args in (["list"], ["show", ANA], ["in-doubt"]):
        for form in ([], ["--json"]):
            shown = fisioflow(greeted, "deliveries", *args, *form).stdout
            assert "+55•••" in shown.replace("\\u2022", "•")
            assert "+5511" not in shown
            assert "Parab" not in shown
            assert "Clínica Sul" not in shown


def test_what_to_look_for_at_the_provider(greeted: Place) -> None:
    shown = fisioflow(greeted, "deliveries", "in-doubt").stdout
    [key] = [
        row["provider_key"] for row in greeted.ledger("deliveries") if row["message_key"] == ANA
    ]
    for told in (ANA, key[:32], "biz_opaque_callback_data", "did not answer in time", "+55•••"):
        assert told in shown


def test_whether_a_text_is_kept_is_told_in_a_word(greeted: Place) -> None:
    """Fixed: Python's own True and False."""
    shown = fisioflow(greeted, "deliveries", "show", ANA).stdout
    assert re.search(r"^has_text +yes$", shown, re.MULTILINE)


def test_times_are_told_to_the_second(greeted: Place) -> None:
    """People read microseconds and a T; programs get them still."""
    for args in (["show", ANA], ["in-doubt"]):
        shown = fisioflow(greeted, "deliveries", *args).stdout
        times = re.findall(r"^\w+_at +(.+)$", shown, re.MULTILINE)
        assert len(times) >= 2
        assert all(re.fullmatch(r"[\d-]{10} [\d:]{8} UTC", told) for told in times)
    document = fisioflow(greeted, "deliveries", "show", ANA, "--json").json
    assert datetime.fromisoformat(document["updated_at"]).tzinfo is not None


def test_sent_is_recorded_with_who_said_so(greeted: Place) -> None:
    done = fisioflow(
        greeted, "deliveries", "resolve", ANA, "--sent", "--provider-id", "wamid.1", "--json"
    )
    assert (done.rc, done.json["state"], done.json["provider_id"]) == (0, "sent", "wamid.1")
    assert done.json["reason"].startswith("resolved_sent by ")
    assert "resolved as sent by" in done.json["meaning"]
    again = fisioflow(greeted, "deliveries", "resolve", ANA, "--sent")
    assert (again.rc, "only one in doubt is resolved" in again.stderr) == (ExitCode.USAGE, True)
    for how in ("--sent", "--resend"):  # fixed: a dry run listed it as what would be changed
        tried = fisioflow(greeted, "deliveries", "resolve", ANA, how, "--dry-run")
        assert (tried.rc, tried.stdout, tried.stderr) == (ExitCode.USAGE, "", again.stderr)
    [run] = greeted.ledger("runs")
    assert (run["status"], run["result"]["in_doubt"]) == ("partial", 2)
    table = fisioflow(greeted, "runs", "show", run["id"]).stdout
    assert "resolved_sent" in table


def test_many_are_taken_for_sent_once(greeted: Place) -> None:
    args = ("deliveries", "resolve", "--all", "--sent", "--key", "birthday/")
    refused = fisioflow(greeted, *args)
    assert (refused.rc, "3 messages are to be taken for sent" in refused.stderr) == (2, True)
    assert len(fisioflow(greeted, *args, "--dry-run", "--json").json["deliveries"]) == 3
    assert set(greeted.deliveries().values()) >= {"in_doubt timeout"}
    done = fisioflow(greeted, *args, "--yes")
    assert (done.rc, done.stderr) == (0, "3 done, 0 left.\n")
    assert fisioflow(greeted, *args, "--yes").stderr == "Nothing to do.\n"


def test_stale_greeting_is_not_resent(greeted: Place) -> None:
    before = greeted.contents()
    refused = fisioflow(greeted, "deliveries", "resolve", ANA, "--resend")
    assert (refused.rc, "--allow-late" in refused.stderr) == (ExitCode.USAGE, True)
    assert greeted.contents() == before
    done = fisioflow(greeted, "deliveries", "resolve", ANA, "--resend", "--allow-late")
    run = max(greeted.ledger("runs"), key=lambda row: int(row["generation"]))
    assert f"`fisioflow runs retry {run['id']} --allow-late` sends it." in done.stdout
    sent = fisioflow(
        *(greeted, "runs", "retry", run["id"], "--allow-late"), FISIOFLOW_SEND_WINDOW="always"
    )
    assert sent.rc == ExitCode.PARTIAL, sent.stderr  # two are still in doubt, one failed
    # the exit code alone told nobody what to type next
    said = "2 messages are in doubt; see `fisioflow deliveries in-doubt`."
    assert sent.stderr.endswith(f" 2026-03-02: {said}\n")
    watched = fisioflow(greeted, "runs", "watch")
    assert (watched.rc, watched.stderr) == (ExitCode.PARTIAL, f"fisioflow: {said}\n")
    assert fisioflow(greeted, "runs", "show", run["id"]).stderr == f"fisioflow: {said}\n"
    assert greeted.deliveries()[ANA].startswith("sent")


def test_doubt_of_another_is_left(greeted: Place) -> None:
    fisioflow(greeted, "deliveries", "resolve", ANA, "--resend", "--allow-late")
    greeted.start("birthdays", at=NOW)
    assert greeted.deliveries()["birthday/bia/2026"] == "in_doubt timeout"


IMPOSSIBLE = [
    *([ANA], [ANA, "--sent", "--resend"], ["--sent"], ["--all", "--resend"], ["x", "--sent"]),
    *([ANA, "--all", "--sent"], [ANA, "--sent", "--channel", "push"]),
    *(["birthday/eva/2026", "--sent"], ["birthday/%/2026", "--sent"], ["\udcff", "--sent"]),
    *(
        ["\x1b[31m/x", "--resend"],
        ["k" * 9999, "--sent"],
        [ANA, "--resend", "--provider-id", "1"],
    ),
    [ANA, "--sent", "--provider-id", "\x07"],
]


def test_what_cannot_be_is_refused(greeted: Place) -> None:
    before = greeted.contents()
    for args in IMPOSSIBLE:
        done = fisioflow(greeted, "deliveries", "resolve", *args)
        assert (done.rc, done.stdout, done.stderr.count("\n")) == (ExitCode.USAGE, "", 1), ascii(
            args
        )
        assert "\x1b" not in done.stderr
    assert greeted.contents() == before


def test_mistyped_key_is_answered_with_those_that_begin_alike(greeted: Place) -> None:
    done = fisioflow(greeted, "deliveries", "show", "birthday/ana/2027")
    assert (done.rc, ANA in done.stderr) == (ExitCode.USAGE, True)
    assert fisioflow(greeted, "deliveries", "show", "nothing").rc == ExitCode.USAGE


@pytest.mark.parametrize("scope", ["all", "sul"])
def test_next_start_is_promised_for_a_run_of_everybody_only(
    greeted: Place, scope: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fixed: so it was of one organization's run, which no start but its own takes up."""
    r = greeted.ledger_table("runs")
    with greeted.writing() as connection:
        connection.execute(r.update().values(scope=scope))
    greeted.start("birthdays")  # for everybody
    with greeted.context().databases() as databases:
        history = DeliveryHistory(history=History(ledger=databases.ledger, zone=ZONE))
        row = history.find(ANA)
        run = history.resend(row, allow_late=False)
        resolving = Resolving(
            resend=True, allow_late=False, dry_run=False, yes=False, as_json=False
        )
        resolving.tell_resent(row, run)
    assert ("next start" in capsys.readouterr().out) == (scope == "all")
    greeted.start("birthdays")
    [state] = [row["state"] for row in greeted.ledger("deliveries") if row["message_key"] == ANA]
    assert state == ("sent" if scope == "all" else "pending")
