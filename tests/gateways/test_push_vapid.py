"""The VAPID key in every form it is handed around in, and none of it in an error."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.gateways.push_vapid import signer
from tests.gateways.push_service import b64, point, raw_key

KEY = ec.generate_private_key(ec.SECP256R1())
SUBJECT = "mailto:ti@example.com"
PKCS8, SEC1 = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL
PARAMETERS = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"


def pem(form: PrivateFormat) -> str:
    return KEY.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def der(form: PrivateFormat = PKCS8) -> bytes:
    return KEY.private_bytes(Encoding.DER, form, NoEncryption())


FORMS = {
    "raw": raw_key(KEY),
    "raw, padded": raw_key(KEY) + "=",
    "raw, standard alphabet": base64.b64encode(
        base64.urlsafe_b64decode(raw_key(KEY) + "=")
    ).decode(),
    "raw, with a line break": raw_key(KEY) + "\n",
    "der": b64(der()),
    "der, standard alphabet": base64.b64encode(der()).decode(),
    "der, SEC 1": b64(der(SEC1)),
    "pem": pem(PKCS8),
    "pem, SEC 1": pem(SEC1),
    "pem, with its parameters": PARAMETERS + pem(SEC1),
    "pem, on one line": pem(PKCS8).replace("\n", "\\n"),
    "pem, with blanks": pem(PKCS8).replace("\n", " "),
    "pem, of Windows": pem(PKCS8).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_key_is_read_in_every_form(form: str) -> None:
    made = signer(FORMS[form], SUBJECT)
    header = made.sign({"sub": SUBJECT, "aud": "https://push.example.com"})["Authorization"]
    assert header.endswith(f"k={b64(point(KEY))}")


RSA = rsa.generate_private_key(65537, 2048)
ENCRYPTED = KEY.private_bytes(Encoding.PEM, PKCS8, BestAvailableEncryption(b"x")).decode()
BAD = {
    "prose": "o segredo da clínica",
    "short": raw_key(KEY)[:20],
    "nought": b64(bytes(32)),
    "too great": b64(b"\xff" * 32),
    "public": b64(point(KEY)),
    "another curve": b64(
        ec.generate_private_key(ec.SECP384R1()).private_bytes(Encoding.DER, PKCS8, NoEncryption())
    ),
    "RSA": RSA.private_bytes(Encoding.PEM, PKCS8, NoEncryption()).decode(),
    "encrypted": ENCRYPTED,
    "half a file": pem(PKCS8)[:60],
    "a path": "/etc/passwd",
    "one letter": "@",
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_such_key_is_refused_unseen(kind: str) -> None:
    with pytest.raises(InvalidSetting, match="VAPID_PRIVATE_KEY") as refused:
        signer(BAD[kind], SUBJECT)
    assert BAD[kind] not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("subject", ["https://example.com", "mailto:a.b+c@clinica.com.br"])
def test_subject_is_a_mailbox_or_a_site(subject: str) -> None:
    signer(raw_key(KEY), subject)


@pytest.mark.parametrize(
    "subject",
    ["ti@example.com", "mailto:", "example.com", "ftp://example.com", "mailto:ti @example.com\n"],
)
def test_other_subjects_are_refused(subject: str) -> None:
    with pytest.raises(InvalidSetting, match="VAPID_SUBJECT must be like mailto:") as refused:
        signer(raw_key(KEY), subject)
    assert raw_key(KEY) not in str(refused.value)
