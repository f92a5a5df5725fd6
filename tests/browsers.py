"""The Chromium of this machine, and pages in it that fail a test by themselves when something is off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

#: The headless shell draws no window: it takes half the time of the whole browser.
PROGRAMS = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
)  # fmt: skip
INSTALL = "apt-get install chromium-headless-shell fonts-noto-cjk"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine."""
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium; where there is none the test fails with the line to run."""
    program = find_chromium()
    if program is None:
        pytest.fail(INSTALL, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A desktop page in Chinese; script errors and breaches of the content policy fail the test."""
    context = chromium.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(10_000)
    faults: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(message.text)

    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", listen)
    yield opened
    context.close()
    assert not faults, faults
