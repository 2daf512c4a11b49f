"""What the reasons of deliveries mean, in words: the one source of what is shown and documented."""

from collections.abc import Mapping
from types import MappingProxyType

from fisioflow_cli.delivery.decision import Pause, Reason
from fisioflow_cli.delivery.planned import IN_FLIGHT
from fisioflow_cli.ledger.cancelling import BY_HAND
from fisioflow_cli.ledger.doubts import RESOLVED
from fisioflow_cli.ledger.event_care import DISCARDED
from fisioflow_cli.ledger.event_deliveries import GAVE_UP
from fisioflow_cli.ledger.tables import DeliveryState

SKIPPED: Mapping[str, str] = MappingProxyType(
    {
        Reason.ORGANIZATION_INACTIVE: "the patient's or reader's organization is switched off, or there "
        "is none",
        Reason.INACTIVE: "the patient, or the member of staff, is not active",
        Reason.NOT_DUE: "corrected, used up or moved since; or the run was closed past its maximum age",
        Reason.MINOR: "marketing to somebody under 18, without `FISIOFLOW_MESSAGE_MINORS`",
        Reason.OPTED_OUT: "a refusal or revocation is on record, here or at the provider; or a consent is "
        "missing where `FISIOFLOW_REQUIRE_CONSENT` wants one",
        Reason.CHANNEL_DISABLED: "the organization's switch for the channel is off, or the channel is not "
        "configured",
        Reason.NO_CONTACT: "no address is on record, or the patient is not there any more",
        Reason.INVALID_CONTACT: "the address on record cannot be used",
        Reason.NO_TEMPLATE: "WhatsApp's Cloud API without the approved template's name",
        Reason.ALREADY_SENT: "sent already, by another run",
        Reason.NOTHING_TO_REPORT: "nothing to report: an empty day or week, or nothing new",
        Reason.CANCELLED: "the appointment is cancelled, or is not there any more",
        Reason.MOVED: "the appointment has another time by now",
        Reason.PAST: "the appointment has begun, or begins before anybody may be written to",
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
        "interrupted": "the process ended, or its time was up, before a request was made",
        "not_connected": "the provider could not be reached",
        "redirected": "the provider's address leads elsewhere (`RESEND_API_URL`)",
        "not_configured": "the channel is not configured any more",
        "outbox_unwritable": "the outbox cannot be written (`FISIOFLOW_OUTBOX`)",
        IN_FLIGHT: "in a dry run: a request of an earlier start may be under way",
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

FAILED: Mapping[str, str] = MappingProxyType(
    {"invalid_subscription": "the browser's keys are none, or it takes no messages any more"}
)
"""Why a message failed, if no provider has said it."""

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

SETTLED: Mapping[str, str] = MappingProxyType(
    {
        Reason.ALREADY_SENT: "sent already, by an earlier run",
        DeliveryState.FAILED: "refused for good, in an earlier run",
        DeliveryState.IN_DOUBT: "in doubt since an earlier run: nobody knows whether it left",
    }
)
"""Why a dry run would do nothing about a message any more."""

ENDED: Mapping[str, str] = MappingProxyType(
    {
        Reason.CANCELLED: "the appointment was cancelled first",
        DISCARDED: "called off or given up by hand",
        BY_HAND: "a person cancelled it; fisioflow runs retry takes it up again",
    }
)
"""Why an event, or its run, ended without being done, where that is a code; else it is a sentence."""

CAUSES: Mapping[DeliveryState, Mapping[str, str]] = MappingProxyType(
    {
        DeliveryState.SKIPPED: SKIPPED,
        DeliveryState.PENDING: {**IN_DOUBT, **PENDING},
        DeliveryState.SENDING: {**PENDING, **IN_DOUBT},
        DeliveryState.IN_DOUBT: {**SKIPPED, **PENDING, **IN_DOUBT},
        DeliveryState.FAILED: {**IN_DOUBT, **PENDING, **FAILED},
    }
)
"""What may stand with a state: also what has become of it since, of a request under way say."""


def words(state: DeliveryState, reason: str | None) -> str:
    """Why a delivery is in its state, in words that end no sentence."""
    if not reason:
        return PLAIN[state]
    if reason.startswith(RESOLVED):
        verdict, _, who = reason.removeprefix(RESOLVED).partition(" ")
        return f"{PLAIN[state]}; resolved as {verdict} {who}".rstrip()
    # nobody has refused what was given up, or broke in our hands
    begins = "not sent" if state is DeliveryState.FAILED else PLAIN[state]
    if reason.startswith(GAVE_UP):
        last = reason.removeprefix(GAVE_UP).strip()
        return f"{begins}; its event was given up" + (
            f" after {_last(state, last)}" if last else ""
        )
    if reason.startswith("unexpected "):
        return f"{begins}: an error of ours, {reason.removeprefix('unexpected ')}"
    return _known(state, reason)


def _last(state: DeliveryState, code: str) -> str:
    told = CAUSES.get(state, {}).get(code)
    return code if told is None else f"{code}: {told}"


def _known(state: DeliveryState, reason: str) -> str:
    if (found := CAUSES.get(state, {}).get(reason)) is None:
        return f"{PLAIN[state]}; the provider said {reason}"
    return found if state is DeliveryState.SKIPPED else f"{PLAIN[state]}: {found}"


def headed(state: DeliveryState, reason: str | None) -> str:
    """The state with its reason's code, where there is one that its words do not hold: `skipped (past)`."""
    code = brief(reason)
    return f"{state} ({code})" if code and code not in words(state, reason) else str(state)


def remark(error: str | None) -> str | None:
    """What an event or a run says last, for people: a code with its words, a sentence as it is."""
    meaning = ENDED.get(error or "")
    return f"{error}: {meaning}" if meaning else error


def brief(reason: str | None) -> str:
    """The reason in a list: of what a person has judged only the verdict, not who and when."""
    if (reason or "").startswith(RESOLVED):
        return (reason or "").partition(" ")[0]
    return reason or ""
