"""The outbox: files to look at, written whole, for their owner's eyes only."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.gateways.email_resend import Resend
from fisioflow_cli.gateways.gateway import Accepted, Content, Gateway, Outcome, StopRun
from fisioflow_cli.gateways.outbox import UNWRITABLE, Outbox
from fisioflow_cli.gateways.push_web import WebPush
from fisioflow_cli.gateways.whatsapp_cloud import WhatsAppCloud
from tests.gateways.contents import DOCUMENT, GREETING, OWN_MAIL, REFERENCE, TEMPLATED
from tests.gateways.push_service import Browser

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "secret-123"


def resend() -> Gateway:
    return Resend(SECRET, "avisos@example.com", "http://127.0.0.1:9")


def whatsapp() -> Gateway:
    return WhatsAppCloud(SECRET, "1", "http://127.0.0.1:9", "pt_BR")


def outbox(folder: Path | None, composer: Gateway | None = None) -> Outbox:
    return Outbox(folder, composer or resend(), Clock(starting_at=NOW))


def put(
    box: Outbox, to: str = "ana@example.com", content: Content = GREETING, *, key: str = "k1"
) -> Outcome:
    payload = json.loads(json.dumps(box.compose(to, content, reference=REFERENCE)))
    return box.send(payload, provider_key=key, timeout=1)


def files(folder: Path, pattern: str = "*") -> list[str]:
    return sorted(path.name for path in folder.glob(pattern))


def test_compose_keeps_the_real_request_beside_the_preview() -> None:
    payload = outbox(None, whatsapp()).compose("+5511987654321", TEMPLATED, reference=REFERENCE)
    assert payload == {
        "channel_payload": whatsapp().compose("+5511987654321", TEMPLATED, reference=REFERENCE),
        "to": "+5511987654321",
        "preview": {
            "subject": TEMPLATED.subject,
            "html": TEMPLATED.html,
            "text": TEMPLATED.text,
            "short": TEMPLATED.short,
            "template": "aniversario",
            "others": [],
            "files": [],
        },
    }


def test_an_email_becomes_the_page_itself(tmp_path: Path) -> None:
    outcome = put(outbox(tmp_path))
    (page,) = files(tmp_path, "*.html")
    assert outcome == Accepted(provider_id=page)
    assert (tmp_path / page).read_text(encoding="utf-8") == GREETING.html


def test_a_whatsapp_message_becomes_a_text(tmp_path: Path) -> None:
    outcome = put(outbox(tmp_path, whatsapp()), "+5511987654321", TEMPLATED)
    (text,) = files(tmp_path, "*.txt")
    assert outcome == Accepted(provider_id=text)
    assert (tmp_path / text).read_text(encoding="utf-8") == TEMPLATED.short


def test_a_mail_without_html_is_a_page_that_shows_its_text(tmp_path: Path) -> None:
    put(outbox(tmp_path), content=Content(subject="s", html="", text="a <b>\nc", short=""))
    (page,) = files(tmp_path, "*.html")
    assert "<pre>a &lt;b&gt;\nc</pre>" in (tmp_path / page).read_text(encoding="utf-8")


def test_further_recipients_and_files_are_shown(tmp_path: Path) -> None:
    mail, chat = outbox(tmp_path), outbox(tmp_path, whatsapp())
    put(mail, content=OWN_MAIL, key="k1")
    put(chat, "+5511987654321", DOCUMENT, key="k2")
    for box in (mail, chat):
        box.close()
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for shown in ("bia@example.com, caio@example.com", "eva@example.com", "exame.txt", "laudo.pdf"):
        assert shown in page


def test_a_push_message_is_shown_without_the_browsers_address(tmp_path: Path) -> None:
    browser = Browser(endpoint="https://push.example.com/secret-1")
    box = outbox(tmp_path, WebPush(None, ""))
    outcome = put(box, browser.address, GREETING)
    box.close()
    (text,) = files(tmp_path, "*.txt")
    assert outcome == Accepted(provider_id=text)
    assert (tmp_path / text).read_text(encoding="utf-8") == GREETING.short
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "push •••" in page
    assert GREETING.subject in page
    everything = [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()]
    assert not [content for content in everything if "secret-1" in content]


def test_a_small_description_lies_beside_the_message(tmp_path: Path) -> None:
    put(outbox(tmp_path, whatsapp()), "+5511987654321", TEMPLATED)
    (name,) = files(tmp_path, "*.json")
    description = json.loads((tmp_path / name).read_text(encoding="utf-8"))
    at = datetime.fromisoformat(description.pop("at"))
    assert timedelta(0) <= at - NOW < timedelta(minutes=1)
    assert description == {
        "provider": "whatsapp-cloud",
        "to": "+5511987654321",
        "subject": TEMPLATED.subject,
        "short": TEMPLATED.short,
        "template": "aniversario",
        "others": [],
        "files": [],
    }


def test_the_same_key_overwrites_and_another_does_not(tmp_path: Path) -> None:
    first = put(outbox(tmp_path), key="k1")
    assert put(outbox(tmp_path), key="k1") == first
    assert put(outbox(tmp_path), key="k2") != first
    assert len(files(tmp_path, "*.html")) == 2


@pytest.mark.parametrize("key", ["../../etc/passwd", "a/b", "á 🎉", "x" * 5000, ""])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    put(outbox(tmp_path / "box"), key=key)
    assert files(tmp_path) == ["box"]
    assert len(files(tmp_path / "box")) == 2


def test_only_the_owner_can_read(tmp_path: Path) -> None:
    box = outbox(tmp_path / "state" / "outbox")
    put(box)
    box.close()
    folder = tmp_path / "state" / "outbox"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    """`FISIOFLOW_OUTBOX=/tmp` must not lock everybody else out of /tmp."""
    tmp_path.chmod(0o755)
    put(outbox(tmp_path))
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_without_a_folder_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    box = outbox(None)
    assert put(box) == Accepted()
    box.close()
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    box = outbox(tmp_path / "outbox")
    assert put(box) == StopRun(code="outbox_unwritable", remedy=UNWRITABLE)
    box.close()
    assert files(tmp_path) == ["outbox"]


def test_a_full_disk_leaves_no_half_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    box = outbox(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        assert put(box) == StopRun(code="outbox_unwritable", remedy=UNWRITABLE)
    assert list(tmp_path.iterdir()) == []
    assert isinstance(put(box), Accepted)


def test_a_text_no_file_can_hold_is_written_as_well_as_possible(tmp_path: Path) -> None:
    broken = Content(subject="a\ud800", html="<p>b\ud800</p>", text="", short="c\ud800")
    box = outbox(tmp_path)
    assert isinstance(put(box, content=broken), Accepted)
    box.close()
    assert "index.html" in files(tmp_path)


def test_closing_writes_the_index(tmp_path: Path) -> None:
    box = outbox(tmp_path)
    put(box)
    assert not (tmp_path / "index.html").exists()
    box.close()
    assert "ana@example.com" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_the_index_lists_what_other_processes_left(tmp_path: Path) -> None:
    put(outbox(tmp_path), "rui@example.com", key="k0")
    box = outbox(tmp_path, whatsapp())
    put(box, "+5511987654321")
    box.close()
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "rui@example.com" in page
    assert "+5511987654321" in page


def test_closing_without_a_message_touches_nothing(tmp_path: Path) -> None:
    box = outbox(tmp_path / "outbox")
    box.close()
    assert files(tmp_path) == []


def test_an_index_that_cannot_be_written_fails_no_command(tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    box = outbox(tmp_path)
    assert isinstance(put(box), Accepted)
    box.close()
    assert len(files(tmp_path, "*.json")) == 1


def test_what_an_earlier_version_wrote_is_still_listed(tmp_path: Path) -> None:
    put(outbox(tmp_path))
    (name,) = files(tmp_path, "*.json")
    description = json.loads((tmp_path / name).read_text(encoding="utf-8"))
    del description["others"], description["files"]
    (tmp_path / name).write_text(json.dumps(description))
    box = outbox(tmp_path)
    put(box, "rui@example.com", key="k2")
    box.close()
    assert (tmp_path / "index.html").read_text(encoding="utf-8").count("<details>") == 2


def test_what_a_killed_process_left_behind_breaks_nothing(tmp_path: Path) -> None:
    put(outbox(tmp_path))
    (name,) = files(tmp_path, "*.json")
    (tmp_path / f".{name}.abc123.tmp").write_text('{"provider": "res')
    (tmp_path / "half.json").write_text('{"provider": "res')
    (tmp_path / "other.json").write_text("[1, 2]")
    description = json.loads((tmp_path / name).read_text(encoding="utf-8"))
    (tmp_path / "naive.json").write_text(json.dumps({**description, "at": "2026-11-23T12:00:00"}))
    os.mkfifo(tmp_path / "unrelated.fifo")
    box = outbox(tmp_path)
    put(box, "rui@example.com", key="k2")
    box.close()
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count("<details>") == 2


def test_nothing_shows_the_composers_key(tmp_path: Path) -> None:
    box = outbox(tmp_path)
    put(box)
    box.close()
    assert SECRET not in repr(box)
    assert all(SECRET not in path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
