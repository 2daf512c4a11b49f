"""What is done to many rows at once: the confirmation, which names their number, and what came of it."""

import sys

import typer

from fisioflow_cli import console
from fisioflow_cli.errors import UsageError


def confirm(count: int, what: str, *, yes: bool) -> None:
    """Return if it may be done; UsageError if it is not confirmed, or nobody is there to ask.

    `what`: `runs are to be cancelled`.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{count} {what}, and there is no terminal to confirm it on; add --yes.")
    typer.echo(f"{count} {what}.", err=True)
    if typer.prompt(f"Type {count} to go on", err=True).strip() != str(count):
        raise UsageError("Not confirmed, and nothing was changed; type the number.")


def tell_done(done: int, left: list[str]) -> None:
    """How many were done, and why the others were not."""
    for why in left:
        console.err().print(f"fisioflow: {console.plain(why)}")
    told = f"{done} done, {len(left)} left." if done or left else "Nothing to do."
    console.err().print(told)
