"""A running demo for each test, and desks of its people in one Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tasks import demo
from tests.browser.desk import Desk
from tests.browser.product import Product, serve
from tests.browser.windows import Windows
from tests.demo_home import DemoHome

#: Gives the desk of an account, logged in.
DeskOf = Callable[[str], Desk]


@pytest.fixture
def product(demo_home: DemoHome, tmp_path: Path) -> Iterator[Product]:
    """A running product with the demo district, as it stands on the morning of 20 April 2026."""
    with serve(demo_home, tmp_path) as made:
        yield made


@pytest.fixture
def windows(chromium: Browser) -> Iterator[Windows]:
    """Browser windows; a script error, a console error or a breach of the content policy fails the test."""
    made = Windows(chromium)
    yield made
    made.close()
    assert not made.faults, made.faults


@pytest.fixture
def desk(product: Product, windows: Windows) -> DeskOf:
    """Desks by login name, each with a browser of its own."""
    desks: dict[str, Desk] = {}

    def of(username: str) -> Desk:
        if username not in desks:
            desks[username] = Desk(windows.open(), product, username).log_in()
        return desks[username]

    return of


@pytest.fixture
def demo_names(root: Path) -> list[str]:
    """The names of everybody in the demo: staff and residents."""
    told = (root / "bpmn/demo/district.yaml").read_text(encoding="utf-8")
    return [user.name for user in demo.users()] + re.findall(r"name: (\S+?),", told)
