"""JSON, and nothing that merely looks like it."""

import pytest

from fisioflow_cli.catalogue.strict import decode
from fisioflow_cli.errors import BadEvent


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"a": [1, 2.5, null, true, "\xc3\xa9"]}', {"a": [1, 2.5, None, True, "é"]}),
        (b"\xef\xbb\xbf{}\r\n", {}),
        (b'"\\ud83d\\ude00"', "😀"),
        (b"1e308", 1e308),
    ],
)
def test_json_is_read(raw: bytes, expected: object) -> None:
    assert decode(raw, "The line") == expected


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"SEGREDO",
        b"{'SEGREDO': 1}",
        b'{"SEGREDO": 1',
        b'{"a": NaN}',
        b"Infinity",
        b"-Infinity",
        b"1e999",
        b"9" * 5000,
        b'"SEGREDO\n"',
        b'\xff"SEGREDO"',
        b'"SEGREDO\xed\xa0\x80"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{}SEGREDO",
    ],
)
def test_anything_else_is_refused_without_being_repeated(raw: bytes) -> None:
    with pytest.raises(BadEvent) as refused:
        decode(raw, "The line")
    assert refused.value.message.startswith("The line is ")
    assert "SEGREDO" not in refused.value.message


def test_the_place_of_the_mistake_is_told() -> None:
    with pytest.raises(BadEvent, match=r"line 2, column 6"):
        decode(b'{"a": 1,\n "b" 2}', "The value of --data")
