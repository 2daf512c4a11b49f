"""Each cell of DESIGN §4's table: what a later start makes of what a dead process has left."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.delivery.decision import Send, Wait
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.gateways.gateway import Accepted, Content, Mail, Rejected, RetryAfter, Uncertain
from fisioflow_cli.ledger.tables import DeliveryState
from tests.delivery.post import Died, Post, adds_up, counts, dying, email, send, whatsapp

HOURS = timedelta(hours=1)


def _died(post: Post) -> None:
    with pytest.raises(Died):
        post.start()
    post.bench.overtake()


@pytest.mark.parametrize("channel", [email, whatsapp])
def test_dead_before_the_claim_a_later_start_sends(post: Post, channel: Any) -> None:
    post.people["ana"] = dying
    _died(post)
    assert post.states() == {}
    post.people["ana"] = send(channel("ana"))
    assert counts(post.start())["sent"] == 1


def test_dead_after_the_claim_an_email_is_sent_once(post: Post) -> None:
    """Before the request or after it: the same key and the same bytes."""
    post.people["ana"] = send(email("ana"), text="Feliz aniversário, Ana!")
    post.resend.answers = [Died()]
    _died(post)
    assert post.row("ana").state is DeliveryState.SENDING
    post.people["ana"] = send(email("ana"), text="rendered anew")
    report = post.start()
    assert counts(report) == {"candidates": 1, "sent": 1, "by_channel": {"email": 1}}
    first, second = post.resend.requests
    assert first == second
    assert "Feliz" in second[0]
    assert post.resend.inbox == ["ana@example.com"]


def test_dead_after_the_effect_an_email_is_one_message(post: Post) -> None:
    def taken_and_dead() -> Any:
        post.resend.accept()
        raise Died

    post.people["ana"] = send(email("ana"))
    post.resend.answers = [taken_and_dead]
    _died(post)
    assert post.start().result["sent"] == 1
    assert post.resend.inbox == ["ana@example.com"]
    assert post.row("ana").provider_id == "resend-1"
    assert len(post.resend.requests) == 2


def test_dead_after_the_claim_a_whatsapp_is_in_doubt(post: Post) -> None:
    post.people |= {"ana": send(whatsapp("ana"), email("ana")), "bia": send(whatsapp("bia"))}
    post.cloud.answers = [Died()]
    _died(post)
    report = post.start()
    assert post.states() == {"ana": "in_doubt interrupted", "bia": "sent"}
    assert len(post.cloud.requests) == 2
    assert post.resend.requests == []
    assert (report.status, report.exit_code) == ("partial", ExitCode.PARTIAL)
    assert counts(report) == {
        "candidates": 2,
        "sent": 1,
        "in_doubt": 1,
        "by_channel": {"whatsapp": 1},
    }
    assert post.start().reused
    assert len(post.cloud.requests) == 2


def test_dead_after_the_record_nothing_is_sent_again(post: Post) -> None:
    post.people |= {"ana": send(email("ana")), "bia": dying}
    _died(post)
    post.people["bia"] = send(whatsapp("bia"))
    report = post.start()
    assert report.result["sent"] == 2
    assert (post.resend.inbox, len(post.cloud.inbox)) == (["ana@example.com"], 1)


@pytest.mark.parametrize(
    ("hours", "state"),
    [(22.9, "sent"), (23.1, "in_doubt interrupted"), (240, "in_doubt interrupted")],
)
def test_key_is_repeated_for_23_hours_only(post: Post, hours: float, state: str) -> None:
    """Resend forgets a key after 24 hours; then nobody knows whether it would send twice."""
    post.people["ana"] = send(email("ana"))
    post.left_sending("ana", ago=hours * HOURS)
    post.start()
    assert post.states() == {"ana": state}
    assert len(post.resend.requests) == (state == "sent")


def test_key_is_counted_from_its_first_request_across_attempts(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.left_sending("ana", ago=20 * HOURS)
    post.resend.answers = [Uncertain(code="timeout")] * 3
    assert post.start().status == "timed_out"
    post.later(4 * HOURS)
    post.start()
    assert post.states() == {"ana": "in_doubt interrupted"}
    assert len(post.resend.requests) == 3


def test_provider_that_is_no_longer_configured_leaves_a_doubt(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.left_sending("ana", ago=HOURS)
    post.resend.name = "another"
    post.start()
    assert post.states() == {"ana": "in_doubt interrupted"}


@pytest.mark.parametrize(
    ("channel", "state"), [(email, "in_doubt opted_out"), (whatsapp, "in_doubt interrupted")]
)
def test_opt_out_after_a_request_that_may_have_left_is_in_doubt(
    post: Post, channel: Any, state: str
) -> None:
    post.people["ana"] = send(channel("ana"))
    post.left_sending("ana", ago=HOURS)
    post.opted_out.add("ana")
    post.start()
    assert post.states() == {"ana": state}
    assert post.resend.requests == post.cloud.requests == []


@pytest.mark.parametrize(
    ("first", "state"),
    [
        (RetryAfter(code="http_503"), "skipped opted_out"),
        (RetryAfter(code="http_429", seconds=5), "skipped opted_out"),
        (Uncertain(code="timeout"), "in_doubt opted_out"),
    ],
)
def test_opt_out_between_two_requests_ends_it(post: Post, first: Any, state: str) -> None:
    post.people["ana"] = send(email("ana"))

    def answer() -> Any:
        post.opted_out.add("ana")
        return first

    post.resend.answers = [answer]
    report = post.start()
    assert post.states() == {"ana": state}
    assert len(post.resend.requests) == 1
    assert report.result["pending"] == 0
    assert (post.row("ana").payload is None) == state.startswith("skipped")


def test_night_between_two_requests_leaves_it_to_the_morning(post: Post) -> None:
    post.people["ana"] = send(email("ana"))

    def answer() -> Any:
        post.people["ana"] = Wait()
        return RetryAfter(code="http_503")

    post.resend.answers = [answer]
    assert post.start().result["pending"] == 1
    assert post.states() == {"ana": "pending"}
    post.people["ana"] = send(email("ana"))
    assert post.start().result["sent"] == 1


def test_night_before_a_recovery_leaves_the_evidence(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.left_sending("ana", ago=HOURS)
    post.people["ana"] = Wait()
    report = post.start()
    assert (report.status, report.result["pending"]) == ("timed_out", 1)
    assert post.row("ana").state is DeliveryState.SENDING
    post.people["ana"] = send(email("ana"))
    assert post.start().result["sent"] == 1


def test_refusal_of_a_recovered_request_is_a_definite_no(post: Post) -> None:
    """The provider would have repeated its first answer, had the first request been carried out."""
    post.people["ana"] = send(email("ana"), whatsapp("ana"))
    post.left_sending("ana", ago=HOURS)
    post.resend.answers = [Rejected(code="http_422", address=True)]
    post.start()
    assert post.states() == {"ana": "failed http_422"}
    assert post.cloud.requests == []


def test_what_was_only_postponed_is_rendered_anew(post: Post) -> None:
    post.people["ana"] = send(email("ana"), text="hoje")
    post.resend.answers = [RetryAfter(code="not_connected")] * 3
    assert post.start().result["pending"] == 1
    assert post.row("ana").payload is None
    post.people["ana"] = send(email("ana"), text="ontem")
    post.start()
    assert "ontem" in post.resend.requests[-1][0]
    assert len({key for _, key in post.resend.requests}) == 1


def test_payload_and_its_hash_are_stored_before_the_request(post: Post) -> None:
    seen = []

    def answer() -> Accepted:
        row = post.row("ana")
        seen.append((row.state, row.payload, row.payload_sha256, row.first_attempt_at))
        return post.resend.accept()

    post.people["ana"] = send(email("ana"), text="Olá, Ana ☀")
    post.resend.answers = [answer]
    post.start()
    ((state, payload, digest, begun),) = seen
    assert (state, begun is not None) == (DeliveryState.SENDING, True)
    assert json.loads(payload or "") == json.loads(post.resend.requests[0][0])
    assert digest == hashlib.sha256((payload or "").encode()).hexdigest()


def test_provider_key_is_the_ledgers_own_and_tells_nothing(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.start()
    key = post.row("ana").provider_key
    assert key == hashlib.sha256(b"ledger-1\ndevelopment\ngreeting/ana").hexdigest()
    assert len(key) == 64
    assert "ana" not in key
    ledger = post.bench.ledger
    post.bench = replace(post.bench, ledger=replace(ledger, environment="preview:x"))
    post.start()
    assert post.row("ana").provider_key != key


def test_stored_recipient_is_masked(post: Post) -> None:
    post.people |= {"ana": send(email("ana")), "bia": send(whatsapp("bia"))}
    post.start()
    assert post.row("ana").recipient == "a•••@example.com"
    assert (post.row("bia").recipient or "").startswith("+55•••")
    assert adds_up(post.start())


def test_recipients_beside_the_first_are_counted_not_named(post: Post) -> None:
    option = replace(email("ana"), others=("bia@example.com", "caio@example.com"))
    post.people["ana"] = send(option)
    post.start()
    assert post.row("ana").recipient == "a•••@example.com +2"


def test_content_for_somebody_the_option_does_not_name_is_never_sent(post: Post) -> None:
    """Outside production such a mail would have left although one reader is not allowed."""
    mail = Mail(also_to=("bia@example.com",), cc=("caio@example.com",))
    content = Content(subject="s", html="<p>", text="t", short="t", mail=mail)
    option = replace(email("ana"), others=("bia@example.com",))
    post.people["ana"] = Send(options=(option,), render=lambda _: content)
    post.start()
    assert post.states() == {"ana": "failed unexpected ValueError"}
    assert post.resend.requests == []
