"""What is done to many rows at once: the confirmation, which names their number, and what came of it."""

import sys
from typing import TYPE_CHECKING, TypeVar

import typer

from fisioflow_cli import console
from fisioflow_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Chosen = TypeVar("Chosen")
Outcome = TypeVar("Outcome")


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


def to_each(
    chosen: "Iterable[Chosen]",
    apply: "Callable[[Chosen], Outcome]",
    *,
    stopped: "Callable[[], bool]" = lambda: False,
) -> tuple[list[Outcome], list[str]]:
    """What came of those that it could be done to, and why not to the others."""
    done: list[Outcome] = []
    left: list[str] = []
    for one in chosen:
        try:
            done.append(apply(one))
        except UsageError as error:  # somebody else was faster
            left.append(error.message)
        if stopped():
            break
    return done, left


def tell_done(done: int, left: list[str]) -> None:
    """How many were done, and why the others were not."""
    for why in left:
        console.err().print(f"fisioflow: {console.plain(why)}")
    told = f"{done} done, {len(left)} left." if done or left else "Nothing to do."
    console.err().print(told)
