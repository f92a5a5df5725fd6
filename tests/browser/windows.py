"""Browser windows that note everything that is wrong with the pages shown in them."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

#: What Chromium itself says about an answer that refuses; the page says it too, and tests look there.
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")

#: Milliseconds: a busy machine is no fault of the product's.
PATIENCE = 60_000
expect.set_options(timeout=30_000)


class Windows:
    """Opens windows, each with cookies of its own, and gathers the faults of all."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.faults: list[str] = []
        self._contexts: list[BrowserContext] = []

    def open(self, **options: Any) -> Page:
        """Open a window: desktop and Chinese unless told otherwise."""
        usual: dict[str, Any] = {
            "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1440, "height": 900}
        }  # fmt: skip
        context = self.browser.new_context(**{**usual, **options})
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        page = context.new_page()
        self.watch(page)
        return page

    def watch(self, page: Page) -> None:
        """Note what goes wrong in a page."""
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._listen(page, message))

    def _listen(self, page: Page, message: ConsoleMessage) -> None:
        if message.type == "error" and not _REFUSED.match(message.text):
            self.faults.append(f"{page.url}: {message.text}")

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()
