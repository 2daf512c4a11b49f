"""What the reasons of deliveries mean, in words: the one source of what is shown and documented."""

from collections.abc import Mapping
from types import MappingProxyType

from fisioflow_cli.delivery.decision import Pause, Reason
from fisioflow_cli.ledger.cancelling import BY_HAND
from fisioflow_cli.ledger.doubts import RESOLVED
from fisioflow_cli.ledger.event_care import DISCARDED
from fisioflow_cli.ledger.event_deliveries import GAVE_UP
from fisioflow_cli.ledger.tables import DeliveryState

_NO_ADDRESS = "no address, or one that cannot be used"
_APPOINTMENT = "the appointment is off, has another time, or has begun"

SKIPPED: Mapping[str, str] = MappingProxyType(
    {
        Reason.ORGANIZATION_INACTIVE: "the patient's or reader's organization is switched off, or there "
        "is none",
        Reason.INACTIVE: "the patient, or the member of staff, is not active",
        Reason.NOT_DUE: "corrected, used up or moved since; or the run was closed past its maximum age",
        Reason.MINOR: "marketing to somebody under 18, without `FISIOFLOW_MESSAGE_MINORS`",
        Reason.OPTED_OUT: "a refusal or revocation is on record, here or at the provider; or a consent is "
        "missing where `FISIOFLOW_REQUIRE_CONSENT` wants one",
        Reason.CHANNEL_DISABLED: "the organization's switch, or a channel that is not configured",
        Reason.NO_CONTACT: _NO_ADDRESS,
        Reason.INVALID_CONTACT: _NO_ADDRESS,
        Reason.NO_TEMPLATE: "WhatsApp's Cloud API without the approved template's name",
        Reason.ALREADY_SENT: "by another run",
        Reason.NOTHING_TO_REPORT: "an empty day or week",
        Reason.CANCELLED: _APPOINTMENT,
        Reason.MOVED: _APPOINTMENT,
        Reason.PAST: _APPOINTMENT,
        Reason.NO_SUBSCRIPTION: "no browser of this user takes push messages (any more)",
        DISCARDED: "the event was called off or given up by hand",
        BY_HAND: "a person cancelled the run; `fisioflow runs retry` takes it up again",
    }
)
"""Why somebody is not written to."""

PENDING: Mapping[str, str] = MappingProxyType(
    {
        Pause.OUTSIDE_HOURS: "it is night at the clinic (`FISIOFLOW_SEND_WINDOW`)",
        Pause.DAY_NOT_BEGUN: "the day has not begun at the clinic",
        Pause.PROVIDER_PAUSES: "the provider asked for a pause",
        Pause.QUIET_HOURS: "the reader's own quiet hours",
    }
)
"""What a later start waits for."""

IN_DOUBT: Mapping[str, str] = MappingProxyType(
    {
        "interrupted": "the process ended, or its time was up, while a request was under way",
        "timeout": "the provider did not answer in time",
        "connection_lost": "the connection broke while a request was under way",
        "unreadable_answer": "the provider's answer could not be read",
        BY_HAND: "a person cancelled the run while a request was under way",
        DISCARDED: "the event was discarded while a request was under way",
    }
)
"""Why nobody knows whether a message left; whatever else stands there is the provider's error code."""

PLAIN: Mapping[DeliveryState, str] = MappingProxyType(
    {
        DeliveryState.PENDING: "left for a later start",
        DeliveryState.SENDING: "a request may be under way",
        DeliveryState.SENT: "the provider has taken it, which is no proof of arrival",
        DeliveryState.FAILED: "refused for good",
        DeliveryState.IN_DOUBT: "nobody knows whether it left",
        DeliveryState.SKIPPED: "not written",
    }
)
"""What a state says by itself."""


def words(state: DeliveryState, reason: str | None) -> str:
    """Why a delivery is in its state, in words that end no sentence."""
    if not reason:
        return PLAIN[state]
    if reason.startswith(RESOLVED):
        verdict, _, who = reason.removeprefix(RESOLVED).partition(" ")
        return f"{PLAIN[state]}; resolved as {verdict} {who}".rstrip()
    if reason.startswith(GAVE_UP):
        last = reason.removeprefix(GAVE_UP).strip()
        return f"{PLAIN[state]}; its event was given up" + (f" after {last}" if last else "")
    if reason.startswith("unexpected "):
        return f"{PLAIN[state]}: an error of ours, {reason.removeprefix('unexpected ')}"
    return _known(state, reason)


def _known(state: DeliveryState, reason: str) -> str:
    tables = {
        DeliveryState.SKIPPED: SKIPPED,
        DeliveryState.PENDING: PENDING,
        DeliveryState.IN_DOUBT: {**SKIPPED, **IN_DOUBT},
    }
    if (found := tables.get(state, {}).get(reason)) is None:
        return f"{PLAIN[state]}; the provider said {reason}"
    return found if state is DeliveryState.SKIPPED else f"{PLAIN[state]}: {found}"


def brief(reason: str | None) -> str:
    """The reason in a list: of what a person has judged only the verdict, not who and when."""
    if (reason or "").startswith(RESOLVED):
        return (reason or "").partition(" ")[0]
    return reason or ""
