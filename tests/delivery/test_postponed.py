"""What waits for an instant says which: the run comes back then, and not before."""

from datetime import UTC, timedelta
from typing import Any

from fisioflow_cli.delivery.decision import Pause, Wait
from fisioflow_cli.delivery.pacer import Pacer
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.gateways.gateway import Rejected, RetryAfter, StopRun, Uncertain
from tests.delivery.post import Post, Provider, email, send, whatsapp
from tests.engine.workbench import ZONE

HOUR = timedelta(hours=1)
SOON = timedelta(minutes=1)
"""How long a test may take without being wrong about the time."""
REFUSED = StopRun(code="http_401", remedy="Check the key.")


def about(found: timedelta | None, expected: timedelta) -> bool:
    return found is not None and expected - SOON < found <= expected


def test_run_comes_back_at_the_earliest_of_what_it_waits_for(post: Post) -> None:
    now = post.bench.clock.now()
    post.people |= {
        "ana": Wait(why=Pause.QUIET_HOURS, until=now + 9 * HOUR),
        "bia": Wait(why=Pause.OUTSIDE_HOURS, until=(now + 2 * HOUR).astimezone(ZONE)),
        "caio": Wait(),
    }
    post.start()
    assert post.states() == {
        "ana": "pending quiet_hours",
        "bia": "pending outside_hours",
        "caio": "pending",
    }
    assert post.runs[-1].resume_at == now + 2 * HOUR
    assert post.runs[-1].resume_at.tzinfo is UTC


def test_run_that_waits_for_nothing_known_does_not_say_when(post: Post) -> None:
    post.people |= {"ana": Wait(), "bia": send(email("bia"))}
    post.resend.answers = [RetryAfter(code="not_connected")] * 3
    post.start()
    assert post.runs[-1].waits
    assert post.runs[-1].resume_at is None


def test_night_between_two_requests_says_when_it_ends(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    until = post.bench.clock.now() + 8 * HOUR

    def answer() -> Any:
        post.people["ana"] = Wait(why=Pause.QUIET_HOURS, until=until)
        return RetryAfter(code="http_503")

    post.resend.answers = [answer]
    post.start()
    assert post.runs[-1].resume_at == until
    assert post.states() == {"ana": "pending"}


def test_pause_beyond_the_deadline_says_when_it_ends(post: Post) -> None:
    post.people |= {"ana": send(email("ana")), "bia": send(email("bia"))}
    post.resend.answers = [RetryAfter(code="http_429", seconds=3600)]
    post.start(maximum_duration=timedelta(minutes=5))
    assert post.states() == {"ana": "pending http_429", "bia": "pending provider_pauses"}
    assert about(post.comes_back(), HOUR)


def test_patience_decides_how_long_a_thread_is_kept_asleep(post: Post) -> None:
    post.people |= {"ana": send(email("ana")), "bia": send(whatsapp("bia"))}
    post.resend.answers = [RetryAfter(code="http_429", seconds=11)]
    post.cloud.answers = [RetryAfter(code="http_429", seconds=10)]
    pacer = Pacer(clock=post.bench.clock, patience=10)
    post.start(courier=post.courier(pacer=pacer))
    assert post.states() == {"ana": "pending http_429", "bia": "sent"}
    assert post.bench.clock.waits == [10]
    back = post.comes_back()
    assert back is not None
    assert back <= timedelta(
        seconds=1
    )  # ten of the eleven were slept through for the other channel


def test_limit_of_one_recipient_leaves_the_channel_to_the_others(post: Post) -> None:
    """Meta takes one message in six seconds to the same person: that is no pause for everybody."""
    post.people |= {"ana": send(whatsapp("ana")), "bia": send(whatsapp("bia"))}
    post.cloud.answers = [RetryAfter(code="131056", seconds=600, recipient=True)]
    post.start(maximum_duration=5 * SOON)
    assert post.states() == {"ana": "pending 131056", "bia": "sent"}
    assert about(post.comes_back(), timedelta(minutes=10))


def test_uncertain_request_keeps_its_evidence_in_a_pause(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.resend.answers = [Uncertain(code="timeout"), RetryAfter(code="http_429", seconds=3600)]
    post.start(maximum_duration=timedelta(minutes=5))
    assert post.states() == {"ana": "sending http_429"}
    assert about(post.comes_back(), HOUR)
    post.start()
    assert post.states() == {"ana": "sent"}
    assert len(set(post.resend.requests)) == 1


def test_recovery_from_a_resting_gateway_says_when_it_goes_on(post: Post) -> None:
    post.people |= {"ana": send(email("ana")), "bia": send(email("bia"))}
    post.left_sending("bia", ago=HOUR)
    pacer = Pacer(clock=post.bench.clock)
    pacer.pause("resend", 1800)
    post.start(courier=post.courier(pacer=pacer))
    assert post.states() == {"ana": "pending provider_pauses", "bia": "sending"}
    assert about(post.comes_back(), timedelta(minutes=30))
    assert post.resend.requests == []


def test_gateway_that_refuses_our_key_is_left_alone_for_ten_minutes(post: Post) -> None:
    """Each of sixteen threads would have asked it again with the next message."""
    post.people |= {"ana": send(email("ana")), "bia": send(whatsapp("bia"))}
    post.resend.answers = [REFUSED]
    courier = post.courier()
    assert post.start(courier=courier).exit_code is ExitCode.CONFIGURATION
    post.start(courier=courier)
    assert post.states() == {"ana": "pending provider_pauses", "bia": "sent"}
    assert len(post.resend.requests) == 1
    assert about(post.comes_back(), timedelta(minutes=10))
    post.later(timedelta(minutes=10))
    post.start(courier=courier)
    assert post.states() == {"ana": "sent", "bia": "sent"}


def test_wait_for_a_turn_leaves_nothing_that_could_be_in_doubt(post: Post) -> None:
    """Claimed first, a message that only waited would have been in doubt after a crash."""
    post.people |= {name: send(whatsapp(name)) for name in ("ana", "bia")}
    pacer = Pacer(clock=post.bench.clock, per_second={"whatsapp": 0.001})
    report = post.start(courier=post.courier(pacer=pacer), maximum_duration=5 * SOON)
    assert (report.status, report.exit_code) == ("timed_out", ExitCode.TRY_LATER)
    assert post.states() == {"ana": "sent"}
    assert post.start().result["sent"] == 2


def test_whoever_changes_their_mind_while_a_message_waits_does_not_get_it(post: Post) -> None:
    pacer = Pacer(clock=post.bench.clock, per_second={"email": 0.1})
    read: list[str] = []

    def decide() -> Any:
        read.append("bia")
        if len(read) == 2:  # nine seconds later
            post.opted_out.add("bia")
        return post.decide("bia") if "bia" in post.opted_out else send(email("bia"))

    post.people |= {"ana": send(email("ana")), "bia": decide}
    post.start(courier=post.courier(pacer=pacer))
    assert post.states() == {"ana": "sent", "bia": "skipped opted_out"}
    assert len(post.resend.requests) == 1
    assert post.row("bia").tries == 0


def test_each_request_waits_for_a_turn_and_a_message_that_stays_here_for_none(post: Post) -> None:
    post.people |= {"ana": send(email("ana")), "bia": send(email("bia"))}
    post.resend.answers = [RetryAfter(code="http_429", seconds=1)]
    rates = {"email": 0.1}
    post.start(courier=post.courier(pacer=Pacer(clock=post.bench.clock, per_second=rates)))
    asked, turn, another = post.bench.clock.waits
    assert asked == 1
    assert 8 < turn <= 9
    assert 9 < another <= 10
    post.resend = Provider(name="outbox", idempotent=True, leaves=False)
    post.bench.clock.waits.clear()
    post.people = {"caio": send(email("caio")), "dora": send(email("dora"))}
    pacer = Pacer(clock=post.bench.clock, per_second=rates)
    post.start(courier=post.courier(pacer=pacer), force=True)
    assert post.bench.clock.waits == []
    assert len(post.resend.inbox) == 2


def test_deadline_on_the_way_to_the_other_channel_leaves_it_pending(post: Post) -> None:
    """What was refused for good stood there as if it might have been sent."""
    post.people |= {
        "ana": send(email("ana")),
        "bia": send(whatsapp("bia"), email("bia")),
    }
    post.cloud.answers = [Rejected(code="131026", address=True)] * 2
    pacer = Pacer(clock=post.bench.clock, per_second={"email": 0.001})
    post.start(courier=post.courier(pacer=pacer), maximum_duration=5 * SOON)
    assert post.states() == {"ana": "sent", "bia": "pending 131026"}
    assert post.row("bia").tries == 1
    post.start()
    assert post.states() == {"ana": "sent", "bia": "sent"}
    assert post.row("bia").tries == 3
    assert len(post.resend.inbox) == 2


def test_one_short_pause_after_the_other_is_a_long_one(post: Post) -> None:
    """A provider that asked for two seconds again and again kept its thread until the deadline."""
    post.people["ana"] = send(email("ana"))
    post.resend.answers = [RetryAfter(code="http_429", seconds=2)] * 20
    pacer = Pacer(clock=post.bench.clock, patience=10)
    post.start(courier=post.courier(pacer=pacer))
    assert len(post.resend.requests) == 6
    assert post.states() == {"ana": "pending http_429"}
    assert post.runs[-1].resume_at is not None
