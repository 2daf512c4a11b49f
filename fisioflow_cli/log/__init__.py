"""Log records: what happened, of which run, without anybody's name; silent until `set_up` is called."""

from fisioflow_cli.log.records import (
    DEBUG,
    ERROR,
    INFO,
    UNBOUND,
    WARNING,
    Bound,
    Fact,
    bound,
    event_key,
    is_on,
    tell,
)

__all__ = [
    "DEBUG",
    "ERROR",
    "INFO",
    "UNBOUND",
    "WARNING",
    "Bound",
    "Fact",
    "bound",
    "event_key",
    "is_on",
    "tell",
]
