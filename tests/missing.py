"""What a test cannot do without: elsewhere it is skipped, in CI that would hide it."""

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test because this machine lacks something; in CI, which is to have all of it, fail."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)
