"""Which gateways the settings amount to."""

from pathlib import Path

import pytest

from fisioflow_cli import settings
from fisioflow_cli.clock import Clock
from fisioflow_cli.context.channels import build_channels, outbox_folder
from fisioflow_cli.delivery.channels import Channels
from fisioflow_cli.delivery.decision import Channel, Option
from fisioflow_cli.errors import InvalidSetting, MissingSetting
from fisioflow_cli.gateways.gateway import Content
from fisioflow_cli.gateways.push_web import address

PRODUCTION = {"FISIOFLOW_ENV": "production"}
EMAIL = {"RESEND_API_KEY": "re_test", "RESEND_FROM": "a@example.com"}
CLOUD = {"WHATSAPP_ACCESS_TOKEN": "token", "WHATSAPP_PHONE_NUMBER_ID": "1"}
PUSH = {
    "VAPID_PRIVATE_KEY": "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI",
    "VAPID_SUBJECT": "mailto:ti@example.com",
}
EVOLUTION = {
    "WHATSAPP_PROVIDER": "evolution",
    "WHATSAPP_API_KEY": "key",
    "WHATSAPP_INSTANCE": "clinic",
    "WHATSAPP_API_URL": "http://127.0.0.1:1",
}
BOTH = ("email", "whatsapp")
ANA = Option(channel=Channel.EMAIL, address="ana@example.com")
BIA = Option(channel=Channel.WHATSAPP, address="+5511987650001")


def build(environ: dict[str, str], needs: tuple[str, ...] = BOTH) -> Channels:
    own = settings.load({"FISIOFLOW_HOME": "/nowhere", **environ}, Path("/nowhere"))
    return build_channels(own, Clock(), needs)


@pytest.mark.parametrize(
    ("environ", "served"),
    [
        (PRODUCTION | EMAIL, {"email": "resend"}),
        (PRODUCTION | EMAIL | CLOUD, {"email": "resend", "whatsapp": "whatsapp-cloud"}),
        (PRODUCTION | EMAIL | EVOLUTION, {"email": "resend", "whatsapp": "whatsapp-evolution"}),
        (EMAIL | CLOUD, {"email": "resend", "whatsapp": "whatsapp-cloud"}),
        (PRODUCTION | EMAIL | PUSH, {"email": "resend", "push": "web-push"}),
        (PUSH, {"push": "web-push"}),
        ({}, {}),
    ],
)
def test_what_is_configured(environ: dict[str, str], served: dict[str, str]) -> None:
    channels = build(environ)
    assert {str(channel): gateway.name for channel, gateway in channels.gateways.items()} == served
    assert (channels.outboxes is None) == ("FISIOFLOW_ENV" in environ)


@pytest.mark.parametrize("missing", EMAIL)
def test_production_needs_its_mail(missing: str) -> None:
    environ = PRODUCTION | {name: value for name, value in EMAIL.items() if name != missing}
    with pytest.raises(MissingSetting, match=f"{missing} is not set"):
        build(environ)
    assert build(EMAIL | {missing: ""}).gateways == {}


def test_command_that_sends_nothing_needs_nothing() -> None:
    assert build(PRODUCTION, needs=()).gateways == {}
    with pytest.raises(MissingSetting, match="RESEND_FROM"):
        build(PRODUCTION | {"RESEND_API_KEY": "re_test"}, needs=())


@pytest.mark.parametrize("complete", [CLOUD, EVOLUTION])
@pytest.mark.parametrize("environ", [{}, PRODUCTION | EMAIL])
def test_half_of_whatsapp_is_refused(environ: dict[str, str], complete: dict[str, str]) -> None:
    for missing in complete.keys() - {"WHATSAPP_PROVIDER"}:
        with pytest.raises(MissingSetting, match=f"half configured: {missing} is not set"):
            build(environ | {**complete, missing: ""})


@pytest.mark.parametrize("missing", PUSH)
@pytest.mark.parametrize("environ", [{}, PRODUCTION | EMAIL])
def test_half_of_web_push_is_refused(environ: dict[str, str], missing: str) -> None:
    with pytest.raises(MissingSetting, match=f"Web push is only half configured: {missing}"):
        build(environ | {**PUSH, missing: ""})


@pytest.mark.parametrize(
    ("name", "value"), [("VAPID_PRIVATE_KEY", "c2VncmVkbw"), ("VAPID_SUBJECT", "ti@example.com")]
)
def test_vapid_setting_that_cannot_be_used_is_refused_unseen(name: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=name) as refused:
        build(PUSH | {name: value})
    assert f" {value}" not in str(refused.value)


@pytest.mark.parametrize("environ", [{}, PUSH])
def test_outside_production_push_has_an_outbox_in_any_case(environ: dict[str, str]) -> None:
    browser = Option(channel=Channel.PUSH, address=address("https://push.example.com", "a", "b"))
    channels = build(environ | {"FISIOFLOW_ALLOW_RECIPIENTS": "https://push.example.com"})
    gateway = channels.gateway(browser)
    assert (gateway.name, gateway.leaves) == ("outbox", False)
    payload = gateway.compose(
        browser.address, Content(subject="s", html="", text="", short="t"), reference="r"
    )
    assert payload["channel_payload"]["message"] == {"title": "s", "body": "t", "tag": "r"}


def test_key_that_no_header_can_carry_is_refused_unseen() -> None:
    with pytest.raises(InvalidSetting, match="RESEND_API_KEY") as refused:
        build(EMAIL | {"RESEND_API_KEY": "re_ségredo"})
    assert "gredo" not in str(refused.value)


def test_outside_production_everything_goes_to_the_outbox() -> None:
    channels = build(EMAIL | CLOUD)
    assert {channels.gateway(option).name for option in (ANA, BIA)} == {"outbox"}


def test_allowed_recipients_are_recognised_however_they_are_written() -> None:
    allowed = {"FISIOFLOW_ALLOW_RECIPIENTS": " Ana@EXAMPLE.com ,, (11) 98765-0001, nonsense"}
    channels = build(EMAIL | CLOUD | allowed)
    assert channels.gateway(ANA).name == "resend"
    assert channels.gateway(BIA).name == "whatsapp-cloud"
    unconfigured = build(allowed)
    assert {unconfigured.gateway(option).name for option in (ANA, BIA)} == {"outbox"}


def test_templates_are_for_the_cloud_only() -> None:
    named = {"WHATSAPP_TEMPLATE_BIRTHDAY": "aniversario"}
    assert build(CLOUD | named).templates == {"birthday": "aniversario"}
    assert build(EVOLUTION | named).templates is None


def test_every_kind_of_message_may_have_a_template() -> None:
    kinds = (
        "birthday",
        "voucher_expiry",
        "appointment_reminder",
        "appointment_confirmation",
        "appointment_cancellation",
    )
    named = {f"WHATSAPP_TEMPLATE_{kind.upper()}": f"t_{kind}" for kind in kinds}
    assert build(CLOUD | named).templates == {kind: f"t_{kind}" for kind in kinds}


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({}, Path("/nowhere/outbox")),
        ({"FISIOFLOW_OUTBOX": "/elsewhere"}, Path("/elsewhere")),
        ({"FISIOFLOW_OUTBOX": "none"}, None),
    ],
)
def test_outbox_folder(environ: dict[str, str], folder: Path | None) -> None:
    own = settings.load({"FISIOFLOW_HOME": "/nowhere", **environ}, Path("/nowhere"))
    assert outbox_folder(own) == folder


def test_tilde_is_the_home_folder(tmp_path: Path) -> None:
    own = settings.load({"FISIOFLOW_HOME": "~/x", "FISIOFLOW_OUTBOX": "~/y"}, tmp_path)
    assert outbox_folder(own) == Path.home() / "y"


def test_secrets_do_not_show() -> None:
    channels = build(EMAIL | CLOUD | PUSH)
    assert "re_test" not in repr(channels)
    assert PUSH["VAPID_PRIVATE_KEY"] not in repr(channels)
    assert "token" not in repr(channels).replace("tokens", "")
