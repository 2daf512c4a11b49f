"""The index page: complete, in order, and inert whatever a person typed."""

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

from fisioflow_cli.gateways import outbox_page
from fisioflow_cli.gateways.outbox_page import FRAMES, Letter, render

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOSTILE = """Ana [/b] <script>alert(1)</script> "' onload=x </iframe></style>"""
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]


def letter(
    stem: str = "a1",
    to: str = "ana@example.com",
    at: datetime = NOON,
    *,
    provider: str = "resend",
) -> Letter:
    return Letter(
        stem=stem,
        provider=provider,
        to=to,
        subject=f"Olá {stem}",
        short=f"Oi {stem}\nTudo bem?",
        template=None,
        at=at,
    )


def hostile(to: str) -> Letter:
    return Letter(
        stem="a1",
        provider=HOSTILE,
        to=to,
        subject=HOSTILE,
        short=HOSTILE,
        template=HOSTILE,
        at=NOON,
        others=(HOSTILE,),
        files=(HOSTILE,),
    )


def test_what_a_person_typed_stays_text() -> None:
    letters = [hostile(f"{HOSTILE}@example.com"), hostile(HOSTILE)]
    page = render(letters, UTC)
    elements = Elements(page)
    assert elements.named("script") == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    handlers = [name for _, found in elements.found for name in found if name.startswith("on")]
    assert handlers == []
    harmless = [
        replace(each, others=("rui@example.com",), files=("a.pdf",))
        for each in (letter(), letter(to="+5511987654321"))
    ]
    plain = Elements(render(harmless, UTC))
    names = [tag for tag, _ in elements.found if tag not in {"code", "span"}]
    assert names == [tag for tag, _ in plain.found if tag not in {"code", "span"}]


def test_the_page_forbids_scripts_and_needs_nothing_from_elsewhere() -> None:
    page = render([letter(), letter("b2", "+5511987654321")], UTC)
    elements = Elements(page)
    policy = next(m["content"] for m in elements.named("meta") if m.get("http-equiv"))
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert not re.search(r"(?:src|href)=\"(?!a1\.html|b2\.txt)|url\(|@import|https?://", page)


def test_mails_are_shown_in_a_sandbox_when_looked_at() -> None:
    (frame,) = Elements(render([letter()], UTC)).named("iframe")
    assert frame["sandbox"] in {"", None}  # no permission at all
    assert (frame["src"], frame["loading"]) == ("a1.html", "lazy")
    assert frame["title"] == "The e-mail to ana@example.com"


def test_whatsapp_texts_are_chat_bubbles() -> None:
    page = render([letter(to="+5511987654321")], UTC)
    assert Elements(page).named("iframe") == []
    assert '<div class="bubble" lang="pt-BR"><bdi>Oi a1\nTudo bem?</bdi>' in page


def test_messages_stand_under_their_local_day_in_the_given_order() -> None:
    late = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    page = render([letter("b2", at=late), letter("a1")], SAO_PAULO)
    assert page.count("Monday, 23 November 2026") == 1
    assert "24 November" not in page
    assert page.index("22:30") < page.index("09:00")
    assert "America/Sao_Paulo" in page


def test_a_long_list_has_few_frames_but_every_message() -> None:
    letters = [letter(f"m{n}", at=NOON - timedelta(minutes=n)) for n in range(FRAMES + 50)]
    elements = Elements(render(letters, UTC))
    assert len(elements.named("iframe")) == FRAMES
    assert [a["href"] for a in elements.named("a")] == [f"m{n}.html" for n in range(FRAMES + 50)]


def test_two_kinds_can_be_told_apart_and_one_needs_no_choice() -> None:
    both = Elements(render([letter(), letter("b2", "+5511987654321")], UTC))
    assert [radio["id"] for radio in both.named("input")] == ["all", "only-email", "only-chat"]
    assert Elements(render([letter()], UTC)).named("input") == []


def test_a_push_message_is_a_kind_of_its_own() -> None:
    push = letter("c3", "push •••a1b2c3", provider="web-push")
    page = render([letter(), letter("b2", "+5511987654321"), push], UTC)
    elements = Elements(page)
    kinds = [radio["id"] for radio in elements.named("input")]
    assert kinds == ["all", "only-email", "only-chat", "only-push"]
    assert [item["class"] for item in elements.named("li")] == ["email", "chat", "push"]
    assert "<b><bdi>Olá c3</bdi></b><bdi>Oi c3\nTudo bem?</bdi>" in page


def test_an_empty_outbox_says_so() -> None:
    assert "No messages yet." in render([], UTC)


def write(folder: Path, number: int, *, age: int = 0) -> str:
    """A message as the outbox leaves it, so many seconds old; its stem."""
    letter = Letter(
        stem=f"{number:024x}",
        provider="resend",
        to="ana@example.com",
        subject=f"Oi {number}",
        short="",
        template=None,
        at=datetime(2026, 3, 2, 12, tzinfo=UTC) - timedelta(seconds=age),
    )
    path = folder / f"{letter.stem}.json"
    path.write_text(json.dumps(letter.as_json()))
    os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    return letter.stem


def test_only_the_newest_are_read_and_all_are_counted(tmp_path: Path) -> None:
    stems = [write(tmp_path, number, age=number) for number in range(5)]
    (tmp_path / "notes.json").write_text("somebody's own")
    (tmp_path / f"{'f' * 24}.json").symlink_to(tmp_path / f"{stems[0]}.json")
    letters, total = outbox_page.newest(tmp_path, most=3)
    assert [letter.stem for letter in letters] == stems[:2]  # the newest file is no message
    assert total == 6
    assert outbox_page.newest(tmp_path / "none", most=3) == ([], 0)


def test_a_message_is_found_by_its_own_name_only(tmp_path: Path) -> None:
    stem = write(tmp_path, 1)
    found = outbox_page.one(tmp_path, stem)
    assert found is not None
    assert found.subject == "Oi 1"
    for odd in (
        "",
        "..",
        f"../{tmp_path.name}/{stem}",
        stem.upper() + "x",
        f"{stem}.json",
        "0" * 24,
    ):
        assert outbox_page.one(tmp_path, odd) is None
