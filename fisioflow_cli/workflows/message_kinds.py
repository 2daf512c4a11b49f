"""The kinds of messages there are, told apart by their keys, and the rule that each follows."""

from dataclasses import dataclass
from enum import StrEnum


class Reader(StrEnum):
    """Who gets the messages of a kind: what `recipient_id` names."""

    PATIENT = "patient"
    STAFF = "staff"
    USER = "user"


@dataclass(frozen=True, kw_only=True)
class MessageKind:
    """One kind of message."""

    key: str
    """Its permanent key: the parts in braces are ids and dates."""
    reader: Reader
    rule: str
    """When one is written to whom, in a sentence."""

    @property
    def begins(self) -> str:
        """What its keys begin with."""
        return self.key.partition("{")[0]


_CARE = "Who refused the channel gets none; to minors too, since it is care and no marketing."

KINDS = (
    MessageKind(
        key="birthday/{patient}/{year}",
        reader=Reader.PATIENT,
        rule="One greeting per patient and calendar year, on the birthday (born on 29 February: on "
        "1 March in common years). Marketing: to active adults who have not refused it.",
    ),
    MessageKind(
        key="voucher-expiry/{voucher}/{expires_on}",
        reader=Reader.PATIENT,
        rule="One reminder per voucher and expiry date, within the seven days before it, while sessions "
        "remain. Marketing: to active adults who have not refused it.",
    ),
    MessageKind(
        key="daily-report/{organization}/{staff}/{date}",
        reader=Reader.STAFF,
        rule="Yesterday's figures to each member of staff who receives reports; none for an empty day.",
    ),
    MessageKind(
        key="weekly-summary/{organization}/{staff}/{week}",
        reader=Reader.STAFF,
        rule="Last week's figures to each member of staff who receives reports; none for an empty week.",
    ),
    MessageKind(
        key="appointment-reminder/{appointment}/{starts_at}/day-before",
        reader=Reader.PATIENT,
        rule="One reminder per appointment and starting time, the day before; a rescheduled one has a key "
        f"of its own. {_CARE}",
    ),
    MessageKind(
        key="appointment-confirmation/{appointment}/{starts_at}",
        reader=Reader.PATIENT,
        rule=f"One confirmation per appointment and starting time, when it is created. {_CARE}",
    ),
    MessageKind(
        key="appointment-cancellation/{appointment}/{starts_at}",
        reader=Reader.PATIENT,
        rule=f"One notice per appointment and starting time, when it is cancelled. {_CARE}",
    ),
    MessageKind(
        key="data-integrity/{organization}/{staff}/{slot}",
        reader=Reader.STAFF,
        rule="What contradicts itself anew, to the organization's administrators; none without news.",
    ),
    MessageKind(
        key="event/{event}/{channel}",
        reader=Reader.USER,
        rule="An application asked for it with this event: what it says and to whom is the application's "
        "decision. A notification heeds its user's preferences and quiet hours.",
    ),
    MessageKind(
        key="event/{event}/push/{subscription}",
        reader=Reader.USER,
        rule="An application asked for it with this event; one per browser in which the user allowed "
        "notifications.",
    ),
)
"""In the order of the scheduled day, then those of events."""


def kind_of(key: str) -> MessageKind | None:
    """The kind of the message with this key; None if it is none of ours."""
    found = [kind for kind in KINDS if key.startswith(kind.begins)]
    if not found:
        return None
    is_push = key.rpartition("/")[0].endswith("/push")
    return found[-1] if is_push else found[0]
