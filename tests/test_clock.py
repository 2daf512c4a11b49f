"""The time, shifted for a demonstration or a test."""

import threading
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fisioflow_cli.clock import Clock


def test_now_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = Clock().now()
    assert now.tzinfo is UTC
    assert before <= now <= datetime.now(UTC)


def test_shifted_clock_runs_on_at_the_usual_speed() -> None:
    began = datetime(2026, 3, 2, 10, 30, tzinfo=ZoneInfo("America/Sao_Paulo"))
    clock = Clock(starting_at=began)
    first = clock.now()
    time.sleep(0.05)
    second = clock.now()
    assert first.tzinfo is UTC
    assert timedelta() <= first - began < timedelta(seconds=5)
    assert timedelta(seconds=0.05) <= second - first < timedelta(seconds=5)


def test_durations_are_never_shifted() -> None:
    shifted = Clock(starting_at=datetime(1970, 1, 1, tzinfo=UTC))
    assert abs(shifted.monotonic() - Clock().monotonic()) < 5


def test_waiting_ends_with_the_event_or_the_time() -> None:
    event = threading.Event()
    began = time.monotonic()
    assert not Clock().wait(event, 0.02)
    assert not Clock().wait(event, -1)
    assert time.monotonic() - began < 5
    threading.Timer(0.02, event.set).start()
    assert Clock().wait(event, 60)
