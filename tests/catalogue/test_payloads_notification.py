"""`notification/send` and its batch, in both forms that callers use."""

from typing import Any

import pytest

from fisioflow_cli.catalogue.payloads import NotificationSend, NotificationSendBatch, fit
from tests.catalogue.refusals import refusal

WHO: dict[str, Any] = {"userId": "u", "organizationId": "o", "type": "email"}
WHAT: dict[str, Any] = {"to": "ana@example.com", "subject": "Oi", "body": "Oi, Ana!"}


def test_flat_and_nested_are_the_same() -> None:
    flat = fit(NotificationSend, {**WHO, **WHAT})
    assert flat == fit(NotificationSend, {**WHO, "data": WHAT})
    assert (flat.user_id, flat.to, flat.body) == ("u", "ana@example.com", "Oi, Ana!")


def test_of_both_forms_the_flat_one_wins() -> None:
    found = fit(NotificationSend, {**WHO, "body": "flat", "data": {**WHAT, "subject": None}})
    assert (found.to, found.subject, found.body) == ("ana@example.com", None, "flat")


def test_nested_template_is_read_too() -> None:
    nested = {"to": "a", "template": "birthday_greeting", "templateData": {"patientName": "Ana"}}
    found = fit(NotificationSend, {**WHO, "data": nested})
    assert (found.template, found.template_data) == ("birthday_greeting", {"patientName": "Ana"})


@pytest.mark.parametrize("data", ["text", 5, [WHAT]])
def test_nested_data_of_another_kind_is_no_data(data: object) -> None:
    assert "must be a notification" in refusal("notification/send", {**WHO, "data": data})


def test_only_a_push_needs_no_address() -> None:
    push = fit(NotificationSend, {**WHO, "type": "push", "body": "Oi"})
    assert push.to is None
    for kind in ("email", "whatsapp"):
        sentence = refusal("notification/send", {**WHO, "type": kind, "body": "Oi"})
        assert sentence == (
            "data must be a notification with body or template, and with to unless it is a push."
        )


@pytest.mark.parametrize("key", ["userId", "organizationId", "type"])
@pytest.mark.parametrize("value", [None, ""])
def test_what_is_missing_is_named(key: str, value: object) -> None:
    assert refusal("notification/send", {**WHO, **WHAT, key: value}).startswith(
        f"data.{key} is missing; it must be "
    )


def test_body_or_template_is_needed() -> None:
    assert fit(NotificationSend, {**WHO, "to": "a", "template": "daily_report"}).body is None
    assert "with body or template" in refusal("notification/send", {**WHO, "to": "a"})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("userId", 1.5),
        ("userId", True),
        ("userId", "a\nb"),
        ("userId", "x" * 256),
        ("userId", {"id": 1}),
        ("organizationId", []),
        ("type", "sms"),
        ("to", "a\r\nBcc: b"),
        ("to", ["a"]),
        ("body", 5),
        ("body", " "),
        ("subject", {}),
        ("template", 5),
        ("templateData", "x"),
        ("templateData", ["x"]),
    ],
)
def test_wrong_values_are_refused(key: str, value: object) -> None:
    assert refusal("notification/send", {**WHO, **WHAT, key: value}).startswith(
        f"data.{key} must be "
    )


def test_ids_may_be_numbers() -> None:
    found = fit(NotificationSend, {**WHO, **WHAT, "userId": 7, "organizationId": 2**70})
    assert (found.user_id, found.organization_id) == ("7", str(2**70))


def test_items_of_a_batch_are_of_its_organization_unless_they_say_another() -> None:
    items = [{"userId": 1, "type": "push", "body": "Oi"}, {**WHO, **WHAT}, {**WHO, "data": WHAT}]
    batch = fit(NotificationSendBatch, {"organizationId": 9, "notifications": items})
    assert [child["organizationId"] for child in batch.children()] == ["9", "o", "o"]
    assert all("data" not in child for child in batch.children())


def test_a_batch_of_which_nobody_knows_the_organization_is_refused() -> None:
    """The system replaced sent an empty one when it had none."""
    items = [{"userId": 1, "type": "push", "body": "Oi"}]
    sentence = refusal("notification/send-batch", {"organizationId": "", "notifications": items})
    assert sentence.startswith("data.items.0.organizationId is missing")


def test_items_win_over_the_older_key() -> None:
    push = {**WHO, "type": "push", "body": "Oi"}
    batch = fit(NotificationSendBatch, {"items": [push], "notifications": [push, push]})
    assert len(batch.children()) == 1
