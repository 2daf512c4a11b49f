"""What a push message says, within the 4 KB that a push service takes."""

import json

from fisioflow_cli.gateways.gateway import Content

MOST_BYTES = 3_900
"""Of the message; encryption adds 103 to it, and the limit is 4,096 (RFC 8030, 7.2)."""
LONGEST_TITLE = 150
MOST_LINK_BYTES = 1_000
CUT = "…"


def message(content: Content, *, tag: str) -> dict[str, str]:
    """The title, the body, which is shortened to what fits, the link if there is one, and the tag."""
    title, link = _sound(" ".join(content.subject.split())), _sound(content.link or "")
    said = {"title": title[:LONGEST_TITLE], "tag": tag}
    if link and len(link.encode()) <= MOST_LINK_BYTES:
        said["url"] = link
    return {**said, "body": _fitting(_sound(content.short.strip()), said)}


def _fitting(body: str, beside: dict[str, str]) -> str:
    if _fits(body, beside):
        return body
    fits, too_long = 0, len(body)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if _fits(body[:middle] + CUT, beside):
            fits = middle
        else:
            too_long = middle
    return body[:fits].rstrip() + CUT


def _fits(body: str, beside: dict[str, str]) -> bool:
    text = json.dumps({**beside, "body": body}, ensure_ascii=False)
    return len(text.encode()) <= MOST_BYTES


def _sound(text: str) -> str:
    """Without the halves of characters that no encoding has."""
    return text.encode(errors="replace").decode()
