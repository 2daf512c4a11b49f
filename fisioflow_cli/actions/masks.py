"""Masking: every secret of the settings, before anything else is printed."""

from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from fisioflow_cli import settings
from fisioflow_cli.actions import lines


def mask_secrets() -> None:
    """Tell the runner of every secret that is set, whatever else may be wrong with the settings."""
    lines.mask(forms(settings.secret_values()))


def forms(values: Iterable[str]) -> Iterator[str]:
    """Each value, and what may be shown of it alone: the password of a URL, one key of several."""
    for value in values:
        yield value
        if "://" in value:
            yield from _passwords(value)
        elif "," in value:
            yield from value.split(",")


def _passwords(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password
    except ValueError:
        return
    if password:
        yield password
        yield unquote(password)
