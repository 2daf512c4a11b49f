"""Clinical notes as they are kept, plain, HTML or JSON, made into text that a person can read."""

import json
import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Any

# a block ends a line; an inline tag must not, or it would cut a word in two
BLOCK = re.compile(
    r"<(?:br|/?(?:p|div|li|ul|ol|tr|td|th|table|h[1-6]|blockquote))\b[^<>]*>", re.IGNORECASE
)
INLINE = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
BLANKS = re.compile(r"[^\S\n]+")
LINES = re.compile(r"\s*\n\s*")
UNLABELLED = {"text", "html", "value", "content", "items", "blocks", "children"}
LAYOUT = {"type", "attrs", "marks", "id", "style", "version", "order"}
KEPT = set("ºª°²³½¼¾…")


def readable(note: str | None) -> str:
    """The note as text of short lines; empty if nothing is said in it.

    Of JSON the values remain, each with its key. Letters are composed, invisible characters gone.
    """
    text = unescape(INLINE.sub("", BLOCK.sub("\n", _flat(note or ""))))
    text = "".join(filter(_is_visible, unicodedata.normalize("NFC", text)))
    text = "".join(char if char in KEPT else unicodedata.normalize("NFKC", char) for char in text)
    return LINES.sub("\n", BLANKS.sub(" ", text)).strip()


def _is_visible(char: str) -> bool:
    return char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _flat(note: str) -> str:
    """JSON in lines, also where it stands on one line of other text."""
    whole = _values(note)
    if whole is not None:
        return whole
    lines = ((line, _values(line)) for line in note.splitlines())
    return "\n".join(line if values is None else values for line, values in lines)


def _values(text: str) -> str | None:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return "\n".join(_leaves(json.loads(text), ""))
    except (ValueError, RecursionError):
        return None


def _leaves(value: Any, label: str) -> Iterator[str]:
    match value:
        case dict():
            for key, inner in value.items():
                if key not in LAYOUT:
                    yield from _leaves(inner, "" if key in UNLABELLED else str(key))
        case list():
            for inner in value:
                yield from _leaves(inner, label)
        case None | "":
            return
        case _:
            said = {True: "sim", False: "não"}[value] if isinstance(value, bool) else str(value)
            yield f"{label}: {said}" if label else said
