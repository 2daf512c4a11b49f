"""Events in the form of the Inngest SDKs."""

from datetime import UTC, datetime
from typing import Any

import inngest
import pytest

from fisioflow_cli.catalogue.event import Event, read
from tests.catalogue.refusals import unread

PLAIN = {"name": "email/send", "data": {"to": "ana@example.com"}}


def test_a_full_event_is_read() -> None:
    raw = {
        **PLAIN,
        "id": "a-1",
        "ts": 1796126400123,
        "user": {"external_id": "7"},
        "v": "2026-11-01",
        "ack": {"msg_id": 12},
        "tenant": "x",
    }
    assert read(raw) == Event(
        name="email/send",
        data={"to": "ana@example.com"},
        id="a-1",
        ts=datetime(2026, 12, 1, 12, 0, 0, 123000, tzinfo=UTC),
        user={"external_id": "7"},
        v="2026-11-01",
        ack={"msg_id": 12},
        extra={"tenant": "x"},
    )


def test_what_is_not_given_is_none() -> None:
    event = read({"name": "x/y"})
    assert (event.data, event.id, event.ts, event.user, event.v, event.ack) == (
        {},
        None,
        None,
        None,
        None,
        None,
    )


def test_nulls_are_not_given_either() -> None:
    raw = {"name": "x/y", "data": None, "id": None, "ts": None, "user": None, "v": None}
    assert read(raw) == Event(name="x/y", data={})


def test_what_the_sdk_for_python_sends_is_read() -> None:
    """It sends an empty id and a ts of 0 for those that the caller did not give."""
    sent = inngest.Event(name="email/send", data={"to": "ana@example.com"}).model_dump(mode="json")
    assert (sent["id"], sent["ts"]) == ("", 0)
    assert read(sent) == Event(name="email/send", data={"to": "ana@example.com"})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (0, None),
        (0.0, None),
        (1764547200000, datetime(2025, 12, 1, tzinfo=UTC)),
        (1764547200000.0, datetime(2025, 12, 1, tzinfo=UTC)),
        (1764547200001, datetime(2025, 12, 1, 0, 0, 0, 1000, tzinfo=UTC)),
        (946684800000, datetime(2000, 1, 1, tzinfo=UTC)),
        (4102444799999, datetime(2099, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
    ],
)
def test_ts_is_in_milliseconds(given: float, expected: datetime | None) -> None:
    assert read({**PLAIN, "ts": given}).ts == expected


@pytest.mark.parametrize("given", ["1764547200000", "2026-12-01T00:00:00Z", 1.5, True, [], {}])
def test_ts_that_is_no_whole_number_is_refused(given: object) -> None:
    assert unread({**PLAIN, "ts": given}) == (
        "ts must be a whole number: milliseconds since 1970, UTC."
    )


@pytest.mark.parametrize("given", [1764547200, -1, 946684799999, 4102444800000, 10**200, 1e200])
def test_ts_beyond_the_calendar_of_a_clinic_is_refused(given: float) -> None:
    """1764547200 is 2025 in seconds: the most likely mistake."""
    assert unread({**PLAIN, "ts": given}).startswith("ts must lie between 2000 and 2100, in milli")


@pytest.mark.parametrize(
    "name", ["", " ", "x/y ", " x/y", "x\ny", "x" * 201, 5, None, [], {}, True]
)
def test_name_that_is_none_is_refused(name: object) -> None:
    assert unread({"name": name, "data": {}}).startswith("name must ")


@pytest.mark.parametrize("name", ["x" * 200, "qualquer coisa/é um nome", "a"])
def test_any_other_name_is_fine(name: str) -> None:
    assert read({"name": name}).name == name


@pytest.mark.parametrize(
    ("given", "expected"), [("a b", "a b"), (17, "17"), ("é" * 256, "é" * 256)]
)
def test_id_is_printable_text_or_a_whole_number(given: object, expected: str) -> None:
    assert read({**PLAIN, "id": given}).id == expected


@pytest.mark.parametrize("given", ["x" * 257, "a\nb", "\x1b[2J", " ", 1.5, True, [], {"a": 1}])
def test_id_that_is_none_is_refused(given: object) -> None:
    assert unread({**PLAIN, "id": given}).startswith("id must ")


@pytest.mark.parametrize("key", ["data", "user"])
@pytest.mark.parametrize("given", ["text", 5, [], [1], True, 0.5])
def test_data_and_user_must_be_objects(key: str, given: object) -> None:
    assert unread({**PLAIN, key: given}) == f"{key} must be an object."


@pytest.mark.parametrize(("given", "expected"), [("1", "1"), (2, "2"), (1.5, "1.5"), ("", None)])
def test_version_is_kept_as_text(given: object, expected: str | None) -> None:
    assert read({**PLAIN, "v": given}).v == expected


@pytest.mark.parametrize("given", [[], {}, True, "x" * 65, "\x00"])
def test_version_that_is_none_is_refused(given: object) -> None:
    unread({**PLAIN, "v": given})


@pytest.mark.parametrize("ack", [0, False, "", [], {}, {"a": [1, None]}, 1.5])
def test_any_json_is_an_ack(ack: Any) -> None:
    assert read({**PLAIN, "ack": ack}).ack == ack


@pytest.mark.parametrize(
    "raw",
    [
        None,
        True,
        5,
        "text",
        [],
        [PLAIN],
        {},
        {"data": {}},
        {"type": "INSERT"},
        {"type": "INSERT", "table": "appointments"},
        {"table": "appointments", "record": {}},
        {"event": "email/send", "payload": {}},
    ],
)
def test_any_other_shape_is_refused_with_those_there_are(raw: object) -> None:
    sentence = unread(raw)
    assert all(word in sentence for word in ('"name"', "specversion", "table"))
