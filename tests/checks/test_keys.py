"""The form of keys: what is pasted along with one is found without repeating it."""

from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.checks.keys import KEYS, check_keys, key_id
from tests.checks.subjects import by_id, settings, verdicts

RAW = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big")
VAPID = urlsafe_b64encode(RAW).decode().rstrip("=")
WELL = {
    "RESEND_API_KEY": "re_s3cret_s3cret",
    "WHATSAPP_ACCESS_TOKEN": "EAAs3cret",
    "WHATSAPP_API_KEY": "s3cret",
    "OPENAI_API_KEY": "sk-s3cret",
    "VAPID_PRIVATE_KEY": VAPID,
    "INNGEST_EVENT_KEY": "s3cret,s3cret-2",
}
PASTED = {
    "space": "{} ",
    "line break": "{}\n",
    "tab before": "\t{}",
    "quotes": '"{}"',
    "single quotes": "'{}'",
    "a quote": '{}"',
    "curly quotes": "“{}”",
    "name": "{name}={}",
    "export": "export {name}={}",
    "bearer": "Bearer {}",
    "inner space": "re_ {}",
    "invisible": "{}\u200b",
    "sample": "re_xxxxxxxx",
    "your key": "your-api-key",
    "sua chave": "sua_chave",
    "angle brackets": "<{}>",
    "dots": "re_...",
}


def found(folder: Path, **environ: str) -> dict[str, Finding]:
    return by_id(check_keys(settings(folder, **environ)))


def test_well_formed_keys(tmp_path: Path) -> None:
    judged = verdicts(check_keys(settings(tmp_path, **WELL)))
    assert judged == dict.fromkeys(map(key_id, KEYS), Verdict.OK)


def test_keys_that_are_not_set(tmp_path: Path) -> None:
    judged = verdicts(check_keys(settings(tmp_path)))
    assert judged == dict.fromkeys(map(key_id, KEYS), Verdict.SKIPPED)


@pytest.mark.parametrize("variable", [name for name in KEYS if name != "VAPID_PRIVATE_KEY"])
@pytest.mark.parametrize("shape", PASTED.values(), ids=PASTED)
def test_what_was_pasted_along(tmp_path: Path, variable: str, shape: str) -> None:
    value = shape.format(WELL[variable], name=variable)
    finding = found(tmp_path, **{variable: value})[key_id(variable)]
    assert finding.verdict is Verdict.FAILURE
    assert "s3cret" not in f"{finding.message} {finding.remedy}"
    assert variable in finding.message


def test_key_of_something_else(tmp_path: Path) -> None:
    for variable in ("RESEND_API_KEY", "WHATSAPP_ACCESS_TOKEN", "OPENAI_API_KEY"):
        finding = found(tmp_path, **{variable: "s3cret"})[key_id(variable)]
        assert (finding.verdict, "s3cret" in finding.message) == (Verdict.WARNING, False)


def test_other_servers_have_other_keys(tmp_path: Path) -> None:
    here = {
        "RESEND_API_URL": "http://127.0.0.1:1",
        "WHATSAPP_API_URL": "http://127.0.0.1:1/v25.0",
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        **dict.fromkeys(("RESEND_API_KEY", "WHATSAPP_ACCESS_TOKEN", "OPENAI_API_KEY"), "s3cret"),
    }
    judged = verdicts(check_keys(settings(tmp_path, **here)))
    assert {judged[key_id(name)] for name in KEYS if name in here} == {Verdict.OK}


@pytest.mark.parametrize(
    "value",
    ["s3cret", f"{VAPID}A", VAPID[:-4], "-----BEGIN"],
    ids=["word", "longer", "shorter", "begun"],
)
def test_vapid_key_that_is_none(tmp_path: Path, value: str) -> None:
    finding = found(tmp_path, VAPID_PRIVATE_KEY=value)["keys.vapid-private-key"]
    assert finding.verdict is Verdict.FAILURE
    assert value not in f"{finding.message} {finding.remedy}"


def test_vapid_subject_that_is_none(tmp_path: Path) -> None:
    finding = found(tmp_path, VAPID_PRIVATE_KEY=VAPID, VAPID_SUBJECT="ti@example.com")
    assert finding["keys.vapid-private-key"].verdict is Verdict.FAILURE
    assert "VAPID_SUBJECT" in f"{finding['keys.vapid-private-key'].message}"
