"""The official Python client, as PyPI has it, sends to the listener."""

import pytest

from tests.listener.flaky import AFTER, BEFORE, CUT, RESET, flaky
from tests.listener.pypi import send
from tests.listener.served import DATA, KEY, Served, mail, serve

WAYS = pytest.mark.parametrize("way", ["sync", "async"])


def cloud(url: str, key: str = KEY) -> dict[str, str]:
    """What an application in production changes."""
    return {"INNGEST_BASE_URL": url, "INNGEST_EVENT_KEY": key}


@WAYS
def test_send_returns_the_ids_that_the_ledger_has_in_order(way: str, served: Served) -> None:
    found = send(way, [*[mail()] * 300, mail(id="own")], cloud(served.url))["ids"]
    assert (len(set(found)), found[-1]) == (301, "own")
    assert served.ids() == set(found)
    kept = next(event for event in served.events() if event["id"] == found[0])
    assert (kept["name"], kept["data"], kept["source"]) == ("email/send", DATA, "listen")


def test_the_url_of_the_event_api_alone_will_do(quick: Served) -> None:
    env = {"INNGEST_EVENT_API_BASE_URL": quick.url, "INNGEST_EVENT_KEY": KEY}
    (found,) = send("sync", [mail()], env)["ids"]
    assert quick.ids() == {found}


def test_the_development_url_alone_is_enough_on_this_machine(sqlite_ledger: str) -> None:
    with serve(sqlite_ledger, keys=()) as served:
        (found,) = send("sync", [mail()], {"INNGEST_DEV": served.url})["ids"]
        assert served.ids() == {found}


@WAYS
@pytest.mark.parametrize("troubles", [[BEFORE], [AFTER, RESET, CUT]])
def test_what_the_client_repeats_by_itself_is_accepted_once(
    way: str, quick: Served, troubles: list[str]
) -> None:
    with flaky(quick.port, troubles) as network:
        found = send(way, [mail(), mail()], cloud(network.url))["ids"]
    assert len(network.requests) == len(troubles) + 1
    assert (quick.ids(), len(found)) == (set(found), 2)


def test_a_refusal_reaches_the_application_as_an_error(quick: Served) -> None:
    assert "key" in send("sync", [mail()], cloud(quick.url, "wrong"))["error"]
    unfit = send("sync", [mail(), {"name": "email/send", "data": {}}], cloud(quick.url))
    assert unfit["error"].startswith("Event 2 of 2: ")
    assert quick.post(mail(id="same")).status_code == 200
    other = {"name": "email/send", "id": "same", "data": {**DATA, "subject": "Outro"}}
    assert "'same'" in send("sync", [other], cloud(quick.url))["error"]
    assert quick.ids() == {"same"}
