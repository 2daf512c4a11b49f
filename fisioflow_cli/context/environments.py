"""The environments of this process's ledger, and the pruning of previews whose branch is closed."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.context.history import open_history
from fisioflow_cli.engine import owner
from fisioflow_cli.errors import RunInProgress, UsageError
from fisioflow_cli.ledger import environments
from fisioflow_cli.settings import preview_of

if TYPE_CHECKING:
    from fisioflow_cli.ledger.environments import Population
    from fisioflow_cli.ledger.ledger import Ledger

PREVIEW = "preview:"
PRODUCTION = "production"


@dataclass(frozen=True, kw_only=True)
class Environments:
    """Questions about the environments of one ledger, and the one remedy."""

    ledger: "Ledger"

    @property
    def current(self) -> str:
        """The environment of this process."""
        return self.ledger.environment

    def all(self) -> "list[Population]":
        """Every environment that has anything in this ledger, by name."""
        return environments.populations(self.ledger)

    def named(self, names: Sequence[str]) -> "list[Population]":
        """Those that have anything in this ledger, of the previews named; UsageError for another kind.

        A name is `preview:<branch>` or the branch; no name at all means the present environment.
        """
        wanted = {_preview(name) for name in names or (self.current,)}
        return [found for found in self.all() if found.environment in wanted]

    def all_but(self, branches: Iterable[str]) -> "list[Population]":
        """The previews of all branches but these; UsageError if none is given.

        An empty list more likely comes from a command that failed than from a repository without
        branches.
        """
        kept = {preview_of(branch) for line in branches if (branch := line.strip())}
        if not kept:
            raise UsageError("The list of branches to keep is empty; nothing was deleted.")
        return [
            found
            for found in self.all()
            if found.environment.startswith(PREVIEW) and found.environment not in kept
        ]

    def require_idle(self, doomed: "Sequence[Population]") -> None:
        """Raise RunInProgress if anybody works in one of these, UsageError in production."""
        if self.current == PRODUCTION:
            raise UsageError(
                "This is production, where there are no previews; prune with the settings of a preview."
            )
        for each in doomed:
            if busy := environments.workers(self.ledger, each.environment, owner.gone):
                raise RunInProgress(
                    f"{owner.describe(busy[0])} is working in {each.environment}, and nothing was "
                    "deleted; start this again when it is done."
                )

    def drop(self, doomed: "Population") -> Iterator[int]:
        """Delete all rows of an environment, batch by batch; how many each time."""
        return environments.drop(self.ledger, doomed.environment)


def _preview(name: str) -> str:
    if name.startswith(PREVIEW):
        return name
    if name in {PRODUCTION, "development"}:
        raise UsageError(
            f"Only previews are pruned, and {name} is none; name a preview as `fisioflow env list` does."
        )
    return preview_of(name)


@contextmanager
def open_environments() -> Iterator[Environments]:
    """The environments of this process's ledger; LedgerMissing where nothing has ever run."""
    with open_history() as history:
        yield Environments(ledger=history.ledger)
