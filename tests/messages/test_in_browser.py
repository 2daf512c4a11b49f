"""The weekly summary in a real browser: what is typed does not run, what is counted is drawn."""

import html
import re
import shutil
import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.messages.samples import WEEK, weekly
from tests.missing import missing

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
SCRIPT = "<script>document['title']=1</script>"  # a name of at most forty characters, no dots
IMAGE = "<img src=x onerror=document['title']=1>"


@pytest.fixture(scope="module")
def browser() -> str:
    """The path of a Chromium; without one the test is skipped, in CI failed."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        missing(f"no browser: none of {', '.join(BROWSERS)} is installed")
    return found


def run(browser: str, folder: Path, page: str, *options: str) -> str:
    """What the browser prints about `page`; its profile and home live in `folder`."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    url = (folder / "page.html").as_uri()
    done = subprocess.run(
        [browser, *QUIET, profile, *options, url],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def title(dom: str) -> str:
    found = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def test_the_browser_would_notice_a_script(browser: str, tmp_path: Path) -> None:
    """The control: unescaped, both names do change the title."""
    for name in (SCRIPT, IMAGE):
        dom = run(browser, tmp_path, f"<title>before</title><p>{name}</p>", "--dump-dom")
        assert title(dom) == "1"


def test_the_weekly_summary_draws_its_bars_and_runs_nothing(browser: str, tmp_path: Path) -> None:
    figures = replace(WEEK, by_therapist=((SCRIPT, 9), (IMAGE, 3)))
    message = weekly(name=IMAGE, clinic=SCRIPT, figures=figures)
    picture = tmp_path / "page.png"

    dom = run(browser, tmp_path, message.html, "--dump-dom")
    run(browser, tmp_path, message.html, "--window-size=700,1200", f"--screenshot={picture}")

    assert title(dom) == message.subject
    assert "<script" not in dom
    assert "<img" not in dom
    assert dom.count('<td class="bar"') == 8  # six days with sessions and two therapists
    assert html.escape(SCRIPT, quote=False) in dom

    header = picture.read_bytes()
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", header[16:24]) == (700, 1200)
    assert 15_000 < len(header) < 1_000_000
