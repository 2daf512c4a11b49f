"""The pauses between attempts at an event: the table of the system replaced."""

import pytest

from fisioflow_cli.engine import backoff

TABLE = [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200]


@pytest.mark.parametrize(("failures", "least"), list(enumerate(TABLE, start=1)))
def test_pause_after_each_failure_is_as_in_the_table(failures: int, least: int) -> None:
    for _ in range(50):
        assert least <= backoff.delay(failures).total_seconds() <= least + 30


def test_last_pause_is_kept() -> None:
    for failures in (11, 50, 10_000):
        assert 7200 <= backoff.delay(failures).total_seconds() <= 7230


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({backoff.delay(1) for _ in range(20)}) > 10
