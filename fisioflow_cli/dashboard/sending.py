"""A test event, typed into a form: outside production only."""

import json
from typing import TYPE_CHECKING

from fisioflow_cli.catalogue.catalogue import BY_NAME, ENTRIES
from fisioflow_cli.catalogue.event import read
from fisioflow_cli.catalogue.strict import decode
from fisioflow_cli.context.inbox import Inbox
from fisioflow_cli.dashboard.remedies import Done, Form, event_path
from fisioflow_cli.dashboard.view import View
from fisioflow_cli.errors import BadEvent
from fisioflow_cli.ledger.events import Verdict

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes

SOURCE = "dashboard"


def look(facts: "Facts", wishes: "Wishes") -> View:
    """The form, filled in with an example of the event asked for."""
    del facts
    name = wishes.text("name") or ENTRIES[0].name
    entry = BY_NAME.get(name)
    example = json.dumps(dict(entry.example), ensure_ascii=False, indent=2) if entry else "{}"
    return form(name, example)


def form(name: str, data: str, error: str | None = None) -> View:
    """The form as it was filled in, and what is wrong with that."""
    shown = {
        "names": [(entry.name, entry.name) for entry in ENTRIES],
        "name": name,
        "data": data,
        "error": error,
    }
    return View(template="send.html.j2", title="Send a test event", shown=shown)


def send(facts: "Facts", typed: Form) -> Done:
    """Accept the event; BadEvent, which names what is wrong, if it does not fit."""
    data = decode(typed.get("data", "").encode(errors="surrogatepass"), "The data")
    event = read({"name": typed.get("name", ""), "data": data})
    if event.name not in BY_NAME:
        raise BadEvent("Nobody handles an event of this name; choose one of the list.")
    [offered] = Inbox(ledger=facts.ledger).accept([event], source=SOURCE)
    did = "known" if offered.verdict is Verdict.DUPLICATE else "sent"
    return Done(
        path=event_path(offered.event.id), did=did, line=f"test event {offered.event.id} accepted"
    )
