"""Slots are wall-clock periods whose labels sort by time."""

from datetime import datetime, timedelta

import pytest

from fisioflow_cli.engine.slots import Daily, Hourly, SlotRule, Weekly, after, before, period


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("rule", "moment", "label", "begins", "ends"),
    [
        (Daily(), "2026-11-23T00:00", "2026-11-23", "2026-11-23T00:00", "2026-11-24T00:00"),
        (Daily(), "2026-11-23T23:59:59.999999", "2026-11-23", "2026-11-23", "2026-11-24"),
        (Daily(), "2028-02-29T12:00", "2028-02-29", "2028-02-29", "2028-03-01"),
        (Weekly(), "2026-11-23T00:00", "2026-W48", "2026-11-23", "2026-11-30"),
        (Weekly(), "2026-11-29T23:59", "2026-W48", "2026-11-23", "2026-11-30"),
        (Weekly(), "2027-01-03T12:00", "2026-W53", "2026-12-28", "2027-01-04"),
        (Weekly(), "2027-01-04T00:00", "2027-W01", "2027-01-04", "2027-01-11"),
        (Weekly(), "2024-12-31T00:00", "2025-W01", "2024-12-30", "2025-01-06"),
        (Hourly(6), "2026-11-23T05:59", "2026-11-23T00", "2026-11-23T00", "2026-11-23T06"),
        (Hourly(6), "2026-11-23T18:00", "2026-11-23T18", "2026-11-23T18", "2026-11-24T00"),
    ],
)
def test_moment_falls_into_slot(
    rule: SlotRule, moment: str, label: str, begins: str, ends: str
) -> None:
    slot = rule.slot(_at(moment))
    assert (slot.label, slot.begins, slot.ends) == (label, _at(begins), _at(ends))
    assert slot.day == _at(begins).date()


@pytest.mark.parametrize("rule", [Daily(), Weekly(), Hourly(6), Hourly(1), Hourly(24)])
def test_slots_follow_one_another_without_gap_and_sort_by_label(rule: SlotRule) -> None:
    slot = rule.slot(_at("2028-03-02T13:00"))
    labels = [slot.label]
    for _ in range(200):
        earlier = before(rule, slot)
        assert earlier.ends == slot.begins
        assert rule.slot(earlier.begins) == earlier
        assert after(rule, earlier) == slot
        assert rule.slot(earlier.ends - timedelta(microseconds=1)) == earlier
        slot = earlier
        labels.append(slot.label)
    assert labels == sorted(labels, reverse=True)
    assert len(set(labels)) == len(labels)


def test_week_before_the_first_of_a_year_is_the_53rd() -> None:
    assert before(Weekly(), Weekly().slot(_at("2027-01-04"))).label == "2026-W53"
    assert before(Weekly(), Weekly().slot(_at("2026-12-28"))).label == "2026-W52"


def test_days_on_which_the_clocks_change_have_their_four_slots() -> None:
    """Slots are wall-clock: 2 a.m. does not exist on 8 March 2026 in New York, its slot does."""
    labels = [Hourly(6).slot(_at(f"2026-03-08T{hour:02}:30")).label for hour in range(24)]
    assert list(dict.fromkeys(labels)) == [f"2026-03-08T{hour:02}" for hour in (0, 6, 12, 18)]
    twice = _at("2026-11-01T01:30")
    assert Hourly(6).slot(twice) == Hourly(6).slot(twice.replace(fold=1))


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("2026-11-23", "2026-11-23T00:00", "2026-11-24T00:00"),
        ("2026-W48", "2026-11-23T00:00", "2026-11-30T00:00"),
        ("2026-W53", "2026-12-28T00:00", "2027-01-04T00:00"),
        ("2026-11-23T06", "2026-11-23T06:00", "2026-11-23T07:00"),
        ("2026-11-23T06:30", "2026-11-23T06:30", "2026-11-23T06:31"),
    ],
)
def test_period_that_a_label_names(text: str, begins: str, ends: str) -> None:
    assert period(text) == (datetime.fromisoformat(begins), datetime.fromisoformat(ends))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-02-29",
        "2027-W53",
        "2026-W00",
        "2026-11-23T24",
        "2026-11-23 ",
        "x",
        "0000-01-01",
    ],
)
def test_what_names_no_period(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whatever strptime says
        period(text)


@pytest.mark.parametrize("text", ["9999-12-31", "9999-12-31T23:59", "9999-W52"])
def test_period_that_the_calendar_ends_in_is_one_all_the_same(text: str) -> None:
    with pytest.raises(OverflowError):
        period(text)
