"""The rejects file: private, durable, readable, and fit to be fed again."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fisioflow_cli.errors import BadEvent, ConfigurationError
from fisioflow_cli.intake.rejects import Reject, Rejects, is_reject, unwrap


def _reject(raw: bytes = b"{", **facts: Any) -> Reject:
    usual: dict[str, Any] = {"source": "stdin", "line": 1, "offset": None, "reason": "why"}
    return Reject(raw=raw, **{**usual, **facts})


@pytest.fixture
def rejects(tmp_path: Path) -> Rejects:
    return Rejects(tmp_path / "state" / "rejects.jsonl")


def _documents(rejects: Rejects) -> list[dict[str, Any]]:
    return [json.loads(line) for line in rejects.path.read_text().splitlines()]


def test_reject_says_where_why_and_what(rejects: Rejects) -> None:
    rejects.append([_reject("não é JSON".encode(), source="/q.jsonl", line=3, offset=70)])
    assert _documents(rejects) == [
        {"source": "/q.jsonl", "line": 3, "offset": 70, "reason": "why", "raw": "não é JSON"}
    ]


def test_file_and_folder_are_made_for_their_owner_only(rejects: Rejects) -> None:
    before = os.umask(0)
    try:
        rejects.append([_reject()])
    finally:
        os.umask(before)
    assert stat.S_IMODE(rejects.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(rejects.path.parent.stat().st_mode) == 0o700


def test_nothing_to_reject_makes_no_file(rejects: Rejects) -> None:
    rejects.append([])
    assert not rejects.path.exists()


def test_file_may_be_moved_away_between_two_rejects(rejects: Rejects) -> None:
    rejects.append([_reject(b"one")])
    rejects.path.rename(rejects.path.with_name("mended.jsonl"))
    rejects.append([_reject(b"two")])
    assert [each["raw"] for each in _documents(rejects)] == ["two"]


@pytest.mark.parametrize("raw", [b"\xff{}", b"", b"\x00\x1b[31m", "\u2028\x85".encode(), b'"\\'])
def test_whatever_the_bytes_were_they_come_back(rejects: Rejects, raw: bytes) -> None:
    rejects.append([_reject(raw), _reject(b"next")])
    first, second = rejects.path.read_bytes().splitlines()
    document = json.loads(first)
    assert is_reject(document)
    assert unwrap(document) == raw
    assert unwrap(json.loads(second)) == b"next"


def test_character_that_was_cut_in_two_leaves_the_rest_readable(rejects: Rejects) -> None:
    rejects.append([_reject("ç".encode() * 3 + b"\xc3", cut_from=900_000, sha256="ab")])
    (document,) = _documents(rejects)
    assert (document["raw"], document["bytes"], document["sha256"]) == ("ççç", 900_000, "ab")


def test_raw_may_be_mended_as_an_object(rejects: Rejects) -> None:
    rejects.append([_reject()])
    (document,) = _documents(rejects)
    mended = {**document, "raw": {"name": "email/send", "data": {}}}
    assert is_reject(mended)
    assert json.loads(unwrap(mended)) == {"name": "email/send", "data": {}}


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "raw",
        {"raw": "x"},
        {"reason": "why"},
        {"reason": "why", "raw": "x", "raw_base64": "eA=="},
        {"reason": "why", "raw": "x", "name": "email/send"},
    ],
)
def test_what_only_looks_similar_is_no_reject(document: object) -> None:
    assert not is_reject(document)


@pytest.mark.parametrize("text", ["?", "eA=", 7, None, "ção"])
def test_broken_base64_is_a_bad_event(text: object) -> None:
    with pytest.raises(BadEvent, match="base64"):
        unwrap({"reason": "why", "raw_base64": text})


def test_half_a_line_left_by_a_full_disk_spoils_no_other(rejects: Rejects) -> None:
    rejects.append([_reject()])
    with rejects.path.open("ab") as file:
        file.write(b'{"source": "st')
    rejects.append([_reject(b"next")])
    assert json.loads(rejects.path.read_text().splitlines()[-1])["raw"] == "next"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_full_disk_is_told_with_its_remedy() -> None:
    with pytest.raises(ConfigurationError, match="No space left"):
        Rejects(Path("/dev/full")).append([_reject()])


def test_folder_in_the_files_place_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="FISIOFLOW_REJECTS or --rejects"):
        Rejects(tmp_path).append([_reject()])


def test_file_knows_itself_when_it_is_to_be_read(rejects: Rejects, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch()
    with other.open() as file:
        assert not rejects.is_open_as(file.fileno())
        rejects.append([_reject()])
        assert not rejects.is_open_as(file.fileno())
    with rejects.path.open() as file:
        assert rejects.is_open_as(file.fileno())


def test_several_processes_append_whole_lines(rejects: Rejects) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from fisioflow_cli.intake.rejects import Reject, Rejects\n"
        "for n in range(40):\n"
        "    one = Reject(source='s', line=n, offset=None, reason='r', raw=b'x' * 9000)\n"
        "    Rejects(Path(sys.argv[1])).append([one] * 3)\n"
    )
    command = [sys.executable, "-c", code, str(rejects.path)]
    several = [subprocess.Popen(command) for _ in range(3)]
    assert [each.wait() for each in several] == [0, 0, 0]
    lines = [each["line"] for each in _documents(rejects)]
    assert sorted(lines) == sorted([*range(40)] * 9)
