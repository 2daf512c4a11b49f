"""The export: one page that stands alone, with nothing personal in it."""

import re

from playwright.sync_api import expect

from fisioflow_cli.dashboard.export import export
from tests.dashboard.browser import PHONE, chromium
from tests.dashboard.scene import ADDRESS, EMAIL, LATER, PERSON, delivery_id
from tests.dashboard.served import Served


def test_it_shows_overview_slots_doubts_and_runs(served: Served) -> None:
    page = export(served.facts)
    for heading in (
        "Scheduled workflows",
        "Messages in doubt",
        "The last run of each schedule",
        "each slot",
    ):
        assert heading in page
    assert "birthday/p-3/2026" in page
    assert "greet/1" in page


def test_it_asks_for_nothing_and_leads_nowhere(served: Served) -> None:
    page = export(served.facts)
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert not re.findall(r"<(?:script|link|img|iframe|form|a)\b", page)
    assert re.findall(r"(?:src|href)=\"(?!#)", page) == []
    assert "url(" not in page


def test_nobody_is_named(served: Served) -> None:
    page = export(served.facts)
    assert PERSON not in page
    assert ADDRESS not in page
    assert delivery_id(1) not in page


def test_it_can_be_read_in_a_browser_and_on_a_phone(quick: Served) -> None:
    page = export(quick.facts)
    with chromium() as browser:
        context = browser.new_context(viewport=PHONE)
        complaints: list[str] = []
        shown = context.new_page()
        shown.on("console", lambda said: complaints.append(said.text))
        shown.set_content(page)
        expect(shown.get_by_role("heading", level=1)).to_contain_text("FisioFlow, development")
        assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        shown.locator("summary").first.click()
        expect(shown.locator("details[open]")).to_have_count(1)
        context.close()
    assert complaints == []


def test_a_busy_days_events_hide_no_schedule(served: Served) -> None:
    for number in range(200, 240):
        served.scene.run(number, workflow=EMAIL, slot=f"event-{number}", created_at=LATER)
    page = export(served.facts)
    assert "<b>birthdays</b>" in page
    assert page.count("run-card") < 40
