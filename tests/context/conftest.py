"""A deployment for each test that needs one, as the workflows' tests have it."""

from tests.workflows.conftest import (
    here,
    made_postgres,
    made_sqlite,
    no_power_cuts,
    place,
    production,
    there,
)

__all__ = ["here", "made_postgres", "made_sqlite", "no_power_cuts", "place", "production", "there"]
