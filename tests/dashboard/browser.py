"""A real Chromium that reaches this machine only, and what it complains of."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.dashboard.served import TOKEN, Served
from tests.missing import missing

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
PHONE = {"width": 375, "height": 720}
DESK = {"width": 1280, "height": 800}
PATIENCE = 20_000
"""Milliseconds: this machine may be busy with something else."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; without one the test is skipped, in CI failed."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        missing(f"no browser: none of {', '.join(BROWSERS)} is installed")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(kw_only=True)
class Visitor:
    """One browser window on a dashboard, signed in."""

    served: Served
    page: Page
    complaints: list[str] = field(default_factory=list)
    """What the console said, violations of the policy among it, and uncaught errors."""

    def go(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(f"{self.served.url}{path}")
        return self.page

    def width(self) -> int:
        """How wide the page is: wider than its window means scrolling sideways."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth")
        return found


@contextmanager
def visiting(browser: Browser, served: Served, **options: Any) -> Iterator[Visitor]:
    """A window of its own, signed in with the token in the address."""
    context = browser.new_context(**{"viewport": DESK, **options})
    context.set_default_timeout(PATIENCE)
    try:
        page = context.new_page()
        visitor = Visitor(served=served, page=page)
        page.on("console", lambda said: visitor.complaints.append(said.text))
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        page.goto(f"{served.url}/?token={TOKEN}")
        assert page.url == f"{served.url}/"
        yield visitor
    finally:
        context.close()
