"""Payloads as a person types them."""

from typing import Any

import pytest

from fisioflow_cli.catalogue.pairs import merged, parse_pairs
from fisioflow_cli.errors import BadEvent, UsageError


@pytest.mark.parametrize(
    ("pairs", "data"),
    [
        ([], {}),
        (["to=ana@example.com", "subject=Oi"], {"to": "ana@example.com", "subject": "Oi"}),
        (["a="], {"a": ""}),
        (["a=b=c:=d"], {"a": "b=c:=d"}),
        (["html=<p>Oi\n</p>"], {"html": "<p>Oi\n</p>"}),
        (["n:=24", "f:=1.5", "t:=true", "z:=null"], {"n": 24, "f": 1.5, "t": True, "z": None}),
        (['to:=["a", "b"]'], {"to": ["a", "b"]}),
        (['text:="24"'], {"text": "24"}),
        (["n=24"], {"n": "24"}),
        (["a.b=1", "a.c.d=2"], {"a": {"b": "1", "c": {"d": "2"}}}),
        (['a:={"b": 1}', "a.c=2"], {"a": {"b": 1, "c": "2"}}),
        (["a:b=c"], {"a:b": "c"}),
    ],
)
def test_pairs_become_data(pairs: list[str], data: dict[str, Any]) -> None:
    assert parse_pairs(pairs) == data


@pytest.mark.parametrize(
    "pair", ["", "SEGREDO", "=SEGREDO", ":=1", "a..b=1", ".a=1", "a.=1", "a:1"]
)
def test_what_is_no_pair_is_told_by_its_place(pair: str) -> None:
    with pytest.raises(UsageError, match="Pair 2 is none") as refused:
        parse_pairs(["a=1", pair])
    assert "SEGREDO" not in refused.value.message


@pytest.mark.parametrize(
    "pairs",
    [["a=1", "a=2"], ["a=1", "a.b=2"], ["a.b=1", "a=2"], ["a.b=1", "a.b:=2"], ["a:=5", "a.b=1"]],
)
def test_pairs_that_contradict_each_other_are_refused(pairs: list[str]) -> None:
    with pytest.raises(UsageError, match="given"):
        parse_pairs(pairs)


@pytest.mark.parametrize("value", ["SEGREDO", "NaN", "{", "'SEGREDO'", "\udcff"])
def test_a_value_that_is_not_json_is_refused_without_being_repeated(value: str) -> None:
    with pytest.raises(BadEvent, match=r"The value of a\.b is not ") as refused:
        parse_pairs([f"a.b:={value}"])
    assert "SEGREDO" not in refused.value.message


def test_pairs_are_laid_over_data() -> None:
    data = {"to": "a", "templateData": {"x": 1, "y": {"z": 1}}, "tags": ["a"]}
    more = {"to": "b", "templateData": {"y": {"w": 2}}, "tags": {"c": "d"}}
    assert merged(data, more) == {
        "to": "b",
        "templateData": {"x": 1, "y": {"z": 1, "w": 2}},
        "tags": {"c": "d"},
    }
    assert data["to"] == "a"
