"""The channels: e-mail and WhatsApp configured fully, half or not at all, on both sides."""

from pathlib import Path

import pytest

from fisioflow_cli.checks.channels import check_channels
from fisioflow_cli.checks.finding import Verdict
from tests.checks.subjects import by_id, settings, verdicts

KEY, SENDER = "settings.resend-api-key", "settings.resend-from"
WHATSAPP = "settings.whatsapp"
BIRTHDAY = "settings.whatsapp-template-birthday"
VOUCHER = "settings.whatsapp-template-voucher-expiry"
PRODUCTION = {"FISIOFLOW_ENV": "production"}
EMAIL = {"RESEND_API_KEY": "s3cret", "RESEND_FROM": "Clínica <avisos@example.com>"}
CLOUD = {"WHATSAPP_ACCESS_TOKEN": "s3cret", "WHATSAPP_PHONE_NUMBER_ID": "1234567890"}
EVOLUTION = {
    "WHATSAPP_PROVIDER": "evolution",
    "WHATSAPP_API_KEY": "s3cret",
    "WHATSAPP_INSTANCE": "clinica",
    "WHATSAPP_API_URL": "http://127.0.0.1:8080",
}
TEMPLATES = {
    "WHATSAPP_TEMPLATE_BIRTHDAY": "aniversario",
    "WHATSAPP_TEMPLATE_VOUCHER_EXPIRY": "voucher",
    "WHATSAPP_TEMPLATE_APPOINTMENT_REMINDER": "lembrete",
    "WHATSAPP_TEMPLATE_APPOINTMENT_CONFIRMATION": "confirmacao",
    "WHATSAPP_TEMPLATE_APPOINTMENT_CANCELLATION": "cancelamento",
}


def found(folder: Path, *parts: dict[str, str]) -> dict[str, Verdict]:
    environ = {name: value for part in parts for name, value in part.items()}
    return verdicts(check_channels(settings(folder, **environ)))


def test_fully_configured(tmp_path: Path) -> None:
    for provider in (CLOUD, EVOLUTION):
        judged = found(tmp_path, PRODUCTION, EMAIL, provider, TEMPLATES)
        assert {judged[KEY], judged[SENDER], judged[WHATSAPP]} == {Verdict.OK}


def test_production_needs_email(tmp_path: Path) -> None:
    judged = found(tmp_path, PRODUCTION)
    assert judged[KEY] is judged[SENDER] is Verdict.FAILURE
    assert judged[WHATSAPP] is Verdict.SKIPPED


def test_outbox_needs_no_email(tmp_path: Path) -> None:
    judged = found(tmp_path)
    assert judged[KEY] is judged[SENDER] is judged[WHATSAPP] is Verdict.SKIPPED


def test_listed_recipients_need_email(tmp_path: Path) -> None:
    judged = found(tmp_path, {"FISIOFLOW_ALLOW_RECIPIENTS": "ana@example.com"})
    assert judged[KEY] is judged[SENDER] is Verdict.WARNING


@pytest.mark.parametrize(
    ("sender", "well"),
    [
        ("avisos@example.com", True),
        ("Clínica São José <avisos@example.com>", True),
        ("Clínica", False),
        ("avisos@localhost", False),
    ],
)
def test_sender_holds_an_address(tmp_path: Path, sender: str, well: bool) -> None:
    for side, broken in ((PRODUCTION, Verdict.FAILURE), ({}, Verdict.WARNING)):
        judged = found(tmp_path, side, EMAIL, {"RESEND_FROM": sender})
        assert judged[SENDER] is (Verdict.OK if well else broken)


@pytest.mark.parametrize("missing", CLOUD)
def test_half_a_cloud(tmp_path: Path, missing: str) -> None:
    part = {name: value for name, value in CLOUD.items() if name != missing}
    finding = by_id(check_channels(settings(tmp_path, **PRODUCTION, **EMAIL, **part)))[WHATSAPP]
    assert finding.verdict is Verdict.FAILURE
    assert missing in finding.message
    assert finding.remedy == f"Set that too, or unset {next(iter(part))}."


@pytest.mark.parametrize("missing", ["WHATSAPP_API_KEY", "WHATSAPP_INSTANCE", "WHATSAPP_API_URL"])
def test_half_an_evolution(tmp_path: Path, missing: str) -> None:
    part = {name: value for name, value in EVOLUTION.items() if name != missing}
    assert found(tmp_path, EMAIL, part)[WHATSAPP] is Verdict.FAILURE


def test_missing_template_means_email(tmp_path: Path) -> None:
    findings = by_id(check_channels(settings(tmp_path, **PRODUCTION, **EMAIL, **CLOUD)))
    assert findings[BIRTHDAY].verdict is findings[VOUCHER].verdict is Verdict.WARNING
    assert "no_template" in findings[BIRTHDAY].message
    judged = found(tmp_path, PRODUCTION, EMAIL, CLOUD, TEMPLATES)
    assert judged[BIRTHDAY] is judged[VOUCHER] is Verdict.OK


def test_templates_are_nobody_s_business_without_the_cloud(tmp_path: Path) -> None:
    assert found(tmp_path, EVOLUTION)[BIRTHDAY] is Verdict.SKIPPED
    assert found(tmp_path, PRODUCTION, EMAIL)[BIRTHDAY] is Verdict.SKIPPED


def test_outbox_too_shows_no_whatsapp_without_a_template(tmp_path: Path) -> None:
    """Of a channel that nobody has configured there were five warnings on every fresh installation."""
    findings = by_id(check_channels(settings(tmp_path)))
    assert findings[BIRTHDAY].verdict is findings[VOUCHER].verdict is Verdict.SKIPPED
    assert "the outbox shows e-mails" in findings[BIRTHDAY].message
    assert found(tmp_path, CLOUD)[BIRTHDAY] is Verdict.WARNING
    assert found(tmp_path, TEMPLATES)[BIRTHDAY] is Verdict.OK


def test_no_secret_is_shown(tmp_path: Path) -> None:
    findings = check_channels(settings(tmp_path, **PRODUCTION, **EMAIL, **CLOUD))
    said = " ".join(f"{finding.message} {finding.remedy}" for finding in findings)
    assert "s3cret" not in said
    assert "1234567890" not in said
    assert "avisos@example.com" not in said.replace("Clínica <avisos@example.com>", "")


@pytest.mark.parametrize(
    ("environ", "verdict"),
    [
        ({}, Verdict.SKIPPED),
        ({"VAPID_PRIVATE_KEY": "s3cret"}, Verdict.FAILURE),
        ({"VAPID_SUBJECT": "mailto:ti@example.com"}, Verdict.FAILURE),
        ({"VAPID_PRIVATE_KEY": "s3cret", "VAPID_SUBJECT": "mailto:ti@example.com"}, Verdict.OK),
    ],
)
def test_push_is_configured_wholly_or_not_at_all(
    tmp_path: Path, environ: dict[str, str], verdict: Verdict
) -> None:
    assert found(tmp_path, environ)["settings.web-push"] is verdict


@pytest.mark.parametrize(
    ("environ", "verdict"),
    [
        ({}, Verdict.SKIPPED),
        ({"OPENAI_API_KEY": "s3cret"}, Verdict.SKIPPED),
        ({"FISIOFLOW_AI_ORGANIZATIONS": "7"}, Verdict.WARNING),
        ({"FISIOFLOW_AI_ORGANIZATIONS": "all", "OPENAI_API_KEY": "s3cret"}, Verdict.OK),
    ],
)
def test_insights_need_a_key_and_an_organization(
    tmp_path: Path, environ: dict[str, str], verdict: Verdict
) -> None:
    assert found(tmp_path, environ)["settings.insights"] is verdict
