"""Schedules garbled at random, the same way every time: a list of drifts, and never anything else."""

import random

import pytest

from fisioflow_cli.schedule.drift import Drift
from fisioflow_cli.schedule.github import github
from fisioflow_cli.schedule.lacking import Host
from fisioflow_cli.schedule.systemd import units
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.schedule.drifts import SAO_PAULO, expected, printed

HERE = Host(installed=True)
CRONTAB = printed().partition("MAILTO")[2]
GITHUB = github(WORKFLOWS, clinic=SAO_PAULO)
UNITS = units(WORKFLOWS, clinic=SAO_PAULO)
SHELL = [
    "fisioflow",
    "due",
    "'",
    '"',
    "`",
    "$(",
    "&&",
    "|",
    ";",
    "\\\n",
    "#",
    "--workflow",
    "=",
    "%i",
]
CRON = [
    "*",
    "*/",
    "%",
    "\\%",
    "@daily",
    "CRON_TZ=",
    "60",
    "1-5",
    "7/0",
    "-1",
    "MON",
    "L",
    "9" * 30,
    "~",
]
YAML = [
    "&a",
    "*a",
    "<<",
    "!!python/object",
    "jobs",
    "run",
    "on",
    "cron",
    "[",
    "]",
    "{",
    "}",
    ":",
    "- ",
]
SIGNS = ["\n", "\t", " ", "\0", "\r", "é", "\u2028", "\ud800", "..", "OnCalendar=", "Unit="]
PARTS = SHELL + CRON + YAML + SIGNS


def garbled(text: str, chance: random.Random) -> str:
    """A few pieces put in, taken out and repeated."""
    for _ in range(chance.randint(1, 12)):
        at, other = chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)
        more, less = chance.choice(
            [
                (chance.choice(PARTS), 0),
                ("", chance.randint(1, 40)),
                (text[other : other + chance.randint(1, 60)], 0),
            ]
        )
        text = text[:at] + more + text[at + less :]
    return text


def judged(seed: int) -> list[Drift]:
    chance = random.Random(seed)
    of_units = {name: garbled(text, chance) for name, text in UNITS.items()}
    return [
        *expected().of_crontab(garbled(CRONTAB, chance), host=HERE),
        *expected().of_crontab(garbled(CRONTAB, chance), "/etc/cron.d/x", "x", HERE),
        *expected().of_github({"scheduled.yml": garbled(GITHUB, chance)}),
        *expected().of_systemd(of_units, frozenset(), HERE),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_stands_there_is_judged_in_whole_sentences(seed: int) -> None:
    drifts = judged(seed)
    assert drifts
    assert all(drift.message.endswith(".") and drift.message.isprintable() for drift in drifts)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20, 1000))
def test_a_thousand_garbled_schedules(seed: int) -> None:
    test_whatever_stands_there_is_judged_in_whole_sentences(seed)
