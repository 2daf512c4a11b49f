"""Alembic's entry: runs the revisions on the connection, or as SQL text, that `schema.py` hands over."""

from alembic import context

from fisioflow_cli.ledger.tables import SCHEMA


def run() -> None:
    """Configure Alembic for the one connection or dialect it was given, then migrate."""
    connection = context.config.attributes.get("connection")
    dialect = connection.dialect.name if connection is not None else "postgresql"
    schema, table = (
        (SCHEMA, "alembic_version")
        if dialect == "postgresql"
        else (None, f"{SCHEMA}_alembic_version")
    )
    context.configure(
        connection=connection,
        dialect_name=None if connection is not None else dialect,
        as_sql=connection is None,
        literal_binds=connection is None,
        version_table=table,
        version_table_schema=schema,
        transaction_per_migration=False,
        # as text, `schema.sql` puts the one transaction around it
        transactional_ddl=connection is not None,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
