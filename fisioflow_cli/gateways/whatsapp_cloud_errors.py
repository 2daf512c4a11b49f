"""What each error code of the WhatsApp Cloud API means for a message.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes: decide by the code, not
by the HTTP status, which changes between versions.
"""

from fisioflow_cli.gateways.gateway import Outcome, Rejected, RetryAfter, StopRun, Uncertain
from fisioflow_cli.gateways.transport import outcome_code

TOKEN = "Meta refuses the token; renew WHATSAPP_ACCESS_TOKEN."  # noqa: S105  # a sentence
PERMISSION = "The token may not send from this number; check its permissions at Meta."
ACCOUNT = "Meta has locked or restricted the WhatsApp account; see the WhatsApp Manager."
REGISTRATION = "The number's registration, display name or payment needs care; see the Manager."
LIMITED = "Meta limits what this number may send at present; see its quality in the Manager."
NUMBER = "Meta does not know this number; check WHATSAPP_PHONE_NUMBER_ID."
SERVER = "This is not Meta's Graph API; check WHATSAPP_API_URL."

STOPS = {
    **dict.fromkeys((0, 190), TOKEN),
    **dict.fromkeys((3, 10, *range(200, 300), 131005), PERMISSION),
    **dict.fromkeys((368, 131031, 130497), ACCOUNT),
    **dict.fromkeys((131037, 131042, 131045, *range(133005, 133011), 134011), REGISTRATION),
    **dict.fromkeys((131048, 131064), LIMITED),
}
"""No message would be sent; the sentence tells the operator what to do."""

LIMITS = frozenset({131048, 131064})
"""Of these: the spam restriction and the messaging limit, which pass by themselves."""

PAIR_LIMIT = 131056

WAITS: dict[int, float | None] = {
    4: 60.0,  # calls of the app, counted by the hour
    80007: 60.0,  # calls of the business account, likewise
    130429: None,  # messages per second
    PAIR_LIMIT: 6.0,  # one message in 6 s to the same person
    131057: 20.0,  # the account is being upgraded, for a minute at most
}
"""Not sent; seconds to wait if Meta does not say. None: back off."""

TRY_AGAIN = 131000
"""Meta's "something went wrong": a refusal as a 4xx, silent about the message as a 5xx."""

UNAVAILABLE = frozenset({2, 131016, 133004})
"""Out of order, and silent about what became of the request."""

NOT_ON_WHATSAPP = 131026
STOPPED_BY_RECIPIENT = 131050
REQUEST = frozenset({33, 100, 131008, 131009, 131021, 131030, 131051, 131052, 131053, 135000})
TEMPLATE = frozenset(
    {132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018, 132068, 132069}
)
RECIPIENT = frozenset({NOT_ON_WHATSAPP, STOPPED_BY_RECIPIENT, 130403, 130472, 131047, 131049})
REFUSED = REQUEST | TEMPLATE | RECIPIENT
"""Refused for good, whatever the HTTP status."""

UNKNOWN_NUMBER = (100, 33)
"""Code and subcode of a path without a number behind it: it would refuse every message."""


def outcome_of(
    status: int, code: int | None, subcode: int | None, seconds: float | None
) -> Outcome:
    """The outcome of a refused request; `seconds` is what its Retry-After asks for."""
    word = outcome_code(status, code)
    if remedy := _remedy(status, code, subcode):
        return StopRun(code=word, remedy=remedy, configuration=code not in LIMITS)
    if code in WAITS:
        pause = WAITS[code] if seconds is None else seconds
        return RetryAfter(code=word, seconds=pause, recipient=code == PAIR_LIMIT)
    if code not in REFUSED and (status == 429 or (code == TRY_AGAIN and status < 500)):
        return RetryAfter(code=word, seconds=seconds)
    if code not in REFUSED and (code in UNAVAILABLE or status >= 500 or status == 408):
        return Uncertain(code=word)
    return Rejected(
        code=word, address=code == NOT_ON_WHATSAPP, opted_out=code == STOPPED_BY_RECIPIENT
    )


def _remedy(status: int, code: int | None, subcode: int | None) -> str | None:
    """What the operator has to do before any message can leave; None: the others are unaffected.

    An answer without a code is not Meta's: a proxy gave it, or a server reached by mistake.
    """
    if code is None:
        mistaken = status in {401, 403, 404, 405, 407} or 300 <= status < 400
        return SERVER if mistaken else None
    if (code, subcode) == UNKNOWN_NUMBER:
        return NUMBER
    return STOPS.get(code, TOKEN if status == 401 else None)
