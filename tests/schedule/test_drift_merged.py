"""Several schedulers together: what one of them starts is not missing."""

import re
from pathlib import Path

from fisioflow_cli.schedule.drift import Kind, merged
from fisioflow_cli.schedule.entry import NOTES
from tests.schedule.drifts import COMMANDS, DISPATCH, expected, printed, wrong

PAGE = Path(__file__).parents[2] / "docs/schedules.md"


def test_what_either_starts_is_not_missing() -> None:
    first = expected().of_crontab("0 6 * * * fisioflow cleanup\n")
    other = expected().of_crontab(printed().replace("fisioflow cleanup", "true"))
    assert wrong(merged([first, other])) == []


def test_what_nobody_starts_is_told_once() -> None:
    nothing = [expected().of_crontab(""), expected().of_github({}), expected().of_crontab("")]
    drifts = merged(nothing)
    assert wrong(drifts) == [(Kind.MISSING, command) for command in COMMANDS]
    assert [drift.kind for drift in drifts].count(Kind.NO_DISPATCH) == 1


def test_dispatch_is_needed_once() -> None:
    assert merged([expected().of_crontab(printed()), expected().of_crontab(DISPATCH)]) == []


def test_what_is_wrong_in_one_stays_wrong() -> None:
    bad = expected().of_crontab("0 9 * * * fisioflow birthdays\n")
    assert wrong(merged([bad, expected().of_crontab(printed())])) == [
        (Kind.WRONG_ZONE, "birthdays")
    ]


def test_one_that_cannot_be_read_lacks_nothing() -> None:
    drifts = merged([expected().of_crontab("\0"), expected().of_crontab(printed())])
    assert wrong(drifts) == [(Kind.UNREADABLE, None)]


def test_every_kind_is_documented_with_its_exit_code() -> None:
    rows = re.findall(
        r"^\| (`.+?) \|.*\| ([01]) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    told = {kind: code for kinds, code in rows for kind in re.findall(r"`(\w+)`", kinds)}
    assert told == {kind: "0" if kind in NOTES else "1" for kind in Kind}
