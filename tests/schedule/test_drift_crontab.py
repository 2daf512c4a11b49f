"""A crontab held against the registry: by the instants at which it starts something."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import typer

from fisioflow_cli.cli import app
from fisioflow_cli.schedule.drift import Kind, drift_of_crontab
from fisioflow_cli.schedule.entry import FORCE, IDLE, NARROW, NO_CATCH_UP
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.schedule.drifts import (
    COMMANDS,
    DISPATCH,
    GREENWICH,
    NOW,
    SAO_PAULO,
    expected,
    notes,
    only,
    printed,
    replaced,
    wrong,
)

ZONES = ("UTC", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Auckland", "America/New_York")
SYDNEY, BERLIN = ZoneInfo("Australia/Sydney"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("host", ZONES)
@pytest.mark.parametrize("clinic", ["America/Sao_Paulo", "America/New_York"])
def test_what_we_print_does_not_drift(clinic: str, host: str) -> None:
    zones = {"host": ZoneInfo(host), "clinic": ZoneInfo(clinic)}
    assert wrong(expected(**zones).of_crontab(printed(**zones))) == []


def test_zones_that_drift_apart_by_two_hours_are_no_drift_of_ours() -> None:
    """Daylight saving time on both sides of the equator: some starts are two hours late all summer."""
    zones = {"host": SYDNEY, "clinic": BERLIN}
    assert wrong(expected(**zones).of_crontab(printed(**zones))) == []


def test_a_line_that_is_right_in_winter_only_is_found_in_winter() -> None:
    """In summer Berlin is an hour further from São Paulo: the start would be early, and miss its slot."""
    text = replaced("cleanup", "0 7 * * * fisioflow cleanup", host=BERLIN)
    assert NOW.astimezone(BERLIN).dst() == timedelta()
    drifts = expected(host=BERLIN).of_crontab(text)
    assert wrong(drifts) == [(Kind.DIFFERENT, "cleanup")]
    assert "starts 1:00 h early" in only(drifts, Kind.DIFFERENT).message


def test_a_line_that_leaves_out_a_month_is_found_months_before() -> None:
    text = replaced("cleanup", "0 6 * 1-8,10-12 * fisioflow cleanup")
    drifts = expected().of_crontab(text)
    assert wrong(drifts) == [(Kind.DIFFERENT, "cleanup")]
    assert "due 2027-09-01" in only(drifts, Kind.DIFFERENT).message


def test_an_empty_crontab_lacks_everything() -> None:
    drifts = expected().of_crontab("# nothing here\n")
    assert wrong(drifts) == [(Kind.MISSING, command) for command in COMMANDS]
    assert notes(drifts) == [Kind.NO_DISPATCH]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_line_that_is_gone_is_named(command: str) -> None:
    drifts = expected().of_crontab(replaced(command, ""))
    assert wrong(drifts) == [(Kind.MISSING, command)]
    assert "fisioflow schedule crontab --host-zone UTC" in only(drifts, Kind.MISSING).remedy


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0 11 * * * fisioflow birthdays", "starts 1:00 h early"),
        ("30 14 * * * fisioflow birthdays", "starts 2:30 h late"),
        ("0 12 * * 1-5 fisioflow birthdays", "not started that day"),
        ("0 12 1 * * fisioflow birthdays", "not started that day"),
        ("@reboot fisioflow birthdays", "when the host starts"),
        ("@daily fisioflow birthdays", "12:00 h early"),
    ],
)
def test_other_times_are_told_by_how_far_off_they_are(line: str, said: str) -> None:
    drifts = expected().of_crontab(replaced("birthdays", line))
    assert wrong(drifts) == [(Kind.DIFFERENT, "birthdays")]
    assert said in only(drifts, Kind.DIFFERENT).message


@pytest.mark.parametrize(
    "line",
    [
        "00 12 * * * fisioflow birthdays",
        "0\t12\t*\t*\t* /opt/venv/bin/fisioflow birthdays >>/var/log/birthdays 2>&1",
        "*/60 12-12 */1 1-12 0-7 cd /srv/fisioflow && FISIOFLOW_ENV=production fisioflow birthdays",
        "25 12 * * * python3 -m fisioflow_cli birthdays --json",
        "0 * * * * flock -n /tmp/lock sh -c 'exec fisioflow --log-format json birthdays'",
        "0 12 * * 1-5 fisioflow birthdays\n0 12 * * 0,6 fisioflow birthdays",
        "0 12 * * * runuser -u fisioflow -- uvx --from fisioflow-cli fisioflow birthdays",
    ],
)
def test_the_same_starts_in_other_words_are_no_drift(line: str) -> None:
    assert wrong(expected().of_crontab(replaced("birthdays", line))) == []


def test_the_clinics_hours_on_a_host_in_another_zone() -> None:
    drifts = expected(host=GREENWICH).of_crontab(printed(host=SAO_PAULO))
    assert wrong(drifts) == [(Kind.WRONG_ZONE, command) for command in COMMANDS]
    message = drifts[0].message
    assert "those of America/Sao_Paulo" in message
    assert "reads them in UTC" in message


def test_hours_in_utc_on_a_host_in_the_clinics_zone() -> None:
    drifts = expected(host=SAO_PAULO).of_crontab(printed(host=GREENWICH))
    assert {kind for kind, _ in wrong(drifts)} == {Kind.WRONG_ZONE}
    assert "those of UTC" in drifts[0].message


def test_cron_tz_does_not_help_where_debian_ignores_it() -> None:
    text = "CRON_TZ = 'America/Sao_Paulo'\n" + replaced(
        "birthdays", "0 9 * * * fisioflow birthdays"
    )
    assert wrong(expected().of_crontab(text)) == [
        (Kind.CRON_TZ, None),
        (Kind.WRONG_ZONE, "birthdays"),
    ]


def test_cron_tz_that_names_the_hosts_own_zone_is_harmless() -> None:
    assert wrong(expected().of_crontab("CRON_TZ=Etc/UTC\n" + printed())) == []


def test_a_single_line_of_due_covers_everything() -> None:
    assert expected().of_crontab(f"*/10 * * * * fisioflow due\n{DISPATCH}") == []


def test_due_once_a_day_comes_too_seldom() -> None:
    drifts = expected().of_crontab(f"0 12 * * * fisioflow due\n{DISPATCH}")
    assert wrong(drifts) == [(Kind.DIFFERENT, None)]
    late = only(drifts, Kind.DIFFERENT).message
    assert "cleanup" in late
    assert "birthdays" not in late


def test_the_due_that_comes_too_seldom_is_named() -> None:
    """It named the first line with `due` in it, which was in time and for another workflow."""
    text = "*/10 * * * * fisioflow due --workflow birthdays\n0 12 * * * fisioflow due\n"
    drift = only(expected().of_crontab(text + DISPATCH), Kind.DIFFERENT)
    assert drift.place == "crontab, line 2"
    assert "birthdays" not in drift.message


def test_each_due_that_comes_too_seldom_is_named() -> None:
    text = (
        "0 3 * * * fisioflow due --workflow cleanup\n0 3 * * * fisioflow due --workflow birthdays\n"
    )
    drifts = expected().of_crontab(text)
    found = [drift for drift in drifts if drift.kind is Kind.DIFFERENT]
    assert [(drift.place, drift.message.split()[-1]) for drift in found] == [
        ("crontab, line 1", "cleanup."),
        ("crontab, line 2", "birthdays."),
    ]


def test_of_several_lines_the_nearest_is_named() -> None:
    text = "0 1 * * * fisioflow birthdays\n30 13 * * * fisioflow birthdays\n"
    drift = only(expected().of_crontab(text), Kind.DIFFERENT)
    assert (drift.place, "1:30 h late" in drift.message) == ("crontab, line 2", True)


def test_due_that_only_lists_starts_nothing() -> None:
    drifts = expected().of_crontab("*/10 * * * * fisioflow due --list\n")
    assert {kind for kind, _ in wrong(drifts)} == {Kind.IDLE}


@pytest.mark.parametrize("option", ["--workflow birthdays", "--workflow=birthdays"])
def test_due_for_one_workflow_covers_no_other(option: str) -> None:
    drifts = expected().of_crontab(f"*/10 * * * * fisioflow due {option} --json\n")
    assert wrong(drifts) == [(Kind.MISSING, one) for one in COMMANDS if one != "birthdays"]


@pytest.mark.parametrize("when", ["0 4 * * *", "0 0 1 1 *", "0 */2 * * *"])
def test_dispatch_now_and_then_lets_events_wait(when: str) -> None:
    drifts = expected().of_crontab(f"*/10 * * * * fisioflow due\n{when} fisioflow dispatch\n")
    assert notes(drifts) == [Kind.NO_DISPATCH]


def test_dispatch_that_is_kept_running_is_enough() -> None:
    text = "*/10 * * * * fisioflow due\n@reboot fisioflow dispatch queue.jsonl --follow\n"
    assert expected().of_crontab(text) == []


def test_a_dry_run_is_not_the_real_thing() -> None:
    text = replaced("birthdays", "0 12 * * * fisioflow birthdays --dry-run")
    assert wrong(expected().of_crontab(text)) == [(Kind.IDLE, "birthdays")]


def test_one_organization_is_not_all_of_them() -> None:
    """The check was content with a crontab by which all other clinics got nothing."""
    line = "0 12 * * * fisioflow birthdays --org demo-rio-negro"
    drifts = expected().of_crontab(replaced("birthdays", line))
    assert wrong(drifts) == [(Kind.NARROWED, "birthdays")]
    assert "Take --org out" in only(drifts, Kind.NARROWED).remedy
    both = f"{line}\n0 13 * * * fisioflow birthdays --org=demo-sul"
    assert wrong(expected().of_crontab(replaced("birthdays", both))) == [
        (Kind.NARROWED, "birthdays")
    ]


def test_one_organization_once_more_is_fine() -> None:
    """docs/operating.md advises it for organizations far in the west."""
    lines = "0 14 * * * fisioflow birthdays --org acre\n0 12 * * * fisioflow birthdays"
    assert expected().of_crontab(replaced("birthdays", lines) + DISPATCH) == []
    due = "0 14 * * * fisioflow birthdays --org acre\n*/10 * * * * fisioflow due"
    assert expected().of_crontab(f"{due}\n{DISPATCH}") == []


@pytest.mark.parametrize(
    ("options", "kind"), [("--no-catch-up --json", Kind.NO_CATCH_UP), ("--force", Kind.FORCED)]
)
def test_options_that_lose_no_start_are_worth_knowing(options: str, kind: Kind) -> None:
    text = replaced("birthdays", f"0 12 * * * fisioflow birthdays {options}")
    drifts = expected().of_crontab(text)
    assert wrong(drifts) == []
    assert only(drifts, kind).workflow == "birthdays"


def test_no_catch_up_is_no_loss_where_another_start_catches_up() -> None:
    text = replaced("birthdays", "0 12 * * * fisioflow birthdays --no-catch-up")
    assert expected().of_crontab(f"{text}{DISPATCH}0 7 * * * fisioflow due\n") == []


def test_every_option_of_a_workflow_is_judged() -> None:
    """An option that is new has to be looked at: does a start with it still do everything?"""
    root = typer.main.get_command(app)
    named = {
        option
        for command in (*COMMANDS, "due")
        for parameter in root.get_command(None, command).params  # type: ignore[attr-defined]  # a group
        for option in parameter.opts
    }
    fine = {"--allow-late", "--max-duration", "--json", "--fail-on-issues", "--workflow"}
    assert named == fine | NARROW | {NO_CATCH_UP, FORCE} | (IDLE - {"--help", "-h"})


def test_a_line_twice_is_worth_knowing_and_no_failure() -> None:
    text = replaced("cleanup", "0 6 * * * fisioflow cleanup\n0 06 * * * fisioflow cleanup")
    drifts = expected().of_crontab(text + DISPATCH)
    assert wrong(drifts) == []
    assert notes(drifts) == [Kind.DOUBLED]


def test_a_second_start_later_in_the_day_is_fine() -> None:
    """docs/operating.md advises it for organizations far in the west."""
    text = replaced(
        "birthdays", "0 12,14 * * * fisioflow birthdays\n0 15 * * * fisioflow birthdays"
    )
    assert expected().of_crontab(text + DISPATCH) == []


def test_a_command_that_does_not_exist_is_named() -> None:
    drifts = expected().of_crontab(printed() + "0 5 * * * fisioflow clean-up\n")
    assert wrong(drifts) == [(Kind.UNKNOWN_COMMAND, None)]
    assert "clean-up" in only(drifts, Kind.UNKNOWN_COMMAND).message


@pytest.mark.parametrize(
    "line",
    [
        "0 4 * * * cd /opt/fisioflow && ./backup.sh",
        "0 4 * * * tar cf /backup/fisioflow.tar /var/lib/fisioflow",
        "0 4 * * * certbot renew # for fisioflow clean-up",
        "0 4 * * * fisioflow --version",
    ],
)
def test_lines_that_start_nothing_of_ours_are_left_alone(line: str) -> None:
    assert wrong(expected().of_crontab(f"{printed()}{line}\n")) == []


def test_an_unescaped_percent_sign_ends_the_command() -> None:
    line = "0 12 * * * fisioflow birthdays >>/var/log/birthdays-$(date +%F)"
    drifts = expected().of_crontab(replaced("birthdays", line))
    assert wrong(drifts) == [(Kind.PERCENT, None)]
    escaped = replaced("birthdays", line.replace("%", "\\%"))
    assert wrong(expected().of_crontab(escaped)) == []


def test_cron_leaves_out_a_last_line_without_a_newline() -> None:
    drifts = expected().of_crontab(printed().rstrip("\n"))
    assert wrong(drifts) == [(Kind.FINAL_NEWLINE, None)]


@pytest.mark.parametrize(
    "when", ["60 12 * * *", "0 12 * *", "@dialy", "0 12 * * 1L", "0 12 31 2 *"]
)
def test_a_time_that_cron_cannot_read_is_told_with_its_line(when: str) -> None:
    text = f"MAILTO=root\n{when} fisioflow birthdays\n"
    drift = only(expected().of_crontab(text), Kind.UNREADABLE)
    assert drift.place == "crontab, line 2"


def in_cron_d(text: str, user: str) -> str:
    return text.replace(" set -a", f" {user} set -a")


def test_a_file_of_cron_d_names_a_user() -> None:
    of_file = expected().of_crontab
    assert (
        wrong(of_file(in_cron_d(printed(), "deploy"), "/etc/cron.d/fisioflow", "fisioflow")) == []
    )
    found = wrong(of_file(printed(), "/etc/cron.d/fisioflow", "fisioflow"))
    assert set(found) == {(Kind.USER_COLUMN, None)}
    assert set(wrong(of_file(in_cron_d(printed(), "root")))) == {(Kind.USER_COLUMN, None)}


@pytest.mark.parametrize("name", ["fisioflow.cron", "fisioflow~", "física"])
def test_cron_skips_files_with_such_names(name: str) -> None:
    text = in_cron_d(printed(), "root")
    assert wrong(expected().of_crontab(text, f"/etc/cron.d/{name}", name)) == [
        (Kind.IGNORED_FILE, None)
    ]


@pytest.mark.parametrize("part", ["fisioflow due ", ". /x ", "A= 'b c' ", "PATH=/a "])
def test_a_line_without_an_end_is_no_entry(part: str) -> None:
    """It took minutes: each of its words was held against all others."""
    drifts = expected().of_crontab(f"* * * * * {part * 30_000} fisioflow due\n{printed()}")
    assert wrong(drifts) == []


@pytest.mark.parametrize("text", ["\0\x01fisioflow", "x" * 1_000_001], ids=["binary", "endless"])
def test_what_is_no_crontab_is_one_sentence(text: str) -> None:
    (drift,) = expected().of_crontab(text)
    assert drift.kind is Kind.UNREADABLE


@pytest.mark.parametrize(
    "line",
    [
        "* * * * * %fisioflow",
        "@daily",
        "* * * * * fisioflow 'unclosed",
        "99999999999999999999 * * * * fisioflow due",
        "٣ * * * * fisioflow due",
        "* * * * * " + "sh -c '" * 50 + "fisioflow due",
        "* * * * * fisioflow " + "$(" * 5000,
        "=",
        "\x1b[31m fisioflow",
    ],
)
def test_garbage_harms_nothing_and_is_never_repeated(line: str) -> None:
    drifts = expected().of_crontab(f"{line}\n{printed()}")
    assert not [drift for drift in drifts if drift.kind is Kind.MISSING]
    assert not any("\x1b" in drift.message or "$(" in drift.message for drift in drifts)


def test_no_secret_of_a_line_is_told() -> None:
    line = "0 1 * * * RESEND_API_KEY=re_secret fisioflow birthdays re_secret"
    told = repr(expected().of_crontab(replaced("birthdays", line)))
    assert "re_secret" not in told


def test_the_short_form_finds_the_same() -> None:
    drifts = drift_of_crontab("", WORKFLOWS, clinic=SAO_PAULO, host=GREENWICH, now=NOW)
    assert wrong(drifts) == [(Kind.MISSING, command) for command in COMMANDS]
