"""What a refusal says."""

from collections.abc import Mapping
from typing import Any

import pytest

from fisioflow_cli.catalogue.catalogue import Checked, check
from fisioflow_cli.catalogue.event import read
from fisioflow_cli.errors import BadEvent


def checked(name: str, data: Mapping[str, Any]) -> Checked:
    """What the catalogue says of an event that was read."""
    return check(read({"name": name, "data": dict(data)}))


def refusal(name: str, data: Mapping[str, Any]) -> str:
    """The sentence of an event that does not fit."""
    with pytest.raises(BadEvent) as refused:
        checked(name, data)
    return refused.value.message


def unread(raw: object) -> str:
    """The sentence of a document that is no event."""
    with pytest.raises(BadEvent) as refused:
        read(raw)
    return refused.value.message
