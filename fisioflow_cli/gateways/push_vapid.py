"""The key that identifies us to push services (VAPID, RFC 8292)."""

import re
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any

from fisioflow_cli.errors import InvalidSetting

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

BAD_KEY = (
    "VAPID_PRIVATE_KEY is no private key of the curve P-256; copy it again, as base64url or PEM."
)
BAD_SUBJECT = "VAPID_SUBJECT must be like mailto:ti@example.com or https://example.com."
PEM = re.compile(r"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----(?P<body>.*?)-----END", re.DOTALL)
BASE64 = re.compile(r"[A-Za-z0-9_-]+")
RAW_BYTES = 32


def signer(private_key: str, subject: str) -> Any:
    """What pywebpush signs with; InvalidSetting, which repeats neither, if one cannot be used.

    The key is a raw one or DER in base64, as the libraries print them, or PEM.
    """
    from py_vapid import Vapid, VapidException  # type: ignore[import-untyped]  # noqa: PLC0415

    key = _key(private_key)
    if key is None:
        raise InvalidSetting(BAD_KEY)
    made = Vapid(private_key=key)
    try:
        made.sign({"sub": subject, "aud": "https://push.example.com"})
    except VapidException:
        raise InvalidSetting(BAD_SUBJECT) from None
    if not subject.isprintable() or " " in subject:
        raise InvalidSetting(BAD_SUBJECT)
    return made


def _key(text: str) -> "EllipticCurvePrivateKey | None":
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_private_key  # noqa: PLC0415

    # an environment file may hold a PEM on one line, with its line breaks spelled out
    block = PEM.search(text.replace("\\n", "\n"))
    try:
        raw = _decoded(block["body"] if block else text)
        if len(raw) == RAW_BYTES:
            return ec.derive_private_key(int.from_bytes(raw), ec.SECP256R1())
        found = load_der_private_key(raw, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if isinstance(found, ec.EllipticCurvePrivateKey) and isinstance(found.curve, ec.SECP256R1):
        return found
    return None


def _decoded(text: str) -> bytes:
    """The bytes of base64 in either alphabet; ValueError if it is none."""
    compact = "".join(text.split()).replace("+", "-").replace("/", "_").rstrip("=")
    if not BASE64.fullmatch(compact):
        raise ValueError("not base64")
    return urlsafe_b64decode(compact + "=" * (-len(compact) % 4))
