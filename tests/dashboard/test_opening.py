"""What a dashboard is given of a process's settings: no more than it may show, and a token nobody guesses."""

from pathlib import Path

import pytest

from fisioflow_cli.dashboard.keyring import Keyring
from fisioflow_cli.dashboard.masked import MOST_FIELDS, Field, fields
from fisioflow_cli.dashboard.opening import facts_of, keyring_of
from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.settings import Settings
from tests.checks.subjects import settings
from tests.dashboard.served import Served


@pytest.mark.parametrize(
    ("environment", "shown"), [("production", False), ("development", True), ("preview:x", True)]
)
def test_outbox_is_shown_outside_production_only(
    quick: Served, tmp_path: Path, environment: str, shown: bool
) -> None:
    """In production its files would be those of another environment."""
    given = facts_of(settings(tmp_path, FISIOFLOW_ENV=environment), quick.facts.ledger)
    assert (given.outbox is not None) is shown


def test_without_leave_there_is_nothing_to_act_with(quick: Served, tmp_path: Path) -> None:
    loaded, ledger = settings(tmp_path), quick.facts.ledger
    given = facts_of(loaded, ledger)
    assert (given.allow_actions, given.context) == (False, None)
    assert facts_of(loaded, ledger, allow_actions=True).context is not None


def test_allowed_names_are_read_as_browsers_send_them(quick: Served, tmp_path: Path) -> None:
    names = (" Clinica.Local ", "painel.example")
    given = facts_of(settings(tmp_path), quick.facts.ledger, names=names)
    assert given.hosts == {"clinica.local", "painel.example"}


def test_each_dashboard_has_a_token_of_its_own(quick: Served, tmp_path: Path) -> None:
    loaded, ledger = settings(tmp_path), quick.facts.ledger
    tokens = [facts_of(loaded, ledger).keyring.token, keyring_of(loaded).token]
    assert len(set(tokens)) == 2
    assert min(map(len, tokens)) >= 43, "256 bits, six to a letter"
    mine = Keyring("a" * 16)
    assert facts_of(loaded, ledger, keyring=mine).keyring is mine


def _with_token(folder: Path, token: str) -> Settings:
    return settings(folder, FISIOFLOW_DASHBOARD_TOKEN=token)


def test_token_that_could_be_guessed_is_refused_unseen(tmp_path: Path) -> None:
    assert keyring_of(_with_token(tmp_path, "a" * 16)).admits("a" * 16)
    with pytest.raises(InvalidSetting) as refused:
        keyring_of(_with_token(tmp_path, "b" * 15))
    assert "bbb" not in str(refused.value)


def test_fields_are_told_by_their_place() -> None:
    told = fields({"items": [{"to": "ana@example.com"}, None], "none": {}, "list": []})
    assert told == [
        Field(path="items[0].to", told=told[0].told),
        Field(path="items[1]", told="nothing"),
        Field(path="none", told="empty"),
        Field(path="list", told="empty"),
    ]
    assert "ana" not in told[0].told


def test_no_more_than_two_hundred_fields_are_told() -> None:
    many = fields({"items": list(range(1000))})
    assert len(many) == MOST_FIELDS == 200
