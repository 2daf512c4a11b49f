"""The ids of events that have none, from the seed that the Inngest SDKs send with a request."""

import base64
import binascii
import re

SEED = re.compile(r"([0-9]{1,15}),([A-Za-z0-9+/]{14}==)")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID_LENGTH = 26
MOST_MILLISECONDS = 2**48


def seeded_ids(seed: str | None, count: int) -> list[str | None]:
    """The id for each event of a request: the same for the same seed; None without a usable one.

    The header is `x-inngest-event-id-seed: milliseconds,base64 of ten bytes`. An SDK repeats it when
    it repeats the request, so that nothing is accepted twice. The ids are the ULIDs that
    Inngest's own server gives: the place in the request, from 1, is added to the last four bytes.
    """
    match = SEED.fullmatch(seed or "")
    if match is None or not 0 < int(match[1]) < MOST_MILLISECONDS:
        return [None] * count
    try:
        entropy = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        return [None] * count
    high, low = int.from_bytes(entropy[:6], "big"), int.from_bytes(entropy[6:], "big")
    stem = int(match[1]) << 80 | high << 32
    return [_ulid(stem | (low + place) % 2**32) for place in range(1, count + 1)]


def _ulid(number: int) -> str:
    shifts = range(5 * (ULID_LENGTH - 1), -1, -5)
    return "".join(ALPHABET[number >> shift & 31] for shift in shifts)
