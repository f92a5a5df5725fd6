"""The work of each step as numbers and heat: of one's own area, by working days, late by the due date."""

from __future__ import annotations

import re

import pytest

from engine.store.db import Database
from tests.web.office import Office

KEY, CONTACT = "P04_community_assistance", "首次联系，说明安排，征求意见"


@pytest.fixture
def busy(database: Database) -> Office:
    """Three cases: two first contacts made, one of them late; a third waits past its day."""
    both = Office(database)
    in_time, late, waiting = (both.new_case(name) for name in ("何一", "何二", "何三"))
    for case in (in_time, late, waiting):
        both.reach(case, "P04_FirstContact")
    both.complete(in_time, "P04_FirstContact")
    both.pass_days(7)
    both.complete(late, "P04_FirstContact")
    return both


def shown(office: Office, username: str = "sup.rh", query: str = "") -> str:
    answer = office.browser(username).get(f"/processes/{KEY}/load?{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def cells(page: str, step: str) -> list[str]:
    row = next(one for one in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if f">{step}<" in one)
    return re.findall(r"<td[^>]*>([^<]*)</td>", row)


def heat(office: Office, by: str, username: str = "sup.rh") -> dict[str, dict[str, object]]:
    answer = office.browser(username).get(f"/processes/{KEY}/load/marks?by={by}")
    found: dict[str, dict[str, object]] = answer.json["heat"] if answer.json else {}
    return found


def test_a_step_tells_in_hand_finished_time_and_lateness_and_the_diagram_is_as_hot(busy: Office) -> None:
    assert cells(shown(busy), CONTACT) == ["1", "1", "2", "0", "5", "50%（1/2）"]
    assert heat(busy, "open")["P04_FirstContact"] == {"level": 2, "text": "1"}
    assert heat(busy, "late") == {"P04_FirstContact": {"level": 4, "text": "50%"}}
    done = heat(busy, "done")
    assert done["P04_AssignAide"] == {"level": 4, "text": "3"}
    assert done["P04_FirstContact"] == {"level": 3, "text": "2"}
    assert cells(shown(busy, "sup.nfx"), CONTACT) == ["0", "0", "0", "–", "–", "–"]
    earlier = shown(busy, query="from=2025-01-01&to=2025-12-31")
    assert cells(earlier, CONTACT) == ["1", "1", "0", "–", "–", "–"]


def test_nonsense_and_unknown_processes_are_told(office: Office) -> None:
    browser = office.browser("sup.rh")
    assert browser.get(f"/processes/{KEY}/load?by=x").status_code == 400
    wrong = browser.get(f"/processes/{KEY}/load?from=2026-13-01")
    assert wrong.status_code == 400
    assert "2026-13-01" in wrong.text or "日期" in wrong.text
    assert browser.get("/processes/P99/load").status_code == 404
    assert office.browser("aide.hnc").get(f"/processes/{KEY}/load").status_code == 403
