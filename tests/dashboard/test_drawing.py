"""The drawings: figures become places and lengths that fit and lie about nothing."""

import re
from collections.abc import Iterable
from datetime import timedelta

import pytest

from fisioflow_cli.dashboard.assets import asset
from fisioflow_cli.dashboard.drawing.bars import FLATTEST, HEIGHT, beats, stacked
from fisioflow_cli.dashboard.drawing.waterfall import NARROWEST, WIDTH, draw
from fisioflow_cli.ledger.steps import StepRow
from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus, StepStatus
from tests.dashboard.scene import NOON


def step(name: str, begins: float, took: float, *, attempt: int = 1) -> StepRow:
    begun = NOON + timedelta(seconds=begins)
    return StepRow(
        run_id="r",
        name=name,
        status=StepStatus.COMPLETED,
        attempt=attempt,
        tries=1,
        started_at=begun,
        finished_at=begun + timedelta(seconds=took),
        result=None,
        error=None,
    )


@pytest.mark.parametrize("kinds", [RunStatus, EventStatus, DeliveryState])
def test_no_two_kinds_of_one_chart_look_alike(kinds: Iterable[str]) -> None:
    """Fixed: ignored and discarded had the same grey."""
    rules = dict[str, str]()
    for names, look in re.findall(r"([^{}]+)\{([^}]*)\}", asset("style.css").content.decode()):
        rules |= {name: look for name in re.findall(r"\.s-(\w+)", names) if "fill" in look}
    looks = [rules[kind] for kind in kinds]
    assert sorted(set(looks)) == sorted(looks)


def test_a_step_begins_where_it_began_and_is_as_long_as_it_took() -> None:
    [attempt] = draw([step("a", 0, 2), step("b", 5, 5)])
    assert attempt.took == timedelta(seconds=10)
    assert [(bar.x, bar.width) for bar in attempt.bars] == [(0, 200), (500, 500)]


def test_every_attempt_has_a_scale_of_its_own() -> None:
    first, second = draw([step("b", 7200, 1, attempt=2), step("a", 0, 1)])
    assert (first.number, second.number) == (1, 2)
    assert [(bar.x, bar.width) for bar in second.bars] == [(0, WIDTH)]


def test_the_shortest_step_is_seen_and_none_leaves_the_drawing() -> None:
    [attempt] = draw([step("a", 0, 1000), step("b", 999.9999, 0.0001), step("c", 5, 0)])
    for bar in attempt.bars:
        assert bar.width >= NARROWEST
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH


def test_an_instant_takes_the_whole_width() -> None:
    [attempt] = draw([step("a", 0, 0)])
    assert attempt.bars[0].width <= WIDTH
    assert draw([]) == []


def test_bars_are_as_high_as_they_count_and_parts_stand_on_each_other() -> None:
    low, high = stacked([("Mon", {"sent": 25, "failed": 25}), ("Tue", {"sent": 100})])
    assert [(part.y, part.height) for part in low.parts] == [(75, 25), (50, 25)]
    assert [(part.y, part.height) for part in high.parts] == [(0, HEIGHT)]
    assert (low.total, high.total) == (50, 100)


def test_what_is_not_nothing_is_seen_and_nothing_is_not_drawn() -> None:
    one, many, none = beats([1, 100_000, 0])
    assert one.parts[0].height == FLATTEST
    assert many.parts[0].height == HEIGHT
    assert none.parts == []
    assert beats([]) == []
