"""Two runs with the same message, zombies, and what one run makes of another's deliveries."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.delivery.decision import Reason, Skip, Wait
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.gateways.gateway import Rejected, Uncertain
from fisioflow_cli.ledger.tables import DeliveryState
from tests.delivery.post import Post, adds_up, counts, email, send, whatsapp
from tests.engine.workbench import bench

HOUR = timedelta(hours=1)


def test_two_runs_at_once_send_each_message_once(ledger_url: str) -> None:
    people = [f"p{number:02}" for number in range(12)]
    gun = threading.Barrier(2)
    with bench(ledger_url, migrated=True) as first, bench(ledger_url, migrated=True) as second:
        post = Post.on(first)
        other = Post(bench=second, resend=post.resend, cloud=post.cloud)
        post.people |= {person: send(whatsapp(person)) for person in people}
        other.people = post.people

        def start(which: Post, organization: str | None) -> None:
            gun.wait()
            which.start(organization=organization)

        threads = [
            threading.Thread(target=start, args=(post, None)),
            threading.Thread(target=start, args=(other, "o1")),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(post.cloud.requests) == len(post.cloud.inbox) == 12
        assert set(post.states().values()) == {"sent"}


def test_message_that_another_run_is_sending_is_left_to_it(post: Post) -> None:
    """The run that waited for it was completed, and would not have come back."""
    post.people["ana"] = send(whatsapp("ana"))
    others = []

    def answer() -> Any:
        others.append(post.start(organization="o1"))
        return post.cloud.accept()

    post.cloud.answers = [answer]
    report = post.start()
    assert (report.status, report.result["sent"]) == ("completed", 1)
    assert (others[0].status, others[0].exit_code) == ("timed_out", ExitCode.TRY_LATER)
    assert (others[0].result["pending"], others[0].result["candidates"]) == (1, 1)
    assert len(post.cloud.requests) == 1
    again = post.start(organization="o1")
    assert (again.status, again.result["skipped"]) == ("completed", {"already_sent": 1})
    assert adds_up(again)


def test_message_that_another_run_claims_first_is_left_to_it(post: Post) -> None:
    """Both had decided to send; the other one's claim came first."""

    def decide() -> Any:
        post.people["ana"] = send(whatsapp("ana"))
        assert post.start(organization="o1").result["sent"] == 1
        return post.people["ana"]

    post.people["ana"] = decide
    assert post.start().status == "timed_out"
    assert len(post.cloud.requests) == 1
    assert post.start().result["skipped"] == {"already_sent": 1}


def test_recovery_that_another_run_begins_first_is_left_to_it(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.left_sending("ana", ago=HOUR, organization="o2")

    def decide() -> Any:
        post.people["ana"] = send(email("ana"))
        assert post.start(organization="o1").result["sent"] == 1
        return post.people["ana"]

    post.people["ana"] = decide
    assert post.start().status == "timed_out"
    assert len(post.resend.requests) == 1


@pytest.mark.parametrize(
    ("channel", "state"), [(email, "sent"), (whatsapp, "in_doubt interrupted")]
)
def test_message_that_a_dead_run_was_sending_is_taken_on(
    post: Post, channel: Any, state: str
) -> None:
    post.people["ana"] = send(channel("ana"))
    post.left_sending("ana", ago=HOUR, organization="o1")
    report = post.start()
    assert post.states() == {"ana": state}
    assert post.row("ana").run_id == report.run_id
    assert len(post.resend.requests) + len(post.cloud.requests) == (state == "sent")


def test_zombie_cannot_claim(post: Post) -> None:
    """Its lease was taken over between its decision and its claim."""

    def decide() -> Any:
        post.bench.overtake()
        return send(email("ana"))

    post.people["ana"] = decide
    report = post.start()
    assert (report.status, post.states()) == ("already_running", {})
    assert post.resend.requests == []


def test_zombie_cannot_claim_for_the_other_channel(post: Post) -> None:
    def answer() -> Any:
        post.bench.overtake()
        return Rejected(code="131026", address=True)

    post.people["ana"] = send(whatsapp("ana"), email("ana"))
    post.cloud.answers = [answer]
    assert post.start().status == "already_running"
    assert post.resend.requests == []
    assert post.row("ana").state is DeliveryState.PENDING


def test_outcome_after_a_takeover_counts_while_nobody_has_judged(post: Post) -> None:
    def answer() -> Any:
        post.bench.overtake()
        return post.cloud.accept()

    post.people |= {"ana": send(whatsapp("ana")), "bia": send(whatsapp("bia"))}
    post.cloud.answers = [answer]
    assert post.start().status == "already_running"
    assert post.states() == {"ana": "sent"}
    assert post.start().result["sent"] == 2
    assert len(post.cloud.inbox) == 2


def test_outcome_after_the_successors_judgement_changes_nothing(post: Post) -> None:
    reports = []

    def answer() -> Any:
        post.bench.overtake()
        reports.append(post.start())
        return post.cloud.accept()

    post.people["ana"] = send(whatsapp("ana"))
    post.cloud.answers = [answer]
    late = post.start()
    assert reports[0].result["in_doubt"] == 1
    assert (late.status, late.reused) == ("partial", True)
    assert post.states() == {"ana": "in_doubt interrupted"}
    assert len(post.cloud.requests) == 1


def test_zombies_email_and_its_successors_are_one_message(post: Post) -> None:
    def answer() -> Any:
        post.bench.overtake()
        assert post.start().result["sent"] == 1
        return post.resend.accept()

    post.people["ana"] = send(email("ana"))
    post.resend.answers = [answer]
    post.start()
    assert post.states() == {"ana": "sent"}
    assert post.resend.inbox == ["ana@example.com"]
    assert len(set(post.resend.requests)) == 1


def test_forced_run_sends_nothing_twice(post: Post) -> None:
    post.people |= {
        "ana": send(email("ana")),
        "bia": send(email("bia")),
        "caio": send(whatsapp("caio")),
        "dora": Skip(reason=Reason.MINOR),
    }
    post.resend.answers = [post.resend.accept, Rejected(code="http_422")]
    post.cloud.answers = [Uncertain(code="timeout")]
    post.start()
    report = post.start(force=True)
    assert counts(report) == {
        "candidates": 4,
        "failed": 1,
        "in_doubt": 1,
        "skipped": {"already_sent": 1, "minor": 1},
    }
    assert (len(post.resend.requests), len(post.cloud.requests)) == (2, 1)


def test_next_days_run_takes_on_what_was_left_pending(post: Post) -> None:
    post.people["ana"] = Wait()
    today = post.start()
    tomorrow = post.at("2026-11-24T09:00")
    tomorrow.people["ana"] = send(email("ana"))
    report = tomorrow.start()
    assert [each.slot for each in report.caught_up] == [today.slot]
    assert report.caught_up[0].result["sent"] == 1
    assert report.result["skipped"] == {"already_sent": 1}
    assert post.resend.inbox == ["ana@example.com"]


def test_message_never_due_again_is_closed_with_its_run(post: Post) -> None:
    """A run past its maximum age kept its pending messages for ever."""
    post.people |= {"ana": Wait(), "bia": send(email("bia")), "caio": send(email("caio"))}
    post.resend.answers = [post.resend.accept, *[Uncertain(code="timeout")] * 3]
    post.start()
    later = post.at("2026-11-28T09:00")
    later.people = {}
    report = later.start()
    assert post.states() == {
        "ana": "skipped not_due",
        "bia": "sent",
        "caio": "in_doubt interrupted",
    }
    closed = report.caught_up[0]
    assert (closed.slot, closed.status, closed.exit_code) == (
        "2026-11-23",
        "failed",
        ExitCode.FAILED,
    )
    assert counts(closed) == {
        "candidates": 3,
        "sent": 1,
        "in_doubt": 1,
        "skipped": {"not_due": 1},
        "by_channel": {"email": 1},
    }
