"""Which channel reaches a person, and what stands in the way of one."""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.clinic.organizations import Organization
from fisioflow_cli.clinic.patients import Patient
from fisioflow_cli.delivery.channels import Channels
from fisioflow_cli.delivery.decision import Channel, Option, Reason
from fisioflow_cli.gateways import push_web
from fisioflow_cli.gateways.gateway import Gateway
from tests.delivery.post import Provider

EMAIL, WHATSAPP = Channel.EMAIL, Channel.WHATSAPP
BY_EMAIL = Option(channel=EMAIL, address="ana@example.com")
BY_WHATSAPP = Option(channel=WHATSAPP, address="+5511987654321")

CLINIC = Organization(
    id="o1",
    name="Clínica",
    active=True,
    email_enabled=True,
    whatsapp_enabled=True,
    zone=ZoneInfo("America/Sao_Paulo"),
)
ANA = Patient(
    id="ana",
    organization=CLINIC,
    name="Ana",
    birth_date=date(1990, 1, 1),
    email=" ana@example.com ",
    phone="(11) 98765-4321",
    active=True,
    preferred_channel=None,
    allows_email=None,
    allows_whatsapp=None,
    allows_marketing=None,
)


def _gateways(*channels: Channel) -> dict[Channel, Gateway]:
    return {channel: Provider(name=f"real {channel}", idempotent=False) for channel in channels}


def _outboxes() -> dict[Channel, Gateway]:
    return {channel: Provider(name=f"outbox {channel}", idempotent=True) for channel in Channel}


def _channels(**facts: Any) -> Channels:
    usual: dict[str, Any] = {
        "gateways": _gateways(EMAIL, WHATSAPP),
        "outboxes": None,
        "allowed": frozenset(),
        "templates": None,
        "require_consent": False,
    }
    return Channels(**{**usual, **facts})


def _choose(
    patient: Patient = ANA, organization: Organization = CLINIC, **facts: Any
) -> tuple[Option, ...] | Reason:
    return _channels(**facts).choose(patient, organization, "birthday")


@pytest.mark.parametrize(
    ("preferred", "options"),
    [
        (None, (BY_WHATSAPP, BY_EMAIL)),
        ("whatsapp", (BY_WHATSAPP, BY_EMAIL)),
        ("email", (BY_EMAIL, BY_WHATSAPP)),
        ("sms", (BY_WHATSAPP, BY_EMAIL)),
    ],
)
def test_preferred_channel_comes_first(preferred: str | None, options: tuple[Option, ...]) -> None:
    assert _choose(replace(ANA, preferred_channel=preferred)) == options


@pytest.mark.parametrize(
    ("patient", "reason"),
    [
        ({"allows_whatsapp": False}, Reason.OPTED_OUT),
        ({"phone": None}, Reason.NO_CONTACT),
        ({"phone": "  "}, Reason.NO_CONTACT),
        ({"phone": "98765"}, Reason.INVALID_CONTACT),
    ],
)
def test_what_bars_a_channel_leaves_the_other(patient: dict[str, Any], reason: Reason) -> None:
    barred = replace(ANA, **patient)
    assert _choose(barred) == (BY_EMAIL,)
    assert _choose(replace(barred, email=None)) is reason


@pytest.mark.parametrize(
    ("patient", "reason"),
    [
        ({"allows_email": False}, Reason.OPTED_OUT),
        ({"email": ""}, Reason.NO_CONTACT),
        ({"email": "ana"}, Reason.INVALID_CONTACT),
    ],
)
def test_what_bars_the_preferred_channel_is_the_reason(
    patient: dict[str, Any], reason: Reason
) -> None:
    barred = replace(ANA, preferred_channel="email", phone="1", **patient)
    assert _choose(barred) is reason


def test_organization_may_switch_a_channel_off() -> None:
    assert _choose(organization=replace(CLINIC, whatsapp_enabled=False)) == (BY_EMAIL,)
    mute = replace(CLINIC, whatsapp_enabled=False, email_enabled=False)
    assert _choose(organization=mute) is Reason.CHANNEL_DISABLED


def test_channel_without_a_gateway_is_disabled() -> None:
    assert _choose(gateways=_gateways(EMAIL)) == (BY_EMAIL,)
    assert _choose(gateways=_gateways()) is Reason.CHANNEL_DISABLED


def test_whatsapp_needs_the_template_of_its_kind() -> None:
    assert _choose(templates={"birthday": "hsm"}) == (BY_WHATSAPP, BY_EMAIL)
    assert _choose(templates={"voucher_expiry": "hsm"}) == (BY_EMAIL,)
    assert _choose(replace(ANA, email=None), templates={}) is Reason.NO_TEMPLATE
    assert _channels(templates={"birthday": "hsm"}).template("birthday") == "hsm"
    assert _channels().template("birthday") is None


@pytest.mark.parametrize(
    ("recorded", "required", "permits"),
    [
        (None, False, True),
        (None, True, False),
        (True, True, True),
        (False, False, False),
        (False, True, False),
    ],
)
def test_refusal_wins_and_silence_permits_unless_consent_is_required(
    recorded: bool | None, *, required: bool, permits: bool
) -> None:
    assert _channels(require_consent=required).permits(recorded) is permits
    patient = replace(ANA, allows_whatsapp=recorded, allows_email=recorded)
    chosen = _choose(patient, require_consent=required)
    assert (chosen is not Reason.OPTED_OUT) == permits


def test_in_production_the_real_gateway_serves_everybody() -> None:
    channels = _channels()
    assert channels.gateway(BY_EMAIL).name == "real email"
    assert channels.gateway(BY_WHATSAPP).name == "real whatsapp"


def test_elsewhere_only_the_allowed_addresses_leave() -> None:
    channels = _channels(outboxes=_outboxes(), allowed=frozenset({"ana@example.com"}))
    assert channels.gateway(BY_EMAIL).name == "real email"
    shouted = replace(BY_EMAIL, address="Ana@Example.com")
    assert channels.gateway(shouted).name == "real email"
    assert channels.gateway(replace(BY_EMAIL, address="bia@example.com")).name == "outbox email"
    assert channels.gateway(BY_WHATSAPP).name == "outbox whatsapp"


@pytest.mark.parametrize(
    ("others", "name"),
    [
        ((), "real email"),
        (("bia@example.com", "Ana@Example.com"), "real email"),
        (("bia@example.com", "caio@example.com"), "outbox email"),
    ],
)
def test_elsewhere_a_mail_leaves_only_if_all_its_readers_are_allowed(
    others: tuple[str, ...], name: str
) -> None:
    allowed = frozenset({"ana@example.com", "bia@example.com"})
    channels = _channels(outboxes=_outboxes(), allowed=allowed)
    assert channels.gateway(replace(BY_EMAIL, others=others)).name == name


def test_elsewhere_a_browser_is_never_asked() -> None:
    option = Option(channel=Channel.PUSH, address=push_web.address("https://x", "a", "b"))
    gateways = _gateways(*Channel)
    channels = _channels(gateways=gateways, outboxes=_outboxes(), allowed=frozenset({"https://x"}))
    assert channels.gateway(option).name == "outbox push"
    assert _channels(gateways=gateways).gateway(option).name == "real push"


def test_browser_is_no_way_to_reach_a_patient() -> None:
    for gateways in (_gateways(Channel.PUSH), _gateways(*Channel)):
        chosen = _choose(replace(ANA, preferred_channel="push"), gateways=gateways)
        assert chosen in (Reason.CHANNEL_DISABLED, (BY_WHATSAPP, BY_EMAIL))


def test_elsewhere_an_allowed_address_without_a_gateway_stays_here() -> None:
    channels = _channels(gateways={}, outboxes=_outboxes(), allowed=frozenset({"ana@example.com"}))
    assert channels.gateway(BY_EMAIL).name == "outbox email"


def test_gateway_that_began_a_delivery_is_found_by_its_name() -> None:
    channels = _channels(outboxes=_outboxes())
    for name in ("real email", "outbox email"):
        found = channels.named(name, EMAIL)
        assert found is not None
        assert found.name == name
    assert channels.named("real email", WHATSAPP) is None
    assert channels.named(None, EMAIL) is None


def test_closing_closes_every_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    monkeypatch.setattr(Provider, "close", lambda self: closed.append(self.name))
    _channels().close()
    _channels(outboxes=_outboxes()).close()
    real = ["real email", "real whatsapp"]
    assert closed == [*real, *real, "outbox email", "outbox whatsapp", "outbox push"]
