"""Which gateways the settings amount to."""

from pathlib import Path

import pytest

from fisioflow_cli import settings
from fisioflow_cli.clock import Clock
from fisioflow_cli.context.channels import build_channels, outbox_folder
from fisioflow_cli.delivery.channels import Channels
from fisioflow_cli.delivery.decision import Channel, Option
from fisioflow_cli.errors import InvalidSetting, MissingSetting

PRODUCTION = {"FISIOFLOW_ENV": "production"}
EMAIL = {"RESEND_API_KEY": "re_test", "RESEND_FROM": "a@example.com"}
CLOUD = {"WHATSAPP_ACCESS_TOKEN": "token", "WHATSAPP_PHONE_NUMBER_ID": "1"}
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
    channels = build(EMAIL | CLOUD)
    assert "re_test" not in repr(channels)
    assert "token" not in repr(channels).replace("tokens", "")
