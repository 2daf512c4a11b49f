"""`email/send` and its batch."""

from typing import Any

import pytest

from fisioflow_cli.catalogue.payloads import EmailSend, EmailSendBatch, fit
from tests.catalogue.refusals import refusal

MAIL: dict[str, Any] = {"to": "ana@example.com", "subject": "Oi", "text": "Oi, Ana!"}
FILE: dict[str, Any] = {"filename": "a.pdf", "content": "JVBERi0="}
ADDRESSES = "must be an e-mail address, or a list of 1 to 50."
TAGS = (
    "data.tags must be an object, or a list of {name, value}; ASCII letters, digits, _ and - only."
)


def mail(**changed: Any) -> EmailSend:
    """A mail with something else in it."""
    return fit(EmailSend, {**MAIL, **changed})


def refused(**changed: Any) -> str:
    """What is said of such a mail."""
    return refusal("email/send", {**MAIL, **changed})


def test_one_address_and_several_are_the_same() -> None:
    assert mail().to == ("ana@example.com",)
    assert mail(to=["ana@example.com", " Bia <bia@example.com> "]).to == (
        "ana@example.com",
        "Bia <bia@example.com>",
    )


@pytest.mark.parametrize("key", ["to", "cc", "bcc", "replyTo"])
@pytest.mark.parametrize(
    "given",
    [5, True, {}, [], [5], ["a", None], " ", "a\nb", ["a\r\nBcc: b"], ["a"] * 51, [["a"]], [""]],
)
def test_addresses_that_are_none_are_refused(key: str, given: object) -> None:
    assert refused(**{key: given}) == f"data.{key} {ADDRESSES}"


def test_addresses_are_not_judged_here() -> None:
    """The workflow skips who cannot be reached, with a reason."""
    assert mail(to="ninguem").to == ("ninguem",)


def test_fifty_recipients_are_the_most_of_all_together() -> None:
    several = [f"p{number}@example.com" for number in range(25)]
    assert len(mail(to=several, cc=several[:-1], bcc="b@example.com").recipients) == 50
    assert refused(to=several, cc=several, bcc="b@example.com").endswith(
        "50 recipients at the most."
    )


def test_html_or_text_is_needed() -> None:
    assert mail(text=None, html="<p>Oi</p>").text is None
    assert refused(text=None).startswith("data must be an e-mail with html or text")
    assert refused(text="").startswith("data must be an e-mail with html or text")
    assert refused(text=" ") == "data.text must be text, and not blank."


def test_null_and_empty_count_as_not_given() -> None:
    given = mail(
        html=None, **{"from": "", "replyTo": None, "cc": "", "attachments": None, "tags": ""}
    )
    assert given == mail()


@pytest.mark.parametrize("subject", [None, "", 5, " ", ["Oi"]])
def test_a_subject_is_needed(subject: object) -> None:
    assert "data.subject" in refused(subject=subject)


def test_a_subject_with_line_breaks_is_not_refused() -> None:
    """People paste; the gateway puts it on one line."""
    assert mail(subject="Oi\r\nBcc: todos@example.com").subject.startswith("Oi\r\n")


def test_sender_and_reply_to_have_python_names() -> None:
    given = mail(**{"from": "Clínica <a@example.com>", "replyTo": "b@example.com"})
    assert (given.sender, given.reply_to) == ("Clínica <a@example.com>", ("b@example.com",))
    assert refused(**{"from": "a\nBcc: b"}) == "data.from must be text on one line."


@pytest.mark.parametrize(
    "attachment",
    [
        FILE,
        {**FILE, "contentType": "application/pdf"},
        {**FILE, "type": "application/pdf"},
        {**FILE, "content": "JVBE\r\nRi0=\n"},
        {"path": "https://example.com/a.pdf"},
        {"path": "https://example.com/a.pdf", "filename": "a.pdf"},
    ],
)
def test_files_are_brought_along_or_fetched(attachment: dict[str, str]) -> None:
    (found,) = mail(attachments=[attachment]).attachments
    assert (found.content is None) != (found.path is None)
    assert found.content in (None, "JVBERi0=")
    assert found.content_type in (None, "application/pdf")


@pytest.mark.parametrize(
    ("attachment", "said"),
    [
        ({}, ".0 must be content and filename, or a path, but not both content and path."),
        ({"content": "JVBERi0="}, ".0 must be content and filename, or a path, but not both"),
        ({**FILE, "path": "https://example.com/a"}, ".0 must be content and filename, or a path"),
        ({**FILE, "content": "não é"}, ".0.content must be text in base64."),
        (
            {**FILE, "content": {"type": "Buffer", "data": [1]}},
            ".0.content must be text in base64.",
        ),
        ({**FILE, "contentType": "pdf"}, ".0.contentType must be a media type: application/pdf."),
        ({**FILE, "type": 5}, ".0.type must be a media type: application/pdf."),
        ({**FILE, "filename": "a\nb"}, ".0.filename must be text on one line."),
        ({"path": "file:///etc/passwd"}, ".0.path must be an address with http:// or https://."),
        ({"path": "/etc/passwd"}, ".0.path must be an address"),
        ("a.pdf", ".0 must be content and filename"),
        (None, ".0 must be content and filename"),
    ],
)
def test_files_that_are_none_are_refused(attachment: object, said: str) -> None:
    assert f"data.attachments{said}" in refused(attachments=[attachment])


@pytest.mark.parametrize("given", ["a", 5, {"filename": "a"}, True])
def test_attachments_must_be_a_list(given: object) -> None:
    assert refused(attachments=given) == "data.attachments must be a list of objects."


def test_tags_are_an_object_or_a_list() -> None:
    assert mail(tags={"campaign": "welcome", "n": "1"}).tags == (
        ("campaign", "welcome"),
        ("n", "1"),
    )
    assert mail(tags=[{"name": "campaign", "value": "welcome"}]).tags == (("campaign", "welcome"),)


@pytest.mark.parametrize(
    "tags",
    [
        "a",
        5,
        True,
        ["a"],
        [["a"]],
        [{"name": "a"}],
        [{"value": "a"}],
        {"a": 5},
        {"a": "b c"},
        {"á": "b"},
        {"a": ""},
        {"": "b"},
        {"a": "b" * 257},
        {"a": "b\n"},
        [5],
    ],
)
def test_tags_that_the_provider_would_refuse_are_refused(tags: object) -> None:
    assert refused(tags=tags) == TAGS


def test_keys_that_we_do_not_know_are_kept() -> None:
    given = mail(campaign={"id": 5}, reply_to="x", model_config="y")
    assert given.model_extra == {"campaign": {"id": 5}, "reply_to": "x", "model_config": "y"}
    assert given.reply_to is None


def test_a_batch_names_the_item_that_does_not_fit() -> None:
    items = [MAIL, {**MAIL, "subject": None}]
    assert refusal("email/send-batch", {"items": items}) == (
        "data.items.1.subject is missing; it must be text, and not blank."
    )
    items = [MAIL, MAIL, {**MAIL, "text": None}]
    assert refusal("email/send-batch", {"emails": items}).startswith(
        "data.items.2 must be an e-mail"
    )


@pytest.mark.parametrize("items", [None, [], "a", 5, {"a": 1}, [MAIL] * 1001])
def test_a_batch_has_1_to_1000_items(items: object) -> None:
    assert "list of 1 to 1,000 objects" in refusal("email/send-batch", {"items": items})


@pytest.mark.parametrize("item", [None, 5, "ana@example.com", [], [MAIL]])
def test_an_item_must_be_an_object(item: object) -> None:
    assert refusal("email/send-batch", {"items": [MAIL, item]}).startswith("data.items.1 must be")


def test_children_say_all_that_their_items_said() -> None:
    item = {
        **MAIL,
        "from": "a@example.com",
        "attachments": [{**FILE, "type": "application/pdf", "cid": "1"}],
        "tags": {"a": "b"},
        "campaign": [1],
    }
    (child,) = fit(EmailSendBatch, {"emails": [item]}).children()
    assert fit(EmailSend, child) == fit(EmailSend, item)
    assert child["campaign"] == [1]


def test_a_thousand_children_are_made() -> None:
    batch = fit(
        EmailSendBatch, {"items": [{**MAIL, "to": f"p{n}@example.com"} for n in range(1000)]}
    )
    assert [child["to"] for child in batch.children()][-1] == ["p999@example.com"]
