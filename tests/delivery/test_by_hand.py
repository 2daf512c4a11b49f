"""What a person does about runs and doubts, as the messages see it: nobody gets one twice unasked."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from fisioflow_cli.delivery.decision import Pause, Wait
from fisioflow_cli.engine.by_hand import ByHand
from fisioflow_cli.engine.report import Report
from fisioflow_cli.engine.run import Run
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.engine.workflow import Workflow
from fisioflow_cli.errors import RunInProgress, UsageError
from fisioflow_cli.gateways.gateway import Rejected, Uncertain
from fisioflow_cli.ledger import again, cancelling, doubts, pages, runs
from fisioflow_cli.ledger.doubts import Judgement, Verdict
from fisioflow_cli.ledger.run_filter import RunFilter
from fisioflow_cli.ledger.runs import RunRow
from fisioflow_cli.ledger.tables import EventStatus
from tests.delivery.post import Post, Served, email, send, whatsapp
from tests.engine.workbench import ZONE, Bench
from tests.ledger.inbox import Inbox

RESEND = Judgement(verdict=Verdict.RESEND, by="ana@clinic-1")
SENT = Judgement(verdict=Verdict.SENT, by="ana@clinic-1", provider_id="wamid.found")
LOST = Uncertain(code="timeout")


def newest(post: Post) -> RunRow:
    page = pages.page(post.bench.ledger, RunFilter(), most=99)
    return max(page.rows, key=lambda run: run.generation)


def hand(post: Post, what: Workflow[Any]) -> ByHand[Any]:
    performer = post.bench.performer(what, services=Served(courier=post.courier()))
    return ByHand(performer=performer, table=timetable(what, post.bench.clock, ZONE))


def retry(post: Post) -> Report:
    return hand(post, post.work()).retry(newest(post), allow_late=False)


def test_cancelled_run_skips_what_is_pending_and_doubts_what_is_in_flight(post: Post) -> None:
    post.people |= {
        "ana": send(whatsapp("ana")),
        "bia": Wait(why=Pause.OUTSIDE_HOURS),
        "caio": send(whatsapp("caio")),
    }
    post.start(post.work(only=lambda person: person == "ana"), organization="o1")
    post.left_sending("caio", ago=timedelta(minutes=1))
    post.start(post.work(only=lambda person: person == "bia"))
    row = hand(post, post.work()).cancel(newest(post))
    assert row.cancelled_by_hand
    assert post.states() == {
        "ana": "sent",
        "bia": "skipped cancelled_by_hand",
        "caio": "in_doubt cancelled_by_hand",
    }
    post.people["bia"] = send(whatsapp("bia"))
    post.cloud.requests.clear()
    report = retry(post)
    assert (report.status, len(post.cloud.requests)) == ("partial", 1)
    assert post.states()["bia"] == "sent"
    assert post.states()["caio"] == "in_doubt cancelled_by_hand"


def test_cancelled_in_the_middle_of_a_page_leaves_no_message_half_way(post: Post) -> None:
    def asking() -> Any:
        cancelling.request(post.bench.ledger, newest(post).id)
        return LOST

    post.people |= {name: send(whatsapp(name)) for name in ("ana", "bia", "caio", "davi")}
    post.cloud.answers = [asking]
    report = post.start()
    assert report.status == "cancelled"
    states = post.states()
    assert states["ana"] == "in_doubt timeout"
    assert "davi" not in states
    assert report.result["pending"] == 0


def test_retry_of_a_partial_run_tries_what_failed_and_not_what_is_in_doubt(post: Post) -> None:
    post.people |= {name: send(whatsapp(name)) for name in ("ana", "bia", "caio")}
    post.cloud.answers = [Rejected(code="http_400"), LOST]
    assert post.start().status == "partial"
    assert sorted(post.states().values()) == ["failed http_400", "in_doubt timeout", "sent"]
    report = retry(post)
    assert sorted(post.states().values()) == ["in_doubt timeout", "sent", "sent"]
    assert (report.status, len(post.cloud.requests)) == ("partial", 4)


@pytest.mark.parametrize("apart", ["organization", "slot", "workflow", "environment"])
def test_retry_leaves_alone_what_others_failed_at(post: Post, apart: str) -> None:
    """Only what this very run could not send is sent: not another clinic's, day's, or kind's."""
    ledger = post.bench.ledger
    preview = Bench(ledger=replace(ledger, environment="preview:x"), clock=post.bench.clock)
    others: dict[str, Callable[[], Report]] = {
        "organization": lambda: post.start(organization="o2"),
        "slot": lambda: post.at("2026-11-22T12:00").start(organization="o1"),
        "workflow": lambda: post.start(replace(post.work(), id="w2"), organization="o1"),
        "environment": lambda: replace(post, bench=preview).start(organization="o1"),
    }
    for person, start in (
        ("bia", others[apart]),
        ("ana", lambda: post.start(organization="o1", catch_up=False)),
    ):
        post.people = {person: send(whatsapp(person))}
        post.cloud.answers = [Rejected(code="http_400")]
        assert start().status == "partial"
    again.next_generation(ledger, _of(post, "ana"))
    assert post.states() == {"ana": "pending", "bia": "failed http_400"}


def test_generation_that_has_passed_them_is_given_nothing(post: Post) -> None:
    """One that is at work, or has ended: it would skip what it is given, and nobody would send it."""
    first = []

    def meanwhile() -> Any:
        again.next_generation(post.bench.ledger, first[0])
        return Wait(why=Pause.OUTSIDE_HOURS)

    post.people |= {"ana": send(whatsapp("ana"))}
    post.cloud.answers = [Rejected(code="http_400")]
    post.start()
    first.append(newest(post))
    post.people["bia"] = meanwhile
    assert post.start(force=True).status == "timed_out"
    assert post.states()["ana"] == "failed http_400"
    post.people["bia"] = send(whatsapp("bia"))
    assert post.start().status == "partial"
    assert again.next_generation(post.bench.ledger, first[0]).generation == 2
    assert post.states()["ana"] == "failed http_400"


def test_unfinished_generation_reads_its_pages_again_for_them(post: Post) -> None:
    """Those alone: no other step of it is done twice, and no other run's pages are read again."""
    work, counted = post.work(), []

    def body(run: Run, services: Any) -> None:
        run.step("once", lambda: counted.append(run.lease.run_id))
        work.body(run, services)

    what = replace(work, body=body)
    post.people |= {"ana": send(whatsapp("ana"))}
    post.cloud.answers = [Rejected(code="http_400")]
    post.start(what)
    first = newest(post)
    post.people |= {name: send(whatsapp(name)) for name in ("bia", "caio")}
    post.people["davi"] = Wait(why=Pause.OUTSIDE_HOURS)
    assert post.start(what, force=True).status == "timed_out"
    before = _steps(post, first)
    assert again.next_generation(post.bench.ledger, first).generation == 2
    assert _steps(post, first) == before
    post.people["davi"] = send(whatsapp("davi"))
    assert post.start(what).status == "completed"
    assert set(post.states().values()) == {"sent"}
    assert counted == [first.id, newest(post).id]


def _steps(post: Post, run: RunRow) -> list[dict[str, Any]]:
    return [step for step in post.bench.rows("steps") if step["run_id"] == run.id]


def test_retry_for_all_tries_what_failed_for_one_organization_too(post: Post) -> None:
    post.people |= {"ana": send(whatsapp("ana"))}
    post.cloud.answers = [Rejected(code="http_400")]
    post.start(organization="o1")
    post.people |= {"bia": send(whatsapp("bia"))}
    post.cloud.answers = [Rejected(code="http_400")]
    assert post.start().status == "partial"
    again.next_generation(post.bench.ledger, _of(post, "bia"))
    assert post.states() == {"ana": "pending", "bia": "pending"}


def _of(post: Post, person: str) -> RunRow:
    """The run that this person's message belongs to."""
    run = runs.get(post.bench.ledger, post.row(person).run_id)
    assert run is not None
    return run


def doubtful(post: Post, option: Callable[[str], Any]) -> None:
    """A run that is partial because of bia, who is in doubt; ana got hers."""
    post.people |= {name: send(option(name)) for name in ("ana", "bia")}
    post.start(post.work(only=lambda person: person == "ana"), organization="o1")
    post.left_sending("bia", ago=timedelta(hours=30))
    assert post.start().status == "partial"
    assert post.states() == {"ana": "sent", "bia": "in_doubt interrupted"}


@pytest.mark.parametrize("option", [email, whatsapp])
def test_resent_by_a_later_start_once(post: Post, option: Callable[[str], Any]) -> None:
    """Within the same slot: the later start opens nothing by itself, the resolution has to."""
    doubtful(post, option)
    before = [request for provider in post.provider.values() for request in provider.requests]
    row = post.row("bia")
    heir = doubts.resend(post.bench.ledger, row, RESEND, same_request=False)
    assert heir is not None
    assert heir.generation == 2
    assert post.states()["bia"].startswith("pending resolved_resend by ana@clinic-1 at ")
    for _ in range(3):
        assert post.start().status == "completed"
    after = [request for provider in post.provider.values() for request in provider.requests]
    assert len(after) == len(before) + 1
    assert post.states()["bia"].startswith("sent resolved_resend by ana@clinic-1 at ")
    assert post.row("bia").provider_key != row.provider_key
    assert post.states()["ana"] == "sent"


def test_resent_the_next_day_within_the_maximum_age(post: Post) -> None:
    doubtful(post, whatsapp)
    doubts.resend(post.bench.ledger, post.row("bia"), RESEND, same_request=False)
    post.later(timedelta(days=1))
    report = post.start()
    assert [done.slot for done in report.caught_up] == ["2026-11-23"]
    assert post.states()["bia"].startswith("sent resolved_resend")


def test_mail_whose_key_is_still_known_is_asked_for_once_more(post: Post) -> None:
    post.people |= {"ana": send(email("ana"))}
    post.left_sending("ana", ago=timedelta(minutes=5))
    post.opted_out.add("ana")
    post.start()
    assert post.states() == {"ana": "in_doubt opted_out"}
    post.opted_out.clear()
    before = post.row("ana")
    doubts.resend(post.bench.ledger, before, RESEND, same_request=True)
    assert post.start().status == "completed"
    assert post.row("ana").provider_key == before.provider_key
    assert post.row("ana").payload == before.payload
    assert len(post.resend.requests) == 1


def test_unfinished_run_reads_its_pages_again_for_it(post: Post) -> None:
    """A finished page is never read again: the message stayed pending for ever."""
    post.people |= {name: send(whatsapp(name)) for name in ("ana", "bia", "caio")}
    post.people["davi"] = Wait(why=Pause.OUTSIDE_HOURS)
    post.cloud.answers = [LOST]
    assert post.start().status == "timed_out"
    assert post.states()["ana"] == "in_doubt timeout"
    heir = doubts.resend(post.bench.ledger, post.row("ana"), RESEND, same_request=False)
    assert heir is not None
    assert heir.generation == 1
    post.people["davi"] = send(whatsapp("davi"))
    assert post.start().status == "completed"
    assert len(post.cloud.requests) == 5
    assert {state.partition(" ")[0] for state in post.states().values()} == {"sent"}


def test_doubt_is_resolved_once(post: Post) -> None:
    doubtful(post, whatsapp)
    row, ledger = post.row("bia"), post.bench.ledger
    assert doubts.believe(ledger, row, SENT)
    assert not doubts.believe(ledger, row, SENT)
    assert doubts.resend(ledger, row, RESEND, same_request=False) is None
    assert newest(post).generation == 1


def test_judgement_of_an_older_doubt_is_not_heard(post: Post) -> None:
    """Somebody has had it sent again meanwhile, and that is in doubt too."""
    post.people["ana"] = send(whatsapp("ana"))
    post.cloud.answers = [LOST, LOST]
    post.start()
    older, ledger = post.row("ana"), post.bench.ledger
    doubts.resend(ledger, older, RESEND, same_request=False)
    post.start()
    assert post.states() == {"ana": "in_doubt timeout"}
    assert not doubts.believe(ledger, older, SENT)
    assert doubts.resend(ledger, older, RESEND, same_request=False) is None
    assert doubts.believe(ledger, post.row("ana"), SENT)


def test_believed_message_completes_its_run(post: Post) -> None:
    doubtful(post, whatsapp)
    assert doubts.believe(post.bench.ledger, post.row("bia"), SENT)
    row = post.row("bia")
    assert (row.state, row.provider_id) == ("sent", "wamid.found")
    assert (row.reason or "").startswith("resolved_sent by ana@clinic-1 at 2026-11-23T")
    run = runs.get(post.bench.ledger, row.run_id)
    assert run is not None
    assert (run.status, run.result["in_doubt"], run.result["sent"]) == ("completed", 0, 1)
    assert run.result["by_channel"] == {"whatsapp": 1}
    assert post.start().reused
    assert post.start(force=True).result["skipped"] == {"already_sent": 2}


def test_each_word_counts_once_and_for_its_own_run_alone(post: Post) -> None:
    post.people = {"eva": send(whatsapp("eva"))}
    post.at("2026-11-22T12:00").start()
    post.people = {name: send(whatsapp(name)) for name in ("ana", "bia", "caio")}
    post.cloud.answers = [LOST, LOST]
    assert post.start().status == "partial"
    before = post.bench.run_rows()["2026-11-22", "all", 1]
    for person, status, left in (("ana", "partial", 1), ("bia", "completed", 0)):
        assert doubts.believe(post.bench.ledger, post.row(person), SENT)
        run = _of(post, person)
        assert (run.status, run.result["in_doubt"], run.result["sent"]) == (status, left, 3 - left)
        assert run.result["by_channel"] == {"whatsapp": 3 - left}
    assert post.bench.run_rows()["2026-11-22", "all", 1] == before


def test_unfinished_run_stays_so_when_its_doubt_is_resolved(post: Post) -> None:
    """What waits for daylight is still to be sent."""
    post.people |= {"ana": send(whatsapp("ana")), "davi": Wait(why=Pause.OUTSIDE_HOURS)}
    post.cloud.answers = [LOST]
    post.start()
    assert doubts.believe(post.bench.ledger, post.row("ana"), SENT)
    assert (newest(post).status, newest(post).result["in_doubt"]) == ("timed_out", 0)
    post.people["davi"] = send(whatsapp("davi"))
    assert post.start().status == "completed"
    assert post.states()["davi"] == "sent"


@pytest.mark.parametrize("judge", ["believe", "resend"])
def test_event_that_is_called_as_the_slot_is_none_of_it(post: Post, judge: str) -> None:
    """An application chooses its events' ids, and may take a date."""
    doubtful(post, whatsapp)
    ledger, row = post.bench.ledger, post.row("bia")
    inbox = Inbox(ledger=ledger)
    inbox.put("2026-11-23")
    inbox.end(inbox.one(), EventStatus.DEAD, failures=5, error="http_500")
    event = inbox.get("2026-11-23")
    if judge == "believe":
        assert doubts.believe(ledger, row, SENT)
    else:
        heir = doubts.resend(ledger, row, RESEND, same_request=False)
        assert heir is not None
        assert heir.generation == 2
    assert inbox.get("2026-11-23") == event


def test_run_with_other_trouble_stays_partial(post: Post) -> None:
    post.people |= {name: send(whatsapp(name)) for name in ("ana", "bia")}
    post.cloud.answers = [LOST, Rejected(code="http_400")]
    post.start()
    assert doubts.believe(post.bench.ledger, post.row("ana"), SENT)
    assert (newest(post).status, newest(post).result["in_doubt"]) == ("partial", 0)


def test_nothing_is_resent_while_somebody_works_or_after_the_run_was_cancelled(post: Post) -> None:
    refused = []

    def resolving() -> Any:
        try:
            doubts.resend(post.bench.ledger, post.row("ana"), RESEND, same_request=False)
        except RunInProgress as error:
            refused.append(error)
        return Wait(why=Pause.OUTSIDE_HOURS)

    post.people |= {"ana": send(whatsapp("ana")), "bia": resolving}
    post.cloud.answers = [LOST]
    post.start()
    assert len(refused) == 1
    hand(post, post.work()).cancel(newest(post))
    with pytest.raises(UsageError, match="runs retry"):
        doubts.resend(post.bench.ledger, post.row("ana"), RESEND, same_request=False)
    assert post.states()["ana"] == "in_doubt timeout"


def at_once(*what: Callable[[], Any]) -> list[Any]:
    """What each comes to, all begun together; an error counts as an answer."""
    together = threading.Barrier(len(what))

    def one(do: Callable[[], Any]) -> Any:
        together.wait(20)
        try:
            return do()
        except UsageError as error:
            return error

    with ThreadPoolExecutor(len(what)) as pool:
        return [done.result() for done in [pool.submit(one, do) for do in what]]


def test_of_several_who_judge_at_once_one_is_heard(post: Post) -> None:
    """Fixed: on PostgreSQL they could wait for each other until one was told that nobody answers."""
    for turn in range(5):
        person = f"p{turn}"
        post.people = {person: send(whatsapp(person))}
        post.cloud.answers = [LOST]
        post.start(force=bool(turn))
        seen = (post.bench.ledger, post.row(person))
        resend = partial(doubts.resend, *seen, RESEND, same_request=False)
        answers = at_once(*(resend,) * 3, *(partial(doubts.believe, *seen, SENT),) * 3)
        heard = [answer for answer in answers if answer not in (None, False)]
        assert len(heard) == 1
        heirs = [run for run in post.bench.run_rows() if run[2] == newest(post).generation]
        assert len(heirs) == 1
        post.cloud.requests.clear()
        post.start()
        assert post.row(person).state == "sent"
        assert len(post.cloud.requests) == (heard[0] is not True)


def test_partial_run_that_two_retry_at_once_has_one_next_generation(post: Post) -> None:
    post.people |= {"ana": send(whatsapp("ana"))}
    post.cloud.answers = [Rejected(code="http_400")]
    post.start()
    run, ledger = newest(post), post.bench.ledger
    opened = at_once(*(lambda: again.next_generation(ledger, run).id,) * 6)
    assert len(set(opened)) == 1
    assert set(post.bench.run_rows()) == {("2026-11-23", "all", 1), ("2026-11-23", "all", 2)}
    assert post.states() == {"ana": "pending"}
    post.cloud.answers = []
    assert post.start().status == "completed"
    assert len(post.cloud.requests) == 2


def test_forced_start_at_the_same_time_leaves_nothing_unsent(post: Post, monkeypatch: Any) -> None:
    """Fixed: what a person had sent again was handed to a run that had passed it already, and skipped.

    `--force` opens the next generation while the doubt is being resolved.
    """
    if post.bench.ledger.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    doubtful(post, whatsapp)
    seen, open_next = post.row("bia"), again.open_next

    def beaten(*facts: Any) -> RunRow:
        monkeypatch.setattr(again, "open_next", open_next)
        post.start(force=True)
        return open_next(*facts)

    monkeypatch.setattr(again, "open_next", beaten)
    with pytest.raises(RunInProgress):
        doubts.resend(post.bench.ledger, seen, RESEND, same_request=False)
    assert post.states()["bia"] == "in_doubt interrupted"


def test_what_an_earlier_generation_failed_at_is_tried_again_too(post: Post) -> None:
    """Fixed: after a start with --force, `runs retry` tried nothing, and called the run partial again."""
    post.people |= {"ana": send(whatsapp("ana")), "bia": send(whatsapp("bia"))}
    post.cloud.answers = [Rejected(code="http_400")]
    assert post.start().status == "partial"
    assert post.start(force=True).status == "partial"
    assert retry(post).status == "completed"
    assert set(post.states().values()) == {"sent"}
    assert len(post.cloud.requests) == 3


def test_run_that_ended_before_it_could_be_cancelled_is_not_said_to_end(post: Post) -> None:
    """Fixed: of a run that was done meanwhile it was told that it ends after the step in hand."""
    post.people |= {"ana": Wait(why=Pause.OUTSIDE_HOURS)}
    post.start()
    seen = newest(post)
    post.people["ana"] = send(whatsapp("ana"))
    assert post.start().status == "completed"
    with pytest.raises(UsageError, match="has ended: it is completed"):
        hand(post, post.work()).cancel(seen)
