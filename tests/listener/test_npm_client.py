"""The official JavaScript client, as the npm registry has it, sends to the listener."""

from pathlib import Path

import pytest

from tests.listener import npm
from tests.listener.flaky import AFTER, BEFORE, CUT, RESET, flaky
from tests.listener.served import DATA, KEY, MAIL, Served, mail, serve


def cloud(served: Served) -> dict[str, str]:
    """What an application in production changes."""
    return {"INNGEST_BASE_URL": served.url, "INNGEST_EVENT_KEY": KEY}


def test_send_of_one_event_returns_the_id_that_the_ledger_has(
    package: Path, served: Served
) -> None:
    outcome = npm.send(package, MAIL, cloud(served))
    (event,) = served.events()
    assert outcome == {"ids": [event["id"]]}
    assert (event["name"], event["data"], event["source"]) == ("email/send", DATA, "listen")


def test_send_of_many_events_returns_their_ids_in_order(package: Path, served: Served) -> None:
    outcome = npm.send(package, [*[mail()] * 300, mail(id="own")], cloud(served))
    assert len(set(outcome["ids"])) == 301
    assert outcome["ids"][-1] == "own"
    assert served.ids() == set(outcome["ids"])


def test_the_development_url_alone_is_enough_on_this_machine(
    package: Path, sqlite_ledger: str
) -> None:
    with serve(sqlite_ledger, keys=()) as served:
        outcome = npm.send(package, MAIL, {"INNGEST_DEV": served.url})
        assert served.ids() == set(outcome["ids"])
        assert len(outcome["ids"]) == 1


@pytest.mark.parametrize(
    "troubles", [[BEFORE], [AFTER], [RESET, RESET], [CUT], [AFTER, RESET, CUT, BEFORE]]
)
def test_what_the_client_repeats_by_itself_is_accepted_once(
    newest: Path, quick: Served, troubles: list[str]
) -> None:
    with flaky(quick.port, troubles) as network:
        env = {"INNGEST_BASE_URL": network.url, "INNGEST_EVENT_KEY": KEY}
        outcome = npm.send(newest, [mail(), mail()], env)
    assert len(network.requests) == len(troubles) + 1
    assert quick.ids() == set(outcome["ids"])
    assert len(outcome["ids"]) == 2


def test_a_refusal_reaches_the_application_as_an_error(newest: Path, quick: Served) -> None:
    assert quick.post(mail(id="same")).status_code == 200
    other = {"name": "email/send", "id": "same", "data": {**DATA, "subject": "Outro"}}
    error = npm.send(newest, [mail(), other], cloud(quick))["error"]
    assert " 409 " in error
    assert "'same'" in error
    assert quick.ids() == {"same"}
