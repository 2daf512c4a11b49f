"""The statements on runs: opened once per occasion, held by a lease, ended with it."""

from fisioflow_cli.ledger.run_claims import (
    Purpose,
    RunEnd,
    acquire,
    finish,
    finish_in,
    open_in,
    open_run,
    renew,
)
from fisioflow_cli.ledger.run_rows import (
    Occasion,
    RunRow,
    get,
    get_in,
    latest,
    latest_in,
    matching,
    newer,
    unfinished,
)

__all__ = [
    "Occasion",
    "Purpose",
    "RunEnd",
    "RunRow",
    "acquire",
    "finish",
    "finish_in",
    "get",
    "get_in",
    "latest",
    "latest_in",
    "matching",
    "newer",
    "open_in",
    "open_run",
    "renew",
    "unfinished",
]
