"""Alembic's revisions of the ledger: append-only, each one transaction."""
