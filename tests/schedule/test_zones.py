"""Cron lines of another zone start at the clinic's instants, over a whole year."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.schedule.zones import leads, moved
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.schedule.starts import SINCE, starts

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
CRONS = sorted({workflow.cron for workflow in WORKFLOWS})
# West and east of the clinic, half hours, the day before and the day after
STEADY = ("UTC", "America/Manaus", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Tokyo")
STEADY_FAR = ("Pacific/Honolulu", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu")
CHANGING = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Auckland")


@pytest.mark.parametrize("host", STEADY + STEADY_FAR)
@pytest.mark.parametrize("cron", [*CRONS, "30 22 * * 5", "15,45 1,23 * * 0,6"])
def test_the_starts_of_a_year_are_the_same_instants(cron: str, host: str) -> None:
    (lead,) = leads(SAO_PAULO, ZoneInfo(host), SINCE)
    assert starts(moved(cron, lead), ZoneInfo(host)) == starts((cron,), SAO_PAULO)


@pytest.mark.parametrize("host", CHANGING)
@pytest.mark.parametrize("cron", CRONS)
def test_daylight_saving_time_makes_starts_late_and_never_early(cron: str, host: str) -> None:
    least, *_, most = leads(SAO_PAULO, ZoneInfo(host), SINCE)
    meant = starts((cron,), SAO_PAULO)
    real = starts(moved(cron, most), ZoneInfo(host))
    late = {now - before for before, now in zip(meant, real, strict=True)}
    assert late == {timedelta(), timedelta(minutes=most - least)}


def test_a_clinic_with_daylight_saving_time_is_late_as_well() -> None:
    assert leads(ZoneInfo("America/New_York"), ZoneInfo("UTC"), SINCE) == (240, 300)


def test_zones_that_change_together_are_always_equally_far() -> None:
    assert leads(ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Berlin"), SINCE) == (60,)


def test_six_hours_of_sao_paulo_in_utc() -> None:
    assert moved("0 */6 * * *", 180) == ("0 3,9,15,21 * * *",)


def test_monday_nine_in_sao_paulo_stays_monday_in_utc() -> None:
    assert moved("0 9 * * 1", 180) == ("0 12 * * 1",)


@pytest.mark.parametrize(
    ("cron", "minutes", "expected"),
    [
        ("0 22 * * 1", 180, ("0 1 * * 2",)),
        ("0 22 * * 6", 180, ("0 1 * * 0",)),
        ("0 22 * * 7", 180, ("0 1 * * 1",)),
        ("0 1 * * 0", -120, ("0 23 * * 6",)),
        ("0 9,22 * * 1-5", 180, ("0 12 * * 1,2,3,4,5", "0 1 * * 2,3,4,5,6")),
        ("0 22 * * *", 180, ("0 1 * * *",)),
        ("*/15 * * * *", 180, ("0,15,30,45 * * * *",)),
        ("30 */12 * * *", 345, ("15 6,18 * * *",)),
    ],
)
def test_across_midnight_the_weekday_moves_along(
    cron: str, minutes: int, expected: tuple[str, ...]
) -> None:
    assert moved(cron, minutes) == expected


def test_at_home_a_line_stays_as_it_is() -> None:
    assert moved("0 */6 * * *", 0) == ("0 */6 * * *",)


def test_a_day_of_the_month_is_refused() -> None:
    with pytest.raises(ValueError, match="day of the month"):
        moved("0 22 1 * *", 180)


def test_the_distance_of_the_year_that_is_asked_for_counts() -> None:
    """Until 2019 Brazil had daylight saving time."""
    assert leads(SAO_PAULO, ZoneInfo("UTC"), date(2016, 1, 1)) == (120, 180)
    assert leads(SAO_PAULO, ZoneInfo("UTC"), date(2026, 1, 1)) == (180,)
