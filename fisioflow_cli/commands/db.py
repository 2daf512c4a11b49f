"""`fisioflow db`."""

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from fisioflow_cli.commands.list_options import YesOption
from fisioflow_cli.commands.options import GROUP, JsonOption
from fisioflow_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fisioflow_cli.context.databases import Databases

app = typer.Typer(help="Create, upgrade, inspect or restamp the ledger.", **GROUP)


@app.command("upgrade")
def upgrade(*, as_json: JsonOption = False) -> None:
    """Bring the ledger to this release, and create what is missing and ours to create.

    May be started twice, also at once. With the profile `fisioflow` the plain clinic's tables are
    created too, unless even one of their names is taken.

    Example: fisioflow db upgrade
    """
    from fisioflow_cli.commands import show_ledger  # noqa: PLC0415

    with _databases() as databases:
        before = databases.upgrade()
        show_ledger.upgraded(databases, before, as_json=as_json)


@app.command("status")
def status(*, as_json: JsonOption = False) -> None:
    """The ledger's revision, which side it serves and where it is; exit code 78 unless usable.

    Example: fisioflow db status --json
    """
    from fisioflow_cli.commands import show_ledger  # noqa: PLC0415
    from fisioflow_cli.ledger.standing import look  # noqa: PLC0415

    with _databases() as databases:
        found = look(databases.ledger, production=databases.settings.production)
        show_ledger.status(databases, found, as_json=as_json)
    if found.obstacle is not None:
        raise found.obstacle


@app.command("sql")
def sql() -> None:
    """Print what `db upgrade` runs on an empty PostgreSQL, for those who apply it by hand.

    The ledger it makes serves the side that FISIOFLOW_ENV names now. PostgreSQL 13 or later.

    Example: FISIOFLOW_ENV=production fisioflow db sql > ledger.sql
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.ledger import schema  # noqa: PLC0415

    typer.echo(schema.sql(production=settings.from_process().production), nl=False)


@app.command("restamp")
def restamp(*, yes: YesOption = False, as_json: JsonOption = False) -> None:
    """Make the ledger of a copied database serve the side that FISIOFLOW_ENV names.

    Its id changes too, so that copy and original never share a provider key: do this to a copy only.

    Example: FISIOFLOW_ENV=preview:agenda fisioflow db restamp
    """
    from fisioflow_cli.commands import show_ledger  # noqa: PLC0415
    from fisioflow_cli.ledger import schema  # noqa: PLC0415
    from fisioflow_cli.ledger.standing import Condition, look  # noqa: PLC0415

    with _databases() as databases:
        settings = databases.settings
        before = look(databases.ledger, production=settings.production)
        if before.condition is Condition.OTHER_SIDE:
            if not yes:
                _confirm(settings.environment)
            schema.restamp(databases.ledger, production=settings.production)
        elif before.obstacle is not None:
            raise before.obstacle
        show_ledger.restamped(databases, before, as_json=as_json)


def _confirm(environment: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to confirm the restamping on; add --yes.")
    typer.echo(
        "This ledger serves the other side. Restamp it only if the database is a copy.", err=True
    )
    if typer.prompt(f"Type {environment} to go on", err=True).strip() != environment:
        raise UsageError("Not confirmed, and nothing was changed; type the environment's name.")


@contextmanager
def _databases() -> "Iterator[Databases]":
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.clock import Clock  # noqa: PLC0415
    from fisioflow_cli.context.databases import open_databases  # noqa: PLC0415

    databases = open_databases(settings.from_process(), Clock())
    try:
        yield databases
    finally:
        databases.close()
