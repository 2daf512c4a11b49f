"""The other channel, once, when an address is refused for good, and never when in doubt."""

from datetime import timedelta

from fisioflow_cli.gateways.gateway import Rejected, RetryAfter, Uncertain
from tests.delivery.post import Died, Post, adds_up, counts, email, send, whatsapp

NOT_ON_WHATSAPP = Rejected(code="131026", address=True)
NO_MAILBOX = Rejected(code="http_422", address=True)


def test_refused_address_leaves_the_other_channel_its_chance(post: Post) -> None:
    post.people["ana"] = send(whatsapp("ana"), email("ana"))
    post.cloud.answers = [NOT_ON_WHATSAPP]
    report = post.start()
    assert counts(report) == {"candidates": 1, "sent": 1, "by_channel": {"email": 1}}
    row = post.row("ana")
    assert (row.channel, row.provider, row.recipient) == ("email", "resend", "a•••@example.com")
    assert "ana@example.com" in (row.payload or "")
    assert len(post.bench.rows("deliveries")) == 1


def test_both_addresses_refused_is_failed_after_one_try_each(post: Post) -> None:
    post.people["ana"] = send(email("ana"), whatsapp("ana"))
    post.resend.answers = [NO_MAILBOX]
    post.cloud.answers = [NOT_ON_WHATSAPP]
    report = post.start()
    assert post.states() == {"ana": "failed 131026"}
    assert (len(post.resend.requests), len(post.cloud.requests)) == (1, 1)
    assert adds_up(report)
    assert post.start().reused


def test_other_refusals_do_not_try_the_other_channel(post: Post) -> None:
    post.people |= {name: send(whatsapp(name), email(name)) for name in ("ana", "bia", "caio")}
    post.cloud.answers = [
        Rejected(code="132001"),
        Rejected(code="131050", opted_out=True),
        Uncertain(code="timeout"),
    ]
    post.start()
    assert post.states() == {
        "ana": "failed 132001",
        "bia": "skipped opted_out",
        "caio": "in_doubt timeout",
    }
    assert post.resend.requests == []


def test_only_option_refused_is_failed(post: Post) -> None:
    post.people["ana"] = send(whatsapp("ana"))
    post.cloud.answers = [NOT_ON_WHATSAPP]
    post.start()
    assert post.states() == {"ana": "failed 131026"}


def test_dead_on_the_way_to_the_other_channel_is_recovered_there(post: Post) -> None:
    post.people["ana"] = send(whatsapp("ana"), email("ana"))
    post.cloud.answers = [NOT_ON_WHATSAPP]
    post.resend.answers = [Died()]
    try:
        post.start()
    except Died:
        post.bench.overtake()
    assert post.row("ana").provider == "resend"
    post.start()
    assert post.states() == {"ana": "sent"}
    assert (len(post.cloud.requests), len(post.resend.requests)) == (1, 2)
    assert len(set(post.resend.requests)) == 1


def test_other_channel_that_rests_is_waited_for(post: Post) -> None:
    post.people |= {"ana": send(email("ana")), "bia": send(whatsapp("bia"), email("bia"))}
    post.resend.answers = [RetryAfter(code="http_429", seconds=3600)]
    post.cloud.answers = [NOT_ON_WHATSAPP, NOT_ON_WHATSAPP]
    report = post.start(maximum_duration=timedelta(minutes=5))
    assert post.states() == {"ana": "pending http_429", "bia": "pending provider_pauses"}
    assert report.result["pending"] == 2
    assert post.start().result["by_channel"] == {"email": 2}
