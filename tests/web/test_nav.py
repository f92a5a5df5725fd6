"""The way through the product: the bar at the foot of a telephone leads wherever the one at the top does."""

from __future__ import annotations

import re

import pytest

from tests.web.office import Office


@pytest.mark.parametrize("username", ["system.admin", "sup.rh", "staff.rh", "auditor.sy", "aide.hnc"])
def test_a_telephone_reaches_every_page_a_desktop_does(office: Office, username: str) -> None:
    text = office.browser(username).get("/notices").text
    top, foot = (re.search(rf'<nav class="{name}".*?</nav>', text, re.S) for name in ("nav", "tabs"))
    assert top is not None
    assert foot is not None
    wanted = re.findall(r'href="([^"]+)"', top[0])
    assert re.findall(r'href="([^"]+)"', foot[0]) == wanted
    beside = re.sub(r'<div class="menu-body">.*', "", foot[0], flags=re.S)
    assert len(re.findall("<a |<summary", beside)) == min(len(wanted), 5)
