"""A deployment with one clinic, on each database."""

from tests.workflows.conftest import here, made_postgres, made_sqlite, place, there

__all__ = ["here", "made_postgres", "made_sqlite", "place", "there"]
