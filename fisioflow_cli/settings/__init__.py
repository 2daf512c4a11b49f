"""What the environment says, read and checked in one place."""

from fisioflow_cli.settings.loading import from_process, load, secret_files
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
    "secret_files",
    "surmise",
]
