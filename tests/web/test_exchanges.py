"""The list of exchanges: a supervisor sees his area and sends again, an operator sees no case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tasks.connectors.port import Outgoing, Page, Receipt
from tasks.exchange_work import run_exchanges
from tests.web.office import Office


class Refusing:
    """A system that takes nothing over."""

    def send(self, outgoing: Outgoing) -> Receipt:
        """Refuse."""
        return Receipt("refused", reason="身份证号在对方系统中已注销")

    def fetch(self, what: str, cursor: str) -> Page:
        """Offer nothing."""
        return Page((), "")


@pytest.fixture
def case(office: Office) -> Iterator[int]:
    office.app.adapters = {"X02": Refusing()}
    made = office.new_case()
    office.reach(made, "P03_Enter")
    run_exchanges(office.app)
    yield made
    office.app.adapters = {}


def test_a_supervisor_sees_what_was_refused_and_sends_it_again(office: Office, case: int) -> None:
    browser = office.browser("sup.rh")
    page = browser.get("/exchanges?system=X02&state=refused").text
    assert "身份证号在对方系统中已注销" in page
    assert f"/cases/{case}" in page
    assert '<span class="chip chip-missed">被退回</span>' in page
    assert "有1条记录被对方退回" in page
    assert "失业人员管理子系统 · 即时录入子系统" in page
    assert "已连接" in page
    number = page.split('action="/exchanges/')[1].split("/")[0]
    assert browser.post(f"/exchanges/{number}/retry").status_code == 303
    assert "等待回执" in browser.get("/exchanges").text
    assert browser.post(f"/exchanges/{number}/retry").status_code == 409


def test_an_operator_sees_the_counts_and_no_case(office: Office, case: int) -> None:
    page = office.browser("system.admin").get("/exchanges").text
    assert "被退回" in page
    assert f"/cases/{case}" not in page


def test_another_street_sees_none_of_it(office: Office, case: int) -> None:
    assert "身份证号在对方系统中已注销" not in office.browser("sup.nfx").get("/exchanges").text


def test_a_caseworker_is_shut_out_and_odd_filters_are_told(office: Office, case: int) -> None:
    assert office.browser("staff.rh").get("/exchanges").status_code == 403
    assert office.browser("sup.rh").get("/exchanges?system=X99&state=none&before=x").status_code == 400
