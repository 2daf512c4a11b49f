"""What a person typed into the clinic's database, made harmless for a message.

HTML is escaped by the templates; here is what escaping does not cure: line breaks (which would
add mail headers), invisible characters that turn text around, links, endless names, and the marks
that WhatsApp reads as formatting.
"""

import re
import unicodedata

NAME_LENGTH = 80

# Emoji such as 👩‍⚕️ and some scripts need the two joiners; every other format character (the
# bidirectional overrides of Unicode TR 9 above all) only serves to deceive in a name.
JOINERS = "\u200c\u200d"
INVISIBLE = {"Cc", "Cf", "Cs"}

# Mail and chat programs turn `example.com` into a link by themselves. People can often register
# with any name and a stranger's address, and must not get the clinic to deliver their link.
LINK = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")

# WhatsApp reads *bold*, _italic_, ~strikethrough~, `code`
MARKS = re.compile(r"[*_~`]+")


def one_line(text: str, *, limit: int = NAME_LENGTH, otherwise: str = "–") -> str:
    """`text` on one line of at most `limit` characters; `otherwise` without letter or digit."""
    visible = "".join(char for char in unicodedata.normalize("NFC", text) if _may_stay(char))
    line = " ".join(visible.split())
    if not any(char.isalnum() for char in line):
        return otherwise
    return line if len(line) <= limit else line[: limit - 1].rstrip(" " + JOINERS) + "…"


def several_lines(text: str) -> str:
    """`text` with its line breaks, without anything invisible; lines end in a bare newline."""
    whole = unicodedata.normalize("NFC", "\n".join(text.splitlines()))
    lines = ("".join(char for char in line if _may_stay(char)) for line in whole.split("\n"))
    return "\n".join(" ".join(line.split()) for line in lines).strip("\n")


def person(name: str, *, otherwise: str, limit: int = NAME_LENGTH) -> str:
    """The name of a patient or a member of staff, in which nothing can become a link."""
    return one_line(LINK.sub(". ", name.replace("://", " ")), limit=limit, otherwise=otherwise)


def clinic_name(name: str) -> str:
    """The name of a clinic; without one, words that fit in its place."""
    return one_line(name, otherwise="Sua clínica")


def unmarked(text: str) -> str:
    """`text` without the marks that WhatsApp reads as formatting, on one line."""
    return " ".join(MARKS.sub(" ", text).split())


def _may_stay(char: str) -> bool:
    return char.isspace() or char in JOINERS or unicodedata.category(char) not in INVISIBLE
