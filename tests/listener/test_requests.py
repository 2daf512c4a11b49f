"""What is accepted, what is refused, and that a refusal accepts nothing."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fisioflow_cli.listener.body import BODY_BYTES
from fisioflow_cli.listener.parse import EVENT_BYTES, MOST_EVENTS
from tests.listener.served import DATA, KEY, MAIL, Served, mail

SEED = {"x_inngest_event_id_seed": "1743130137367,eii2YKXRVTJPuA=="}
CLOUD_EVENT = {
    "specversion": "1.0",
    "id": "ce-1",
    "source": "/agenda",
    "type": "email/send",
    "time": "2026-11-23T12:00:00Z",
    "data": DATA,
}
WEBHOOK = {
    "type": "INSERT",
    "table": "appointments",
    "schema": "public",
    "record": {"id": "7d1f6a7e-3c1b-4c53-9f0e-2f1f0c1b6a11", "status": "scheduled"},
    "old_record": None,
}


def refused(response: httpx.Response, status: int) -> str:
    """The sentence of an error that has the form the SDKs read."""
    assert (response.status_code, response.json()["status"]) == (status, status)
    assert response.headers["content-type"] == "application/json"
    sentence = response.json()["error"]
    assert isinstance(sentence, str)
    return sentence


def test_one_event_is_durable_when_it_is_answered(served: Served) -> None:
    response = served.post(mail())
    assert response.status_code == 200
    (event,) = served.events()
    assert response.json() == {"ids": [event["id"]], "status": 200}
    assert (event["name"], event["data"]) == (MAIL["name"], DATA)
    assert (event["source"], event["status"]) == ("listen", "waiting")
    assert event["workflow"] == "fisioflow-send-email"


def test_an_array_is_answered_with_its_ids_in_its_order(served: Served) -> None:
    response = served.post([mail(id="z"), mail(id="a"), mail(id="m")])
    assert response.json()["ids"] == ["z", "a", "m"]
    assert served.ids() == {"z", "a", "m"}


def test_five_thousand_events_are_accepted_at_once(served: Served) -> None:
    ids = served.post([mail()] * MOST_EVENTS).json()["ids"]
    assert len(set(ids)) == MOST_EVENTS
    assert served.ids() == set(ids)


def test_an_empty_array_is_nothing_and_no_error(quick: Served) -> None:
    assert quick.post([]).json() == {"ids": [], "status": 200}


def test_an_event_that_nobody_handles_is_kept_as_ignored(served: Served) -> None:
    assert served.post({"name": "clinic/unheard.of", "data": {}}).status_code == 200
    assert [event["status"] for event in served.events()] == ["ignored"]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "x/y; charset=z"])
def test_json_is_json_whatever_it_is_called(quick: Served, content_type: str) -> None:
    assert quick.post(mail(), content_type=content_type).status_code == 200


def test_a_byte_order_mark_and_blanks_around_the_json_are_harmless(quick: Served) -> None:
    assert quick.post(b"\xef\xbb\xbf \r\n" + json.dumps(mail()).encode() + b"\n").status_code == 200


def test_a_cloud_event_is_accepted_under_its_own_id(quick: Served) -> None:
    response = quick.post(CLOUD_EVENT, content_type="application/cloudevents+json")
    assert response.status_code == 200, response.text
    (event,) = quick.events()
    assert (event["name"], event["data"]) == (MAIL["name"], DATA)


def test_a_supabase_webhook_is_accepted(quick: Served) -> None:
    response = quick.post(WEBHOOK)
    assert response.status_code == 200, response.text
    assert quick.ids() == set(response.json()["ids"])


def test_a_request_that_comes_again_under_its_seed_is_accepted_once(served: Served) -> None:
    body = [mail(), mail(id="own"), mail()]
    first, second = served.post(body, **SEED), served.post(body, **SEED)
    assert first.json() == second.json()
    assert first.json()["ids"][1] == "own"
    assert served.ids() == set(first.json()["ids"])


def test_without_a_seed_or_with_a_broken_one_every_request_has_new_ids(quick: Served) -> None:
    for seed in ({}, {}, {"x_inngest_event_id_seed": "broken"}):
        assert quick.post(mail(), **seed).status_code == 200
    assert len(quick.ids()) == 3


def test_a_known_id_is_acknowledged_again(served: Served) -> None:
    for _ in range(2):
        assert served.post([mail(id="same"), mail(id="same")]).json()["ids"] == ["same", "same"]
    assert served.ids() == {"same"}


def test_an_id_that_stands_for_another_event_refuses_the_whole_request(served: Served) -> None:
    served.post(mail(id="taken"))
    other = {"name": "email/send", "data": {**DATA, "subject": "Outro"}}
    sentence = refused(
        served.post([mail(id="new"), {**other, "id": "taken"}, mail(id="newer")]), 409
    )
    assert "'taken'" in sentence
    assert served.lines[1:] == ["POST /e/… 409: An id stands for another event."]
    assert [event["data"] for event in served.events()] == [DATA]


def test_the_same_id_for_two_events_of_one_request_refuses_both(served: Served) -> None:
    other = {"name": "email/send", "data": {**DATA, "subject": "Outro"}, "id": "x"}
    refused(served.post([mail(id="x"), other]), 409)
    assert not served.ids()


def test_one_event_that_does_not_fit_refuses_the_whole_request(served: Served) -> None:
    broken = {"name": "email/send", "data": {"subject": "ana@example.com"}}
    sentence = refused(served.post([mail(), broken, mail()]), 400)
    assert sentence.startswith("Event 2 of 3: ")
    assert "ana@example.com" not in sentence
    # the log told the number only, and `fisioflow dev` is where one looks first
    assert served.lines == [f"POST /e/… 400: {sentence}"]
    assert not served.ids()


def nested(depth: int) -> bytes:
    return b'{"name":"x/y","data":{"a":' + b"[" * depth + b"]" * depth + b"}}"


MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b"  \r\n",
    "no JSON": b"name=email/send",
    "two documents": b"{} {}",
    "cut short": b'{"name":"x/y","data":{',
    "UTF-16": json.dumps(mail()).encode("utf-16"),
    "a byte that is no UTF-8": b'{"name":"x/y","data":{"a":"\xff"}}',
    "NaN": b'{"name":"x/y","data":{"a":NaN}}',
    "infinity": b'{"name":"x/y","data":{"a":-Infinity}}',
    "a number beyond all doubles": b'{"name":"x/y","data":{"a":1e999}}',
    "a number of five thousand digits": b'{"name":"x/y","data":{"a":' + b"9" * 5000 + b"}}",
    "a string": b'"email/send"',
    "null": b"null",
    "a number": b"7",
    "an array in the array": json.dumps([[mail()]]).encode(),
    "an array with null": json.dumps([mail(), None]).encode(),
    "no name": b'{"data":{}}',
    "an empty name": b'{"name":"","data":{}}',
    "a name that is a number": b'{"name":7,"data":{}}',
    "data that is a list": b'{"name":"x/y","data":[1]}',
    "data that is a text": b'{"name":"x/y","data":"a"}',
    "an id that is an object": b'{"name":"x/y","data":{},"id":{}}',
    "an id with NUL": b'{"name":"x/y","data":{},"id":"a\\u0000b"}',
    "a ts that is a text": b'{"name":"x/y","data":{},"ts":"tomorrow"}',
    "a ts beyond the calendar": b'{"name":"x/y","data":{},"ts":1e300}',
    "nine hundred and eighty levels": nested(980),
    "the same among half a million blanks": nested(980) + b" " * EVENT_BYTES,
    "a hundred thousand brackets": nested(100_000),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_malformed_is_refused_with_a_reason(quick: Served, body: bytes) -> None:
    assert refused(quick.post(body), 400)
    assert not quick.ids()


HOSTILE: dict[str, bytes] = {
    "NUL in a text": b'{"name":"x/y","data":{"a":"\\u0000"}}',
    "NUL in a key": b'{"name":"x/y","data":{"\\u0000":1}}',
    "half a surrogate pair": b'{"name":"x/y","data":{"a":"\\ud800"}}',
    "NUL in the name": b'{"name":"x\\u0000y","data":{}}',
    "half a surrogate pair in the id": b'{"name":"x/y","data":{},"id":"\\ud800"}',
    "NUL in v": b'{"name":"x/y","data":{},"v":"\\u0000"}',
    "NUL in the user": b'{"name":"x/y","data":{},"user":{"id":"\\u0000"}}',
    "a key twice": b'{"name":"x/y","name":"z/w","data":{"a":1,"a":2}}',
    "an integer beyond 64 bits": b'{"name":"x/y","data":{"a":' + b"9" * 4000 + b"}}",
    "forty levels": nested(40),
    "ninety levels": nested(90),
    "a name of ten thousand letters": b'{"name":"' + b"x" * 10_000 + b'","data":{}}',
    "an id of ten thousand letters": b'{"name":"x/y","data":{},"id":"' + b"x" * 10_000 + b'"}',
    "a ts before Christ": b'{"name":"x/y","data":{},"ts":-1e14}',
    "markup and control characters": b'{"name":"x/y","data":{"a":"\\u001b[31m[/b]::error::"}}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_hostile_is_accepted_whole_or_refused_but_never_an_accident(
    served: Served, body: bytes
) -> None:
    response = served.post(body)
    if response.status_code == 200:
        (event,) = served.events()
        assert response.json()["ids"] == [event["id"]]
        assert event["data"] == json.loads(body)["data"]
    else:
        assert refused(response, 400)
        assert not served.ids()


def sized(size: int) -> dict[str, Any]:
    """An event of exactly so many bytes when it is written compactly."""
    event = {"name": "x/y", "data": {"a": ""}}
    short = len(json.dumps(event, separators=(",", ":")))
    return {"name": "x/y", "data": {"a": "x" * (size - short)}}


def test_an_event_may_have_512_kib(quick: Served) -> None:
    assert quick.post([sized(EVENT_BYTES), mail()]).status_code == 200


@pytest.mark.parametrize("wrap", [lambda event: event, lambda event: [mail(), event]])
def test_an_event_of_more_than_512_kib_is_refused(
    quick: Served, wrap: Callable[[Any], Any]
) -> None:
    assert "512 KiB" in refused(quick.post(wrap(sized(EVENT_BYTES + 1))), 413)
    assert not quick.ids()


def test_bytes_are_counted_not_letters_nor_the_escapes_around_them(quick: Served) -> None:
    a_third = {"name": "x/y", "data": {"a": "あ" * (EVENT_BYTES // 3 - 100)}}
    assert quick.post(a_third).status_code == 200
    too_many = {"name": "x/y", "data": {"a": "あ" * (EVENT_BYTES // 3)}}
    refused(quick.post(json.dumps(too_many, ensure_ascii=False).encode()), 413)


def test_more_than_five_thousand_events_are_refused(quick: Served) -> None:
    assert "5,000" in refused(quick.post([{"name": "x/y"}] * (MOST_EVENTS + 1)), 413)
    assert not quick.ids()


def test_a_body_of_more_than_ten_mib_is_refused_by_its_announcement(quick: Served) -> None:
    refused(quick.post(b" " * (BODY_BYTES + 1)), 413)


def test_a_body_of_more_than_ten_mib_is_refused_without_one(quick: Served) -> None:
    response = httpx.post(f"{quick.url}/e/{KEY}", content=(b" " * 2**20 for _ in range(11)))
    refused(response, 413)


def test_a_compressed_body_is_refused(quick: Served) -> None:
    body = gzip.compress(json.dumps(mail()).encode())
    refused(quick.post(body, content_encoding="gzip"), 415)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/e/{KEY}", 405),
        ("PUT", f"/e/{KEY}", 405),
        ("OPTIONS", f"/e/{KEY}", 405),
        ("POST", "/health", 405),
        ("GET", "/", 404),
        ("GET", "/dev", 404),
        ("POST", "/e", 404),
        ("POST", "/invoke/app-fn", 404),
        ("GET", "/health/", 404),
        ("POST", f"//e/{KEY}", 404),
    ],
)
def test_other_paths_and_methods_are_answered_in_json(
    quick: Served, method: str, path: str, status: int
) -> None:
    """Version 3 of the JavaScript SDK looks whether `/dev` answers JSON before it sends."""
    refused(httpx.request(method, f"{quick.url}{path}"), status)


def test_head_has_no_body(quick: Served) -> None:
    response = httpx.head(f"{quick.url}/e/{KEY}")
    assert (response.status_code, response.content) == (405, b"")
    assert httpx.head(f"{quick.url}/health").status_code == 200


def test_health_is_told_while_the_ledger_can_be_read(served: Served) -> None:
    response = httpx.get(f"{served.url}/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert not served.lines
