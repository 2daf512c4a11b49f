"""The lock: what pyproject.toml asks for is in it, pinned by hash, from whatever index is at hand."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "requirements.lock").read_text(encoding="utf-8")
HASHES = r"(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+"
ENTRY = re.compile(rf"^([a-z0-9-]+)==(\S+)(?: ; [^\\\n]+)? \\\n{HASHES}", re.MULTILINE)
PINNED = {match[1]: Version(match[2]) for match in ENTRY.finditer(TEXT)}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WANTED = [Requirement(line) for line in PROJECT["dependencies"]]


def test_nothing_but_pins_with_hashes_is_in_it() -> None:
    """No address of an index, no option: the installing machine's own index is used."""
    rest = ENTRY.sub("", TEXT)
    assert all(line.startswith("#") for line in rest.splitlines())
    assert "://" not in TEXT


@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_every_dependency_is_pinned_within_its_range(wanted: Requirement) -> None:
    pinned = PINNED[canonicalize_name(wanted.name)]
    assert wanted.specifier.contains(pinned)


def test_what_an_extra_asks_for_is_pinned() -> None:
    assert PINNED["psycopg-binary"] == PINNED["psycopg"]
