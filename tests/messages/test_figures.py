"""Figures compared, and bars."""

from decimal import Decimal

import pytest

from fisioflow_cli.messages.figures import MOST_BARS, Mood, bars, figure, therapist_bars


@pytest.mark.parametrize(
    ("now", "before", "arrow", "change", "mood"),
    [
        (12, 9, "▲", "3 a mais", Mood.BETTER),
        (9, 12, "▼", "3 a menos", Mood.WORSE),
        (9, 9, "=", "igual", Mood.SAME),
        (0, 0, "=", "igual", Mood.SAME),
        (None, 9, "", "sem comparação", Mood.SAME),
        (9, None, "", "sem comparação", Mood.SAME),
        (Decimal("0.30"), Decimal("0.3"), "=", "igual", Mood.SAME),
    ],
)
def test_a_change_has_an_arrow_and_words(
    now: int | None, before: int | None, arrow: str, change: str, mood: Mood
) -> None:
    one = figure("Sessões", now, before)
    assert (one.arrow, one.change, one.mood) == (arrow, change, mood)


def test_more_is_not_always_better() -> None:
    assert figure("Faltas", 3, 1, more_is_better=False).mood is Mood.WORSE
    assert figure("Faltas", 1, 3, more_is_better=False).mood is Mood.BETTER


def test_what_cannot_be_counted_is_a_dash() -> None:
    one = figure("Taxa", None, None)
    assert (one.value, one.earlier) == ("–", "–")


def test_the_longest_bar_is_full_and_the_smallest_can_be_seen() -> None:
    chart = bars([("a", 1000), ("b", 500), ("c", 1), ("d", 0)])
    assert [bar.percent for bar in chart] == [100, 50, 1, 0]
    assert [bar.count for bar in chart] == ["1.000", "500", "1", "0"]


@pytest.mark.parametrize("counts", [[], [("a", 0), ("b", 0)]])
def test_nothing_to_count_draws_nothing(counts: list[tuple[str, int]]) -> None:
    assert all(bar.percent == 0 for bar in bars(counts))


def test_many_therapists_end_in_one_bar_for_the_rest() -> None:
    chart = therapist_bars((f"Terapeuta {n}", 2) for n in range(MOST_BARS + 3))
    assert len(chart) == MOST_BARS + 1
    assert (chart[-1].label, chart[-1].count) == ("Outros 3 terapeutas", "6")


def test_one_therapist_more_is_not_hidden_behind_others() -> None:
    chart = therapist_bars((f"Terapeuta {n}", 2) for n in range(MOST_BARS + 1))
    assert chart[-1].label == f"Terapeuta {MOST_BARS}"


def test_a_therapist_without_a_name_still_counts() -> None:
    assert therapist_bars([("", 4)])[0].label == "Sem nome"
