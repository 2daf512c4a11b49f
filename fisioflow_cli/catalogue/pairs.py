"""Payloads as a person types them: `to=ana@example.com templateData.name=Ana total:=24`."""

from collections.abc import Iterable
from typing import Any

from fisioflow_cli.catalogue.strict import decode
from fisioflow_cli.errors import UsageError


def parse_pairs(pairs: Iterable[str]) -> dict[str, Any]:
    """`key=text` and `key:=json`; a dot in a key leads into an object.

    UsageError for what is not a pair, or for two that contradict each other; BadEvent for a value
    that is not JSON. Values are not repeated.
    """
    data: dict[str, Any] = {}
    for place, pair in enumerate(pairs, 1):
        path, value = _parse(pair, place)
        _put(data, path, value)
    return data


def merged(data: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """`data` with `more` in it, objects inside included; `more` wins."""
    both = {name: data[name] for name in more if name in data}
    inside = {
        name: merged(value, more[name])
        for name, value in both.items()
        if isinstance(value, dict) and isinstance(more[name], dict)
    }
    return {**data, **more, **inside}


def _parse(pair: str, place: int) -> tuple[list[str], Any]:
    key, found, value = pair.partition("=")
    is_json = key.endswith(":")
    path = key.removesuffix(":").split(".")
    if not found or not all(path):
        raise UsageError(f"Pair {place} is none; write key=text, key:=json or outer.inner=text.")
    if not is_json:
        return path, value
    return path, decode(value.encode(errors="surrogateescape"), f"The value of {'.'.join(path)}")


def _put(data: dict[str, Any], path: list[str], value: Any) -> None:
    *outer, last = path
    for name in outer:
        inside = data.setdefault(name, {})
        if not isinstance(inside, dict):
            raise UsageError(f"{name} is given as a value and as an object; give one of them.")
        data = inside
    if last in data:
        raise UsageError(f"{'.'.join(path)} is given twice; give a list as {'.'.join(path)}:=[…].")
    data[last] = value
