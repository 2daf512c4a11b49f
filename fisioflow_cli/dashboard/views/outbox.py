"""The outbox: the messages that did not leave, recipients masked."""

from pathlib import Path
from typing import TYPE_CHECKING

from fisioflow_cli.console import mask
from fisioflow_cli.dashboard.view import View
from fisioflow_cli.errors import NotThere
from fisioflow_cli.gateways import outbox_page

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes
    from fisioflow_cli.gateways.outbox_page import Letter

MOST = 200


def look(facts: "Facts", wishes: "Wishes") -> View:
    """The newest messages; one of them in full if its name is asked for."""
    stem = wishes.text("show")
    letters, total = outbox_page.newest(facts.outbox, most=MOST) if facts.outbox else ([], 0)
    return View(
        template="outbox.html.j2",
        title="Outbox",
        shown={
            "there": facts.outbox is not None,
            "letters": [(letter, mask(letter.to)) for letter in letters],
            "total": total,
            "open": find(facts, stem) if stem else None,
        },
    )


def find(facts: "Facts", stem: str) -> "Letter":
    """The message of this name; NotThere if there is none."""
    letter = outbox_page.one(facts.outbox, stem) if facts.outbox else None
    if letter is None:
        raise NotThere("The outbox has no such message.")
    return letter


def read(facts: "Facts", stem: str) -> str:
    """The message of this name as a page; NotThere if there is none."""
    letter = find(facts, stem)
    try:
        text = (facts.outbox or Path()).joinpath(letter.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise NotThere("This message of the outbox cannot be read.") from None
    return text if letter.is_email else outbox_page.plain(text)
