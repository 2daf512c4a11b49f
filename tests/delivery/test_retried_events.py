"""What `fisioflow events retry` leaves of a dead event's messages, and what a new run makes of it."""

from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.ledger.tables import DeliveryState
from tests.delivery.post import Post, email, send, whatsapp

HOUR = timedelta(hours=1)


def _given_up_and_reopened(post: Post, state: DeliveryState, **values: Any) -> None:
    """The event was dead, its run is settled; a person has asked for another try."""
    tables = post.bench.ledger.tables
    with post.bench.ledger.writing() as connection:
        connection.execute(tables.runs.update().values(status="partial", owner=None))
        d = tables.deliveries
        reopened = d.update().values(state=state, reason=None, claim=d.c.claim + 1, **values)
        connection.execute(reopened)


@pytest.mark.parametrize(
    ("channel", "ago", "state"),
    [
        (email, HOUR, "sent"),
        (email, 24 * HOUR, "in_doubt interrupted"),
        (whatsapp, HOUR, "in_doubt interrupted"),
    ],
)
def test_message_given_up_in_flight_is_repeated_only_where_that_is_harmless(
    post: Post, channel: Any, ago: timedelta, state: str
) -> None:
    post.people["ana"] = send(channel("ana"), text="Feliz dia")
    post.left_sending("ana", ago=ago)
    first = post.row("ana")
    _given_up_and_reopened(post, DeliveryState.SENDING)
    post.people["ana"] = send(channel("ana"), text="rendered anew")
    report = post.start(force=True)
    assert post.states() == {"ana": state}
    assert post.row("ana").run_id == report.run_id != first.run_id
    assert len(post.resend.requests) + len(post.cloud.requests) == (state == "sent")
    assert all(
        "Feliz dia" in body and key == first.provider_key for body, key in post.resend.requests
    )


def test_message_that_was_refused_is_decided_and_rendered_anew(post: Post) -> None:
    post.people["ana"] = send(whatsapp("ana"), text="Feliz dia")
    post.left_sending("ana", ago=HOUR)
    _given_up_and_reopened(post, DeliveryState.PENDING, payload=None)
    post.people["ana"] = send(email("ana"), text="rendered anew")
    post.start(force=True)
    assert post.states() == {"ana": "sent"}
    assert "rendered anew" in post.resend.requests[0][0]
    assert post.cloud.requests == []
