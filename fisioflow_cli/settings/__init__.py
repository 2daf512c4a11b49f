"""What the environment says, read and checked in one place."""

from fisioflow_cli.settings.loading import from_process, load, secret_files
from fisioflow_cli.settings.model import Settings
from fisioflow_cli.settings.rules import parse_window

__all__ = ["Settings", "from_process", "load", "parse_window", "secret_files"]
