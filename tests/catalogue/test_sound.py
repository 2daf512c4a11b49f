"""What no database could store is refused before anything else, and never repeated."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fisioflow_cli.catalogue.event import read
from fisioflow_cli.catalogue.sound import DEEPEST, MOST
from tests.catalogue.refusals import unread


def nested(levels: int, inner: Any = 1) -> Any:
    """A value inside so many lists and objects."""
    for level in range(levels):
        inner = [inner] if level % 2 else {"a": inner}
    return inner


@pytest.mark.parametrize("key", ["id", "name", "v", "ack", "other"])
@pytest.mark.parametrize("text", ["SEGREDO\x00", "SEGREDO\ud800", "\udcffSEGREDO"])
def test_nul_and_lone_surrogates_are_refused_wherever_they_stand(key: str, text: str) -> None:
    sentence = unread({"name": "x/y", "data": {}, key: text})
    assert "cannot be stored" in sentence
    assert "SEGREDO" not in sentence


@pytest.mark.parametrize("data", [{"a": ["\x00"]}, {"\x00": 1}, {"a": {"b": {"c\ud800": None}}}])
def test_they_are_refused_deep_in_the_data_too(data: Any) -> None:
    assert "cannot be stored" in unread({"name": "x/y", "data": data})


def test_whole_surrogate_pairs_and_other_hostile_text_are_fine() -> None:
    text = "👩🏽‍⚕️ \u202e \x1b[2J \u2028 ; DROP TABLE; {{ 7*7 }} \ufeff \uffff"
    assert read({"name": "x/y", "data": {"a": text}}).data == {"a": text}


@pytest.mark.parametrize(
    "number", [float("nan"), float("inf"), -float("inf"), 10**300, -(10**4000)]
)
def test_numbers_that_json_or_databases_do_not_have_are_refused(number: float) -> None:
    assert "number" in unread({"name": "x/y", "data": {"a": [number]}})


@pytest.mark.parametrize("number", [0, -0.0, 2**64, -(10**299), 1e308, 5e-324, True])
def test_other_numbers_are_fine(number: float) -> None:
    assert read({"name": "x/y", "data": {"a": number}}).data == {"a": number}


@pytest.mark.parametrize(
    "value", [b"x", {1}, object(), Decimal(1), datetime(2026, 1, 1, tzinfo=UTC), uuid.UUID(int=1)]
)
def test_values_that_json_does_not_have_are_refused(value: object) -> None:
    assert "JSON does not have" in unread({"name": "x/y", "data": {"a": value}})


@pytest.mark.parametrize("key", [1, None, 1.5, (), True])
def test_keys_must_be_text(key: object) -> None:
    assert "key" in unread({"name": "x/y", "data": {key: 1}})


def test_depth_has_a_limit_that_needs_no_recursion() -> None:
    assert read({"name": "x/y", "data": {"a": nested(DEEPEST - 3)}})
    for levels in (DEEPEST, 100_000):
        assert "levels deep" in unread({"name": "x/y", "data": {"a": nested(levels)}})


def test_size_has_a_limit() -> None:
    assert read({"name": "x/y", "data": {"a": "x" * (MOST - 100)}})
    assert "larger than 512 KiB" in unread({"name": "x/y", "data": {"a": "x" * MOST}})
    assert "larger than 512 KiB" in unread({"name": "x/y", "data": {"a": [1] * MOST}})
    assert "larger than 512 KiB" in unread({"name": "x/y", "data": {"a": [["x" * 9]] * MOST}})


def test_a_structure_that_holds_itself_ends_too() -> None:
    own: dict[str, Any] = {}
    own["own"] = own
    assert "levels deep" in unread({"name": "x/y", "data": own})
