"""What is done to many rows at once: the confirmation, which names their number, and what came of it."""

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import typer

from fisioflow_cli import console
from fisioflow_cli.engine.ending import of_error
from fisioflow_cli.engine.report import URGENCY
from fisioflow_cli.errors import DatabaseUnavailable, ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Chosen = TypeVar("Chosen")
Outcome = TypeVar("Outcome")
SIGNALLED = (ExitCode.INTERRUPTED, ExitCode.TERMINATED)


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


@dataclass(kw_only=True)
class Tally(Generic[Outcome]):
    """What came of many."""

    done: list[Outcome] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """Why it could not be done to the others, a sentence for each that was tried."""
    codes: set[ExitCode] = field(default_factory=set)
    """Of what went wrong; who was only slower than somebody else has none."""

    def tell(self) -> None:
        """How many were done, and why the others were not."""
        for why in self.left:
            console.err().print(f"fisioflow: {console.plain(why)}")
        done, left = len(self.done), len(self.left)
        console.err().print(f"{done} done, {left} left." if done or left else "Nothing to do.")


def to_each(
    chosen: "Iterable[Chosen]",
    name: "Callable[[Chosen], str]",
    apply: "Callable[[Chosen], Outcome]",
    *,
    stopped: "Callable[[], bool]" = lambda: False,
) -> Tally[Outcome]:
    """What came of those that it could be done to, and why not to the others.

    None keeps another from its turn, but where the database does not answer the others are left.
    """
    tally: Tally[Outcome] = Tally()
    for one in chosen:
        try:
            tally.done.append(apply(one))
        except UsageError as error:  # somebody else was faster
            tally.left.append(error.message)
        except Exception as error:  # noqa: BLE001  # what is done must be told, and the others done
            ended = of_error(error)
            tally.left.append(f"{name(one)}: {ended.note}")
            tally.codes.add(ended.exit_code)
            if isinstance(error, DatabaseUnavailable):
                break
        if stopped():
            break
    return tally


def code_of(codes: "Iterable[ExitCode]") -> ExitCode:
    """A signal's, else the most urgent."""
    found = set(codes)
    return next((code for code in (*SIGNALLED, *URGENCY) if code in found), ExitCode.DONE)
