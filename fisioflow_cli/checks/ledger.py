"""The checks on the ledger: there, of this release, of this side, and open to us."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fisioflow_cli.checks.finding import Finding, guarded, of_error, ok, skipped, warning
from fisioflow_cli.errors import FisioFlowError, LedgerBehind, LedgerMissing
from fisioflow_cli.ledger import schema
from fisioflow_cli.ledger.standing import try_writing

if TYPE_CHECKING:
    from fisioflow_cli.ledger.ledger import Ledger

VERSION = "ledger.version"
SIDE = "ledger.side"
WRITABLE = "ledger.writable"


def check_ledger(ledger: "Ledger", *, production: bool) -> Iterator[Finding]:
    """Whether commands of this side can use the ledger; what depends on another finding is skipped."""
    version = _version(ledger)
    yield version
    if version.remedy is not None:
        why = "The ledger is not the one this program needs."
        yield from (skipped(check, why) for check in (SIDE, WRITABLE))
        return
    yield guarded(SIDE, lambda: _side(ledger, production=production))
    yield guarded(WRITABLE, lambda: _writable(ledger))


def without_ledger(why: str) -> Iterator[Finding]:
    """The same checks where there is no database to look into."""
    return (skipped(check, why) for check in (VERSION, SIDE, WRITABLE))


def _version(ledger: "Ledger") -> Finding:
    try:
        schema.require_current(ledger.engine)
    except FisioFlowError as error:
        # on SQLite every command that writes upgrades the ledger by itself
        if ledger.engine.dialect.name == "sqlite" and isinstance(
            error, LedgerMissing | LedgerBehind
        ):
            found = of_error(VERSION, error)
            return warning(VERSION, found.message, f"{found.remedy} The next command does it too.")
        return of_error(VERSION, error)
    return ok(VERSION, f"The ledger is at revision {schema.HEAD}, as this program needs it.")


def _side(ledger: "Ledger", *, production: bool) -> Finding:
    stamp = schema.require_side(ledger, production=production)
    kind = "production" if stamp.production else "everything but production"
    return ok(SIDE, f"The ledger {stamp.ledger_id} serves {kind}.")


def _writable(ledger: "Ledger") -> Finding:
    try_writing(ledger)
    return ok(WRITABLE, "Runs, steps and deliveries can be recorded.")
