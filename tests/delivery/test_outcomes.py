"""What each answer of a provider makes of a message, of its run and of the others."""

from typing import Any

import pytest

from fisioflow_cli.delivery.decision import Reason, Skip, Wait
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.gateways.gateway import Accepted, Rejected, RetryAfter, StopRun, Uncertain
from fisioflow_cli.ledger.tables import DeliveryState
from tests.delivery.post import Post, adds_up, counts, email, send, whatsapp

SECRET = "maria@example.com"


def test_accepted_is_sent_with_the_providers_id(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.resend.answers = [Accepted(provider_id="re_1")]
    report = post.start()
    row = post.row("ana")
    assert (row.state, row.provider, row.provider_id, row.tries) == ("sent", "resend", "re_1", 1)
    assert (row.channel, row.payload is not None) == ("email", True)
    assert report.exit_code is ExitCode.DONE


@pytest.mark.parametrize(
    ("answers", "state", "requests"),
    [
        ([Rejected(code="http_422 validation_error")], "failed http_422 validation_error", 1),
        ([Rejected(code="131050", opted_out=True)], "skipped opted_out", 1),
        ([Rejected(code="131026", address=True)], "failed 131026", 1),
        ([RetryAfter(code="http_503")], "sent", 2),
        ([RetryAfter(code="http_503")] * 2, "sent", 3),
        ([RetryAfter(code="http_503")] * 3, "pending http_503", 3),
        ([RetryAfter(code="http_429", seconds=30)] * 9, "sent", 10),
        ([Uncertain(code="timeout")], "sent", 2),
        ([Uncertain(code="timeout")] * 3, "sending timeout", 3),
        ([Uncertain(code="timeout"), RetryAfter(code="x")] * 2, "sending timeout", 3),
        ([Uncertain(code="timeout"), Rejected(code="http_422")], "failed http_422", 2),
    ],
)
def test_answers_of_a_provider_with_keys(
    post: Post, answers: list[Any], state: str, requests: int
) -> None:
    post.people["ana"] = send(email("ana"))
    post.resend.answers = list(answers)
    report = post.start()
    assert post.states() == {"ana": state}
    assert len(post.resend.requests) == requests
    assert len(set(post.resend.requests)) == 1
    assert post.row("ana").tries == requests
    assert adds_up(report)


@pytest.mark.parametrize(
    ("answers", "state", "requests"),
    [
        ([RetryAfter(code="not_connected")], "sent", 2),
        ([Uncertain(code="timeout")], "in_doubt timeout", 1),
        ([RetryAfter(code="x"), Uncertain(code="http_500")], "in_doubt http_500", 2),
    ],
)
def test_answers_of_a_provider_without(
    post: Post, answers: list[Any], state: str, requests: int
) -> None:
    post.people["ana"] = send(whatsapp("ana"), email("ana"))
    post.cloud.answers = list(answers)
    post.start()
    assert post.states() == {"ana": state}
    assert len(post.cloud.requests) == requests
    assert post.resend.requests == []


def test_lost_answer_of_a_provider_with_keys_is_one_message(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.resend.answers = [post.resend.and_then(Uncertain(code="timeout"))]
    assert post.start().result["sent"] == 1
    assert post.resend.inbox == ["ana@example.com"]


def test_uncertain_message_is_asked_for_again_by_the_next_start(post: Post) -> None:
    post.people["ana"] = send(email("ana"), text="first")
    post.resend.answers = [post.resend.and_then(Uncertain(code="timeout"))] * 3
    first = post.start()
    assert (first.status, first.result["pending"]) == ("timed_out", 1)
    post.people["ana"] = send(email("ana"), text="second")
    assert post.start().result["sent"] == 1
    assert len(set(post.resend.requests)) == 1
    row = post.row("ana")
    assert (row.state, row.reason, row.tries) == ("sent", None, 4)
    assert post.resend.inbox == ["ana@example.com"]


def test_skipped_is_recorded_with_its_reason_and_is_not_final(post: Post) -> None:
    post.people |= {f"{reason}": Skip(reason=reason) for reason in Reason}
    report = post.start()
    assert counts(report) == {
        "candidates": len(Reason),
        "skipped": {str(reason): 1 for reason in Reason},
    }
    assert report.exit_code is ExitCode.DONE
    post.people["minor"] = send(email("ana"))
    assert post.start().reused
    assert counts(post.start(force=True))["sent"] == 1


def test_untimely_is_pending_and_sent_by_a_later_start(post: Post) -> None:
    post.people |= {"ana": Wait(), "bia": send(email("bia"))}
    report = post.start()
    assert (report.status, report.exit_code) == ("timed_out", ExitCode.TRY_LATER)
    assert counts(report) == {
        "candidates": 2,
        "sent": 1,
        "pending": 1,
        "by_channel": {"email": 1},
    }
    assert post.start().result["pending"] == 1
    post.people["ana"] = send(whatsapp("ana"))
    report = post.start()
    assert (report.status, report.attempt, report.result["sent"]) == ("completed", 3, 2)
    assert post.resend.inbox == ["bia@example.com"]


def test_pending_recipient_who_opts_out_is_skipped(post: Post) -> None:
    post.people["ana"] = Wait()
    post.start()
    post.opted_out.add("ana")
    report = post.start()
    assert (report.status, report.result["skipped"]) == ("completed", {"opted_out": 1})


def test_pending_recipient_who_is_no_candidate_any_more_ends_the_waiting(post: Post) -> None:
    """The row stayed pending for ever, and the run timed out at every start."""
    post.people |= {"ana": Wait(), "bia": Wait()}
    post.start()
    del post.people["ana"]
    post.people["bia"] = send(email("bia"))
    report = post.start()
    assert (report.status, report.exit_code) == ("completed", ExitCode.DONE)
    assert post.states() == {"ana": "skipped not_due", "bia": "sent"}
    assert counts(report)["skipped"] == {"not_due": 1}
    assert adds_up(report)


def test_request_in_flight_to_no_candidate_any_more_is_in_doubt(post: Post) -> None:
    post.people |= {"ana": send(email("ana")), "bia": Wait()}
    post.resend.answers = [Uncertain(code="timeout")] * 3
    post.start()
    post.people = {"bia": send(whatsapp("bia"))}
    report = post.start()
    assert post.states() == {"ana": "in_doubt interrupted", "bia": "sent"}
    assert report.status == "partial"


def test_open_deliveries_are_kept_while_somebody_waits(post: Post) -> None:
    post.people |= {"ana": Wait(), "bia": Wait()}
    post.start()
    del post.people["ana"]
    assert post.start().result["pending"] == 2
    assert post.states() == {"ana": "pending", "bia": "pending"}


@pytest.mark.parametrize("configuration", [True, False])
def test_refused_key_or_used_up_quota_stops_everything(post: Post, *, configuration: bool) -> None:
    post.people |= {name: send(email(name)) for name in ("ana", "bia", "caio")}
    stop = StopRun(code="http_401", remedy="Renew the key.", configuration=configuration)
    post.resend.answers = [Accepted(), stop]
    report = post.start()
    assert post.states() == {"ana": "sent", "bia": "pending http_401"}
    assert len(post.resend.requests) == 2
    assert report.note == "Renew the key."
    expected = ("failed", 78) if configuration else ("timed_out", 75)
    assert (report.status, report.exit_code) == expected
    assert counts(post.start())["sent"] == 3


def test_stop_after_an_uncertain_request_leaves_the_evidence(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.resend.answers = [Uncertain(code="timeout"), StopRun(code="http_401", remedy="Renew.")]
    assert post.start().exit_code is ExitCode.CONFIGURATION
    assert post.row("ana").state is DeliveryState.SENDING
    assert post.start().result["sent"] == 1


def test_defect_in_one_message_is_counted_once_and_harms_no_other(post: Post) -> None:
    def broken() -> Any:
        raise KeyError(SECRET)

    post.people |= {"ana": broken, "bia": send(email("bia"))}
    report = post.start()
    assert post.states() == {"ana": "failed unexpected KeyError", "bia": "sent"}
    assert counts(report) == {
        "candidates": 2,
        "sent": 1,
        "failed": 1,
        "by_channel": {"email": 1},
    }
    assert report.exit_code is ExitCode.PARTIAL
    stored = [post.bench.rows(table) for table in ("runs", "steps", "deliveries")]
    assert SECRET not in str(stored)
    assert SECRET not in str(report.document())


def test_defect_is_not_final(post: Post) -> None:
    """A message that an error of ours has stopped may still be sent when the error is mended."""

    def broken() -> Any:
        raise KeyError

    post.people["ana"] = broken
    post.start()
    post.people["ana"] = send(email("ana"))
    assert post.start().reused
    assert post.start(force=True).result["sent"] == 1


def test_defect_in_a_message_that_was_waiting_is_counted_once(post: Post) -> None:
    """It was counted as pending and as failed, and its run never ended."""

    def broken() -> Any:
        raise KeyError

    post.people["ana"] = Wait()
    post.start()
    post.people["ana"] = broken
    report = post.start()
    assert counts(report) == {"candidates": 1, "failed": 1}
    assert report.status == "partial"


@pytest.mark.parametrize("channel", [email, whatsapp])
def test_defect_in_a_request_is_in_doubt(post: Post, channel: Any) -> None:
    """The row stayed at `sending`, and the run counted it twice and never ended."""
    post.people["ana"] = send(channel("ana"))
    post.resend.answers = [ValueError(SECRET)]
    post.cloud.answers = [ValueError(SECRET)]
    report = post.start()
    assert post.states() == {"ana": "in_doubt unexpected ValueError"}
    assert counts(report) == {"candidates": 1, "in_doubt": 1}
    assert post.start().reused


def test_defect_between_two_requests_is_certainly_unsent(post: Post) -> None:
    post.people["ana"] = send(whatsapp("ana"))

    def answer() -> Any:
        def broken() -> Any:
            raise KeyError

        post.people["ana"] = broken
        return RetryAfter(code="not_connected")

    post.cloud.answers = [answer]
    post.start()
    assert post.states() == {"ana": "failed unexpected KeyError"}


def test_rehearsal_of_a_defect_fails_and_writes_nothing(post: Post) -> None:
    def broken() -> Any:
        raise KeyError

    post.people |= {"ana": broken, "bia": send(email("bia"))}
    report = post.start(dry_run=True)
    assert (report.result["failed"], report.result["sent"]) == (1, 1)
    assert post.states() == {}


def test_rehearsal_tells_who_would_get_what_and_who_not(post: Post) -> None:
    post.people |= {
        "ana": send(email("ana"), whatsapp("ana")),
        "bia": Skip(reason=Reason.MINOR),
        "caio": Wait(),
        "dora": send(email("dora")),
        "eva": send(email("eva")),
    }
    post.resend.answers = [Uncertain(code="timeout")] * 3
    post.start(post.work(only=lambda person: person == "dora"))
    post.start(post.work(only=lambda person: person == "eva"), force=True)
    before = post.bench.rows("deliveries")
    report = post.start(dry_run=True)
    assert post.bench.rows("deliveries") == before
    nothing = {"channel": None, "recipient": None, "reason": None}
    shown = {"channel": "email", "reason": None}
    assert report.result["plan"] == [
        {"key": "greeting/ana", "action": "send", "recipient": "a•••@example.com", **shown},
        {**nothing, "key": "greeting/bia", "action": "skip", "reason": "minor"},
        {**nothing, "key": "greeting/caio", "action": "wait"},
        {
            "key": "greeting/dora",
            "action": "wait",
            "channel": "email",
            "recipient": "d•••@example.com",
            "reason": "in_flight",
        },
        {**nothing, "key": "greeting/eva", "action": "none", "reason": "already_sent"},
    ]
    assert adds_up(report)
    assert report.result["candidates"] == 5
    assert report.result["skipped"] == {"already_sent": 1, "minor": 1}
