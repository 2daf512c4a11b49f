"""What a language model may answer when it is asked for a patient's insight.

Asking twice harms nobody, it only costs: so nothing is ever in doubt here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fisioflow_cli.gateways.gateway import Rejected, StopRun


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What the answer cost; None where the model does not tell."""

    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """An insight that fits the schema, a suggestion to a professional."""

    insight: Mapping[str, Any]
    """`summary`, `trends`, `recommendations`, `risk_factors`; `adherence` 0 to 100, or None."""
    usage: Usage


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The model, or the filter in front of it, declines."""

    usage: Usage


@dataclass(frozen=True, kw_only=True)
class CutOff:
    """The answer reached the most tokens that it may have."""

    usage: Usage


@dataclass(frozen=True, kw_only=True)
class Invalid:
    """The answer does not fit the schema; nothing of it is used."""

    usage: Usage


@dataclass(frozen=True, kw_only=True)
class TryAgain:
    """No answer this time: time-out, 5xx, too many requests, or not the provider at all."""

    code: str
    """A short stable word such as `http_500`: never prose, which may repeat the request."""
    seconds: float | None = None
    """What the provider asked for; None: back off."""


Settled = Suggested | Refused | CutOff | Invalid
"""What is recorded."""
Answer = Settled | TryAgain | StopRun | Rejected
"""`Rejected`: the request itself is at fault, however often it is made."""
