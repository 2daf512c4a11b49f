"""What the options of a start leave undone, and what is worth knowing about them."""

from typing import TYPE_CHECKING

from fisioflow_cli.schedule.entry import FORCE, NO_CATCH_UP, Drift, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fisioflow_cli.schedule.entry import Entry


def undone(command: str, entries: "Sequence[Entry]", printer: str) -> Drift:
    """Why none of these entries, of which there is one, does the whole work of its hour."""
    entry = next((entry for entry in entries if not entry.idle), entries[0])
    options = ", ".join(sorted(entry.leaving))
    if entry.idle:
        message = f"{entry.command} is started with {options}: that does not do what is due."
    else:
        message = f"{command} is started for one organization only: all others get nothing."
    return Drift(
        kind=Kind.IDLE if entry.idle else Kind.NARROWED,
        place=entry.place,
        workflow=command,
        message=message,
        remedy=f"Take {options} out, as in what `{printer}` prints.",
    )


def remarks(command: str, entries: "Sequence[Entry]") -> "Iterator[Drift]":
    """What the entries, which do the whole work, do besides or leave for nobody."""
    if entries and all(NO_CATCH_UP in entry.options for entry in entries):
        yield Drift(
            kind=Kind.NO_CATCH_UP,
            place=entries[0].place,
            workflow=command,
            message=f"{command} is started with {NO_CATCH_UP} only: what a start missed stays undone.",
            remedy=f"Take {NO_CATCH_UP} out, or start `fisioflow due` as well.",
        )
    forced = next((entry for entry in entries if FORCE in entry.options), None)
    if forced is not None:
        yield Drift(
            kind=Kind.FORCED,
            place=forced.place,
            workflow=command,
            message=f"{command} is started with {FORCE}: each start runs a finished slot once more.",
            remedy=f"Take {FORCE} out; a slot that is not finished is done without it.",
        )
