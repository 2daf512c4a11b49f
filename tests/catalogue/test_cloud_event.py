"""CloudEvents 1.0."""

from typing import Any

import pytest

from fisioflow_cli.catalogue.event import LONGEST_ID, read
from tests.catalogue.refusals import unread

CLOUD: dict[str, Any] = {
    "specversion": "1.0",
    "id": "ce-1",
    "source": "/agenda",
    "type": "appointment/created",
    "time": "2099-11-23T12:00:00Z",
    "datacontenttype": "application/json",
    "subject": "7",
    "data": {"appointmentId": "7"},
}


def cloud(**changed: Any) -> dict[str, Any]:
    """A CloudEvent with something else in it; None takes it out."""
    return {name: value for name, value in {**CLOUD, **changed}.items() if value is not None}


def test_its_type_is_the_name_and_its_time_postpones_nothing() -> None:
    event = read(CLOUD)
    assert (event.name, event.data) == ("appointment/created", {"appointmentId": "7"})
    assert event.ts is None
    assert event.extra["subject"] == "7"


def test_its_id_counts_together_with_its_source() -> None:
    assert read(CLOUD).id == "/agenda#ce-1"
    assert read(cloud(source="/other")).id != read(CLOUD).id
    assert read(cloud(type="x/y")).id == read(CLOUD).id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a#b", "c"), ("a", "b#c")),
        (("a", "%23"), ("a", "#")),
        (("a", "b c"), ("a", "b%20c")),
        (("a" * 300, "b"), ("a" * 301, "b")),
        (("a", "b" * 300), ("a" * 300, "b")),
    ],
)
def test_no_two_events_share_an_id(one: tuple[str, str], other: tuple[str, str]) -> None:
    first, second = (read(cloud(source=source, id=own)).id for source, own in (one, other))
    assert first
    assert first != second
    assert max(len(first), len(second or "")) <= LONGEST_ID


def test_a_long_or_odd_id_still_is_one() -> None:
    for own in ("é" * 200, "x" * 1000, "a\tb"):
        found = read(cloud(id=own)).id
        assert found
        assert len(found) <= LONGEST_ID
        assert found.isprintable()


def test_data_may_be_missing() -> None:
    assert read(cloud(data=None)).data == {}


def test_ack_is_kept() -> None:
    assert read(cloud(ack=5)).ack == 5


@pytest.mark.parametrize("version", ["0.3", "1.1", 1, 1.0, "", None, []])
def test_other_versions_are_refused(version: object) -> None:
    assert unread({**CLOUD, "specversion": version}) == 'specversion must be "1.0".'


@pytest.mark.parametrize("name", ["id", "source", "type"])
@pytest.mark.parametrize("value", [None, "", " ", 5, [], {}])
def test_what_is_required_must_be_there(name: str, value: object) -> None:
    assert f"CloudEvent's {name} must be text" in unread({**CLOUD, name: value})


def test_binary_data_is_refused_clearly() -> None:
    assert "data_base64" in unread(cloud(data=None, data_base64="e30="))


@pytest.mark.parametrize("data", ["{}", 5, [1]])
def test_data_must_be_an_object(data: object) -> None:
    assert unread(cloud(data=data)) == "data must be an object."


def test_a_type_that_cannot_be_a_name_is_refused() -> None:
    assert unread(cloud(type="x" * 201)).startswith("name must ")
