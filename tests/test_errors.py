"""The errors: the tree at the top of errors.py is true, and every code is the documented one."""

import inspect
import re
from types import MappingProxyType

import pytest

from fisioflow_cli import errors
from fisioflow_cli.errors import ExitCode, FisioFlowError

CODES = MappingProxyType(
    {
        "FisioFlowError": 1,
        "UsageError": 2,
        "BadInput": 65,
        "ConfigurationError": 78,
        "TryLater": 75,
        "Stop": 1,
    }
)
BRANCH = re.compile(r"^ {4}(?P<indent>[│ ]*)(?:[├└]── )?(?P<name>[A-Z]\w+)(?: +(?P<code>\d+) )?")


def classes() -> list[type[FisioFlowError]]:
    return [
        found
        for _, found in inspect.getmembers(errors, inspect.isclass)
        if issubclass(found, FisioFlowError)
    ]


def drawn() -> list[tuple[int, str, str | None]]:
    """The tree's lines: depth, name and the code written beside it."""
    found = []
    for line in (errors.__doc__ or "").splitlines():
        if match := BRANCH.match(line):
            depth = len(match["indent"]) // 4 + 1 if "──" in line else 0
            found.append((depth, match["name"], match["code"]))
    return found


def parents() -> dict[str, str]:
    path: list[str] = []
    found = {}
    for depth, name, _ in drawn():
        path[depth:] = [name]
        if depth:
            found[name] = path[depth - 1]
    return found


def test_tree_is_complete_and_true() -> None:
    actual = {
        found.__name__: found.__bases__[0].__name__
        for found in classes()
        if found is not FisioFlowError
    }
    assert parents() == actual


def test_tree_shows_each_code() -> None:
    shown = {name: int(code) for _, name, code in drawn() if code}
    assert shown == {name: code for name, code in CODES.items() if name != "Stop"}


@pytest.mark.parametrize("error", classes(), ids=lambda error: error.__name__)
def test_every_class_has_its_branch_s_code(error: type[FisioFlowError]) -> None:
    branch = next(base.__name__ for base in error.__mro__ if base.__name__ in CODES)
    assert error.exit_code == CODES[branch]


@pytest.mark.parametrize("error", classes(), ids=lambda error: error.__name__)
def test_docstring_is_the_message(error: type[FisioFlowError]) -> None:
    said = error(15).message if error is errors.SignalReceived else error().message
    assert said == " ".join((error.__doc__ or "").split())
    assert said.endswith(".")
    assert "\n" not in said


def test_what_a_caller_says_replaces_it() -> None:
    assert errors.LedgerMissing("Nothing here; begin.").message == "Nothing here; begin."


@pytest.mark.parametrize("error", classes(), ids=lambda error: error.__name__)
def test_error_to_be_mended_names_a_remedy(error: type[FisioFlowError]) -> None:
    """The second half of the sentence says what to do."""
    if issubclass(error, errors.ConfigurationError | errors.UsageError):
        assert re.search(r";|takes|see|nothing was sent", error().message)


def test_exit_codes_are_the_documented_contract() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "DONE": 0,
        "FAILED": 1,
        "USAGE": 2,
        "PARTIAL": 3,
        "BAD_INPUT": 65,
        "TRY_LATER": 75,
        "CONFIGURATION": 78,
        "INTERRUPTED": 130,
        "TERMINATED": 143,
    }


def test_unexpected_error_is_placed_but_not_quoted() -> None:
    try:
        int("Ana Souza")
    except ValueError as error:
        said = errors.unexpected(error)
    assert "ValueError" in said
    assert __name__ in said
    assert "Ana" not in said
