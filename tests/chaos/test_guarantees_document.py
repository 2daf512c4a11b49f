"""docs/guarantees.md: every test that it names exists, and every cell of its table names one."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/guarantees.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LINK = re.compile(r"\[(\d+)\]")
NOTE = re.compile(r"^(\d+)\. (.*)$", re.MULTILINE)


def test_every_test_it_names_exists() -> None:
    named = NAMED.findall(DOCUMENT)
    assert len(named) > 20
    missing = [f"{path}::{test}" for path, test in named if test not in _tests(path)]
    assert not missing


def test_every_cell_names_a_test() -> None:
    table, *others = (_cells(part) for part in DOCUMENT.split("## ")[1:4])
    notes = dict(NOTE.findall(DOCUMENT))
    assert len(table) == 18
    for cell in table:
        assert LINK.search(cell), f"no test for {cell!r}"
        assert all(NAMED.search(notes[number]) for number in LINK.findall(cell))
    for cells in others:
        assert cells
        assert all(NAMED.search(cell) for cell in cells)


def test_every_chaos_test_is_named() -> None:
    """A proof that nobody finds from the promise is half a proof."""
    named = {path for path, _ in NAMED.findall(DOCUMENT)}
    written = {str(path.relative_to(ROOT)) for path in Path(__file__).parent.glob("test_*.py")}
    assert written - named == {"tests/chaos/test_guarantees_document.py"}


def _cells(part: str) -> list[str]:
    """The cells of a table, but for its head, its first column and those that do not apply."""
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| ")]
    return [cell.strip() for row in rows[1:] for cell in row[1:] if cell.strip() != "–"]


def _tests(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
