"""YAML as GitHub reads it: every scalar a text, so that the key `on` stays what it is."""

from typing import Any

import yaml

LONGEST = 250_000


def parsed(text: str) -> Any:
    """The document: dictionaries, lists and texts; None if it cannot be read, or is no single one.

    An alias is the same object as what it names: walk the result with an eye for that.
    """
    if len(text) > LONGEST:
        return None
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # builds nothing but texts
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
