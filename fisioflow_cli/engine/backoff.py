"""When a failed event is tried again: the table of the system replaced."""

from datetime import timedelta
from random import SystemRandom

DELAYS = (15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200)
"""Seconds after the first failure, the second, …; the last one from then on."""
JITTER = 30.0
"""Up to so many seconds more, so that what failed together does not come back together."""
_random = SystemRandom()


def delay(failures: int) -> timedelta:
    """How long to wait after so many failures, at least one."""
    listed = DELAYS[min(failures, len(DELAYS)) - 1]
    return timedelta(seconds=listed + _random.uniform(0, JITTER))
