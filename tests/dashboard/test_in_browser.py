"""The dashboard in a real browser: by keyboard, live, on a phone, in the dark, without complaints."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.dashboard import axe
from tests.dashboard.browser import PATIENCE, PHONE, Visitor, chromium, visiting
from tests.dashboard.scene import LATER, PERSON, delivery_id, run_id
from tests.dashboard.served import TOKEN, Served, serve

PAGES = (
    "/",
    "/runs",
    f"/runs/{run_id(2)}",
    "/events",
    "/event?id=event-2",
    "/deliveries",
    f"/deliveries/{delivery_id(3)}?show=message",
    "/calendar",
    "/charts",
    "/dispatch",
    "/outbox",
)
LIGHT_ON_DARK = "rgb(15, 20, 19)"
AXE = """
async (only) => {
  const options = {resultTypes: ["violations"], ...(only.length ? {runOnly: only} : {})};
  const found = await axe.run(document, options);
  return found.violations.map((one) => `${one.id}: ${one.nodes[0].html} ${one.nodes[0].failureSummary}`);
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the module."""
    with chromium() as running:
        yield running


@pytest.fixture
def visitor(browser: Browser, quick: Served) -> Iterator[Visitor]:
    """A window at a desk."""
    with visiting(browser, quick) as found:
        yield found


def test_no_page_violates_its_policy_or_runs_what_was_typed(visitor: Visitor) -> None:
    # what a message itself tries is another test's
    for path in (path for path in PAGES if "show=message" not in path):
        page = visitor.go(path)
        page.wait_for_selector("#live[data-state=on]")
        assert page.title().endswith("FisioFlow"), path
    assert visitor.complaints == []


def test_the_policy_would_be_heard_of(visitor: Visitor) -> None:
    """The control: a script in the page is refused, and the console says so."""
    page = visitor.go("/")
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'), {text: '1'}))"
    )
    page.wait_for_timeout(100)
    assert any("Content Security Policy" in said for said in visitor.complaints)


def test_the_message_shows_its_text_and_runs_nothing(visitor: Visitor) -> None:
    page = visitor.go(f"/deliveries/{delivery_id(1)}")
    assert page.locator("iframe").count() == 0
    page.get_by_role("link", name="Show the message").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_contain_text(PERSON)
    assert page.title() == "Delivery · FisioFlow"
    inside = page.frames[1]
    assert inside.title() != "1"
    # what the frame tries is refused and heard of: its script, and its picture from elsewhere
    assert any("script" in said for said in visitor.complaints)
    visitor.complaints.clear()


def test_a_change_arrives_without_reloading(visitor: Visitor) -> None:
    page = visitor.go("/events?status=discarded")
    page.wait_for_selector("#live[data-state=on]")
    page.evaluate("window.same = true")
    assert page.get_by_text("No events fit.").count() == 1
    visitor.served.scene.event("arrived-meanwhile", status="discarded", updated_at=LATER)
    page.get_by_text("arrived-meanwhile").wait_for()
    assert page.evaluate("window.same"), "the page was loaded again"


def test_what_one_reads_keeps_its_place_while_the_page_changes(visitor: Visitor) -> None:
    page = visitor.go(f"/runs/{run_id(3)}")
    page.wait_for_selector("#live[data-state=on]")
    visitor.served.scene.step(run_id(3), "one")
    page.get_by_text("Result of one").click()
    page.locator("details[open]").wait_for()
    page.get_by_role("link", name="fisioflow-send-email").focus()
    visitor.served.scene.step(run_id(3), "two")
    page.get_by_text("Result of two").wait_for()
    assert page.locator("details[open]").count() == 1
    assert page.evaluate("document.activeElement.textContent") == "fisioflow-send-email"


def test_live_can_be_paused(visitor: Visitor) -> None:
    page = visitor.go("/")
    page.wait_for_selector("#live[data-state=on]")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#live-text")).to_have_text("Paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#live-text")).to_have_text("Live")


def test_everything_is_reached_by_keyboard(visitor: Visitor) -> None:
    page = visitor.go("/runs")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "workflow"
    page.keyboard.press("Tab")
    page.keyboard.type("failed")
    page.keyboard.press("Enter")
    page.locator("[name=slot]").press("Enter")
    page.wait_for_url("**status=failed**")
    assert page.locator("#list tbody tr").count() == 1
    page.locator("#list tbody a").first.press("Enter")
    page.wait_for_url(f"**/runs/{run_id(2)}")


def test_what_has_the_focus_is_seen(visitor: Visitor) -> None:
    page = visitor.go("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_phone_need_not_scroll_sideways(browser: Browser, quick: Served) -> None:
    with visiting(browser, quick, viewport=PHONE) as visitor:
        for path in PAGES:
            visitor.go(path)
            assert visitor.width() <= PHONE["width"], path


def test_the_pages_are_light_or_dark_as_the_reader_wants(browser: Browser, quick: Served) -> None:
    found = []
    for scheme in ("light", "dark"):
        with visiting(browser, quick, color_scheme=scheme) as visitor:
            found.append(visitor.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert found[0] != found[1] == LIGHT_ON_DARK


def test_the_pages_work_without_a_script(browser: Browser, quick: Served) -> None:
    with visiting(browser, quick, java_script_enabled=False) as visitor:
        page = visitor.go("/events")
        page.select_option("[name=status]", "dead")
        page.get_by_role("button", name="Show").click()
        page.wait_for_url("**status=dead**")
        assert page.locator("#list tbody tr").count() == 1
        assert not page.locator("#live").is_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_what_one_may_do_can_be_done_by_hand(
    browser: Browser, migrated_sqlite: Path, tmp_path: Path, *, scripts: bool
) -> None:
    """A browser says itself where a form comes from: each of them has to be taken for ours."""
    shutil.copy(migrated_sqlite, tmp_path / "acting.db")
    with serve(f"sqlite:///{tmp_path / 'acting.db'}", allow_actions=True) as acting:
        acting.scene.play()
        with visiting(browser, acting, java_script_enabled=scripts) as visitor:
            for path, name, said in (
                ("/event?id=event-2", "Retry", "waits for the next dispatch"),
                ("/event?id=event-4", "Discard", "is discarded"),
                (f"/deliveries/{delivery_id(3)}", "It was sent", "resolved as sent by"),
            ):
                page = visitor.go(path)
                page.locator("summary", has_text=name).click()
                page.get_by_role("button", name=name, exact=True).click()
                expect(page.get_by_text(said)).to_be_visible()
            assert visitor.complaints == []
        assert len(acting.lines) == 3


def test_one_may_sign_in_by_typing_the_token(browser: Browser, quick: Served) -> None:
    with visiting(browser, quick) as visitor:
        visitor.page.context.clear_cookies()
        page = visitor.go("/sign-in")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()


@pytest.mark.parametrize(("scheme", "rules"), [("light", []), ("dark", ["color-contrast"])])
def test_no_page_shuts_anybody_out(
    browser: Browser, quick: Served, scheme: Any, rules: list[str]
) -> None:
    """axe-core's rules: names, roles, headings, labels, contrast."""
    source = axe.script()
    with visiting(browser, quick, color_scheme=scheme, bypass_csp=True) as visitor:
        every = (*PAGES, "/sign-in", "/nowhere")
        for path in every[::3] if rules else every:
            page = visitor.go(path)
            page.evaluate(source)
            assert page.evaluate(AXE, rules) == [], path


def test_the_session_is_out_of_reach_of_scripts(visitor: Visitor) -> None:
    assert visitor.page.evaluate("document.cookie") == ""
    assert visitor.page.evaluate("location.search") == ""


def test_the_stream_says_when_the_connection_is_lost(browser: Browser, quick: Served) -> None:
    with visiting(browser, quick) as visitor:
        visitor.page.wait_for_selector("#live[data-state=on]")
        visitor.page.context.set_offline(True)
        quick.facts.stopping.set()
        try:
            visitor.page.wait_for_selector("#live[data-state=away]", timeout=PATIENCE)
        finally:
            quick.facts.stopping.clear()
