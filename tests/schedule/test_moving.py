"""A vercel.json against the registry: what replaces each entry, when it goes, and what is in doubt."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.errors import BadInput
from fisioflow_cli.schedule import vercel
from fisioflow_cli.schedule.moving import Advice, Doubt, Move
from fisioflow_cli.workflows.registry import WORKFLOWS

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 28, 17, tzinfo=UTC)
HERE = "America/Sao_Paulo"
COMMANDS = [workflow.command for workflow in WORKFLOWS]


def move(zone: ZoneInfo = SAO_PAULO) -> Move:
    return Move(workflows=WORKFLOWS, clinic=zone, now=NOW)


def advised(document: Any, zone: ZoneInfo = SAO_PAULO) -> list[Advice]:
    return move(zone).advise(vercel.read(json.dumps(document)))


def cron(path: str, schedule: str) -> Advice:
    [found] = advised({"crons": [{"path": path, "schedule": schedule}]})
    return found


def doubts(advice: Advice) -> list[Doubt | None]:
    return [remark.doubt for remark in advice.remarks]


def test_file_that_fits_leaves_nothing_to_decide() -> None:
    """All seven, at the hours of the registry: as `crons` in UTC, as `schedules` in the clinic's zone."""
    in_utc = {"0 3 * * *": "0 6 * * *", "0 8 * * *": "0 11 * * *", "0 9 * * *": "0 12 * * *"}
    in_utc |= {"0 9 * * 1": "0 12 * * 1", "0 10 * * *": "0 13 * * *", "0 18 * * *": "0 21 * * *"}
    in_utc |= {"0 */6 * * *": "0 3,9,15,21 * * *"}
    crons = [{"path": f"/api/crons/{w.command}", "schedule": in_utc[w.cron]} for w in WORKFLOWS]
    schedules = {
        w.command: {"path": f"/api/crons/{w.command}", "schedule": w.cron, "timezone": HERE}
        for w in WORKFLOWS
    }
    for document in ({"crons": crons}, {"schedules": schedules}, {"schedules": crons}):
        advice = advised(document)
        assert [each.command for each in advice] == COMMANDS
        assert not [each for each in advice if each.needs_decision]
        assert move().absent(advice) == []


@pytest.mark.parametrize(
    "target",
    [
        "/api/crons/birthdays",
        "/api/crons/birthdays/",
        "/api/crons/birthdays?force=1",
        "api/crons/birthdays.ts",
        "api/crons/birthdays/route.ts",
        "src/app/api/crons/birthdays/route.ts",
        "/api/crons/fisioflow-birthday-messages",
    ],
)
def test_route_or_file_leads_to_its_command(target: str) -> None:
    assert cron(target, "0 12 * * *").command == "birthdays"
    by_function = {"schedules": {"x": {"function": target, "schedule": "0 12 * * *"}}}
    assert advised(by_function)[0].command == "birthdays"


@pytest.mark.parametrize(
    "target",
    [
        *("/api/crons/backup", "/api/birthdays", "/api/cron/birthdays", "/api/crons/", "/"),
        *("/api/crons/birthdays/extra", "/api/crons/Birthdays", "birthdays"),
    ],
)
def test_path_that_is_not_ours_is_flagged_and_never_deleted(target: str) -> None:
    found = cron(target, "0 12 * * *")
    assert (found.command, found.delete) == (None, None)
    assert doubts(found) == [Doubt.UNKNOWN]


def test_route_of_inngest_itself_goes_last() -> None:
    [remark] = cron("/api/inngest", "0 12 * * *").remarks
    assert "when the last function has moved" in remark.message


def test_same_fields_in_utc_are_three_hours_early() -> None:
    """The application's own file had the registry's hours, which Vercel reads in UTC."""
    [remark] = cron("/api/crons/daily-reports", "0 8 * * *").remarks
    assert remark.doubt is Doubt.DIFFERENT
    assert remark.message == (
        "Starts next Sun 2026-11-29 05:00; `fisioflow daily-reports` Sun 2026-11-29 08:00 "
        "(America/Sao_Paulo). The fields are ours, but Vercel reads them in UTC."
    )


@pytest.mark.parametrize(
    ("command", "schedule", "says"),
    [
        ("data-integrity", "0 1 * * *", "Sat 2026-11-28 22:00; `fisioflow data-integrity` Sat"),
        ("weekly-summary", "0 12 * * *", "next Sun 2026-11-29 09:00; "),
        ("weekly-summary", "0 12 * * 2", "next Tue 2026-12-01 09:00; "),
        ("birthdays", "0 12 29 2 *", "next Tue 2028-02-29 09:00; "),
        ("birthdays", "* * * * *", "next Sat 2026-11-28 14:01; "),
        ("birthdays", "7 12 * * *", "next Sun 2026-11-29 09:07; "),
    ],
)
def test_schedule_that_differs_says_how(command: str, schedule: str, says: str) -> None:
    found = cron(f"/api/crons/{command}", schedule)
    assert doubts(found)[0] is Doubt.DIFFERENT
    assert says in found.remarks[0].message


def test_difference_that_comes_with_daylight_saving_time() -> None:
    """Equal today, an hour apart from March on."""
    document = {"crons": [{"path": "/api/crons/birthdays", "schedule": "0 14 * * *"}]}
    [remark] = advised(document, ZoneInfo("America/New_York"))[0].remarks
    assert "Sun 2027-03-14 10:00; `fisioflow birthdays` Sun 2027-03-14 09:00" in remark.message


def test_two_entries_of_one_command_are_named_each() -> None:
    document = {
        "crons": [{"path": "/api/crons/cleanup", "schedule": "0 6 * * *"}],
        "schedules": {"night": {"function": "api/crons/cleanup.ts", "schedule": "0 6 * * *"}},
    }
    advice = advised(document)
    assert [each.entry.where for each in advice] == ["crons[0]", "schedules.night"]
    assert all(doubts(each) == [Doubt.DUPLICATE] for each in advice)
    assert "2 entries" in advice[0].remarks[0].message


@pytest.mark.parametrize(
    ("schedule", "timezone"),
    [
        *[
            (bad, HERE)
            for bad in ("", "0 9 * *", "0 9 * * * *", "60 9 * * *", "@daily", "0 9 * * L")
        ],
        ("0 9 * * *", "America/Nowhere"),
        ("0 9 * * *", "../etc/passwd"),
    ],
)
def test_schedule_that_nobody_can_read(schedule: str, timezone: str) -> None:
    entry = {"path": "/api/crons/birthdays", "schedule": schedule, "timezone": timezone}
    if not schedule:
        with pytest.raises(BadInput):
            advised({"schedules": {"x": {"path": "/api/crons/birthdays"}}})
        return
    [found] = advised({"schedules": {"x": entry}})
    assert doubts(found) == [Doubt.UNREADABLE]
    assert found.command == "birthdays"


def test_more_than_once_a_day_is_worth_knowing_and_no_doubt() -> None:
    found = cron("/api/crons/data-integrity", "0 3,9,15,21 * * *")
    assert not found.needs_decision
    assert "Hobby" in found.remarks[0].message
    assert cron("/api/crons/birthdays", "0 12 * * *").remarks == ()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.command)
def test_who_writes_to_people_is_never_started_twice(workflow: Any) -> None:
    """The old route does not know our ledger; only what writes to nobody may run beside it."""
    deleted = cron(f"/api/crons/{workflow.command}", "0 12 * * *").delete
    assert deleted is not None
    if workflow.command == "cleanup":
        assert "first success of cleanup in production" in deleted
    else:
        assert "outside production, and before its first start in production" in deleted


def test_what_the_file_does_not_start_is_told() -> None:
    advice = advised({"crons": [{"path": "/api/crons/cleanup", "schedule": "0 6 * * *"}]})
    assert move().absent(advice) == [name for name in COMMANDS if name != "cleanup"]


@pytest.mark.parametrize("text", ["{}", '{"crons": []}', '{"crons": null, "builds": [1]}'])
def test_file_without_schedules_has_no_entries(text: str) -> None:
    assert vercel.read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "nothing", "[]", '"x"', "null", '{"crons": 1}', '{"crons": "x"}', "[" * 100_000),
        *(
            '{"crons": [1]}',
            '{"crons": [{"path": "/x"}]}',
            '{"crons": [{"schedule": "* * * * *"}]}',
        ),
        *('{"schedules": {"x": null}}', '{"crons": [{"path": 1, "schedule": "* * * * *"}]}'),
        '{"schedules": {"x": {"path": "/x", "schedule": "* * * * *", "timezone": 3}}}',
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_vercel_json_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        vercel.read(text)
