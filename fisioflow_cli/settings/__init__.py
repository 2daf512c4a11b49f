"""What the environment says, read and checked in one place."""

from fisioflow_cli.settings.loading import (
    from_process,
    load,
    process_environment,
    secret_files,
    secret_values,
)
from fisioflow_cli.settings.model import Settings
from fisioflow_cli.settings.platform import Surmise, preview_of, surmise
from fisioflow_cli.settings.rules import parse_window

__all__ = [
    "Settings",
    "Surmise",
    "from_process",
    "load",
    "parse_window",
    "preview_of",
    "process_environment",
    "secret_files",
    "secret_values",
    "surmise",
]
