"""SIGKILL while hundreds of messages are on their way, and a start right after it."""

import signal
from collections import Counter

import pytest

from tests.acceptance.clinics import Clinic
from tests.acceptance.contacts import CHANNELS, addressees
from tests.acceptance.deployment import Started


def kill_and_start_again(clinic: Clinic, channel: str, number: int) -> Started:
    """The end of a start after one that died while the server held this message of `channel`."""
    both = clinic.providers
    both.hold = (channel, number)
    options = clinic.options("expiring-vouchers")
    victim = clinic.deployment.begin(*options)
    assert both.holding.wait(300)
    victim.kill()
    victim.communicate()
    assert victim.returncode == -signal.SIGKILL
    return clinic.deployment.start(*options)


@pytest.mark.parametrize("channel", CHANNELS)
def test_everybody_is_written_to_once(fresh: Clinic, channel: str) -> None:
    """To die when the server has accepted what nobody has recorded is the hardest moment."""
    truth = fresh.truth.ask("vouchers")
    expected = Counter(row["outcome"] for row in truth)
    reached = expected.total() - sum(n for way, n in expected.items() if way not in CHANNELS)
    ended = kill_and_start_again(fresh, channel, 1 + expected[channel] // 3)
    both = fresh.providers
    assert both.addressees == addressees(truth)
    assert len(both.mails) == expected["email"] > 0
    assert both.conflicts == 0
    # a mail is repeated under its key; a WhatsApp message has none and is left to a person
    in_doubt = 1 if channel == "whatsapp" else 0
    assert both.calls == reached + (1 if channel == "email" else 0)
    expected[channel] -= in_doubt
    assert ended.outcomes == +expected
    assert ended.result["in_doubt"] == in_doubt
    assert ended.code == (3 if in_doubt else 0)
    assert ended.result["candidates"] == len(truth)
    assert ended.document["attempt"] == 2
