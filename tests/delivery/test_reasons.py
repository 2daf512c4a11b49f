"""The reasons of deliveries in words: each has its own, and none blames a provider for ours."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from fisioflow_cli.delivery import reasons
from fisioflow_cli.delivery.decision import Pause, Reason
from fisioflow_cli.ledger.tables import DeliveryState

CODE = re.compile(r'\b(?:RetryAfter|Uncertain|StopRun|Rejected)\(code="([a-z_]+)"')
"""A reason that a gateway gives by itself, before or without an answer of its provider's."""


def test_every_reason_has_words() -> None:
    assert set(Reason) <= set(reasons.SKIPPED)
    assert set(Pause) <= set(reasons.PENDING)
    for state in DeliveryState:
        assert reasons.words(state, None)
    assert "http_500" in reasons.words(DeliveryState.FAILED, "gave_up http_500")
    assert "KeyError" in reasons.words(DeliveryState.FAILED, "unexpected KeyError")
    assert "http_400" in reasons.words(DeliveryState.FAILED, "http_400")
    assert "ana@clinic-1" in reasons.words(
        DeliveryState.SENT, "resolved_sent by ana@clinic-1 at 2026-03-02T10:00:00Z"
    )


@pytest.mark.parametrize("meant", [reasons.SKIPPED, reasons.PENDING, reasons.IN_DOUBT])
def test_no_two_reasons_have_the_same_words(meant: Mapping[str, str]) -> None:
    """`past`, `moved` and `cancelled` were told by one sentence, and so was a missing or bad address."""
    assert len(set(meant.values())) == len(meant)


def test_what_no_provider_has_said_is_put_in_no_providers_mouth() -> None:
    """`interrupted` was "the provider said interrupted" while the message was pending or under way."""
    gateways = Path(reasons.__file__).parents[1] / "gateways"
    ours = {code for file in gateways.glob("*.py") for code in CODE.findall(file.read_text())}
    assert len(ours) > 5
    open_states = set(DeliveryState) - {DeliveryState.SENT, DeliveryState.SKIPPED}
    for code in {*ours, "interrupted", "in_flight"}:
        assert any("said" not in reasons.words(state, code) for state in open_states), code
    for state in (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.FAILED):
        for code in ("interrupted", "timeout", "not_connected"):
            assert "said" not in reasons.words(state, code)
    assert "provider said" in reasons.words(DeliveryState.PENDING, "http_503")
