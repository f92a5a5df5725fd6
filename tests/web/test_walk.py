"""The page of a walk: who may see it, what it shows, what it refuses, and that nothing is kept."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from engine.codec import loads
from tasks import studio_commands
from tasks.walk import written
from tests.tasks.local_step import KEY, annex, with_visit
from tests.tasks.walking import Walker
from tests.web.office import Browser, Office

VERSION = f"/studio/{KEY}/1/walk"


@pytest.fixture(scope="module")
def drafts(office: Office) -> tuple[int, int]:
    """A sound draft with a step and a form of its own, and one that the gate refuses."""
    supervisor = office.actor("sup.rh")
    made = []
    for xml in (with_visit(), with_visit().replace(b'aid595:form="P04_Plan"', b"")):
        draft = office.app.do(studio_commands.OpenDraft(KEY), supervisor).extra
        saved = studio_commands.SaveModel(int(draft["draft_id"]), int(draft["rev"]), xml, annex())
        office.app.do(saved, supervisor)
        made.append(int(draft["draft_id"]))
    return made[0], made[1]


@pytest.fixture
def supervisor(office: Office) -> Browser:
    return office.browser("sup.rh")


def hidden(page: str, name: str) -> list[str]:
    """Return the values of a hidden field on a page."""
    return [html.unescape(one) for one in re.findall(rf'name="{name}" value="([^"]*)"', page)]


def marks(page: str) -> dict[str, Any]:
    """Return the marks of the page for its diagram."""
    found = re.search(r'data-marks="([^"]*)"', page)
    assert found is not None
    read: dict[str, Any] = loads(html.unescape(found[1]))
    return read


def the_card(page: str, element: str) -> str:
    """Return the card of an element."""
    found = re.findall(r"<article.*?</article>", page, re.S)
    return next(one for one in found if f'data-at="{element}"' in one)


def further(browser: Browser, path: str, page: str, element: str, **answers: str) -> Any:
    """Push the button of an element's card."""
    card = the_card(page, element)
    posted = {name: hidden(card, name)[0] for name in ("moves", "rev", "act")}
    return browser.post(path, {**posted, **answers})


def test_a_version_is_walked_by_a_supervisor_and_by_an_auditor_and_by_nobody_else(office: Office) -> None:
    for name in ("sup.rh", "auditor.sy"):
        browser = office.browser(name)
        page = browser.get(VERSION)
        assert page.status_code == 200
        assert "从哪里开始" in page.text
        after = further(browser, VERSION, page.text, "P04_Start")
        assert "指派就业援助员" in after.text
        assert "现在在这里" in after.text
    assert office.browser("staff.rh").get(VERSION).status_code == 403
    assert office.browser().get(VERSION).status_code != 200


def test_a_draft_is_walked_by_supervisors_alone(office: Office, drafts: tuple[int, int]) -> None:
    path = f"/studio/drafts/{drafts[0]}/walk"
    assert office.browser("sup.nfx").get(path).status_code == 200
    assert office.browser("auditor.sy").get(path).status_code == 403
    assert office.browser("auditor.sy").post(path, {"moves": "[]"}).status_code == 403


def test_what_is_not_there_is_not_found(supervisor: Browser) -> None:
    assert supervisor.get("/studio/drafts/1/walk").status_code == 404
    assert supervisor.get(f"/studio/{KEY}/99/walk").status_code == 404


def test_the_pages_around_lead_to_it(supervisor: Browser, drafts: tuple[int, int]) -> None:
    assert f'href="/studio/drafts/{drafts[0]}/walk"' in supervisor.get(f"/studio/drafts/{drafts[0]}").text
    assert f'href="{VERSION}"' in supervisor.get(f"/studio/{KEY}/1").text


def test_a_step_of_the_draft_is_done_with_its_own_form_and_marked(
    supervisor: Browser, drafts: tuple[int, int]
) -> None:
    path = f"/studio/drafts/{drafts[0]}/walk"
    page = further(supervisor, path, supervisor.get(path).text, "P04_Start").text
    page = further(supervisor, path, page, "P04_AssignAide").text
    assert "就业援助员" in page
    page = further(supervisor, path, page, "P04_FirstContact").text
    assert "P04_Visit" in marks(page)["active"]
    assert {"P04_AssignAide", "P04_FirstContact"} <= set(marks(page)["done"])
    assert marks(page)["counts"]["P04_AssignAide"] == 1
    assert "“首次联系，说明安排，征求意见”办结。" in page


def test_a_card_says_who_and_until_when(supervisor: Browser) -> None:
    page = further(supervisor, VERSION, supervisor.get(VERSION).text, "P04_Start").text
    page = further(supervisor, VERSION, page, "P04_AssignAide").text
    card = the_card(page, "P04_FirstContact")
    assert "就业援助员" in card
    assert "个工作日" in card or "日（自然日）" in card


def test_one_step_back_and_anew_take_moves_off(supervisor: Browser) -> None:
    page = further(supervisor, VERSION, supervisor.get(VERSION).text, "P04_Start").text
    page = further(supervisor, VERSION, page, "P04_AssignAide").text
    moves = hidden(page, "moves")[0]
    assert len(loads(moves)) == 2
    back = supervisor.post(VERSION, {"moves": moves, "rev": "0", "keep": "1"}).text
    assert len(loads(hidden(back, "moves")[0])) == 1
    assert 'data-at="P04_AssignAide"' in back
    anew = supervisor.post(VERSION, {"moves": moves, "rev": "0", "keep": "0"}).text
    assert "从哪里开始" in anew


def test_a_missing_answer_keeps_what_was_typed(supervisor: Browser) -> None:
    page = further(supervisor, VERSION, supervisor.get(VERSION).text, "P04_Start").text
    while 'data-at="P04_Outcome"' not in page:
        element = re.findall(r'walk-task" data-at="([^"]*)"', page)[0]
        page = further(supervisor, VERSION, page, element, **_dates(page)).text
    answer = further(supervisor, VERSION, page, "P04_Outcome", outcome="HIRED")
    assert answer.status_code == 422
    assert "就业形式" in answer.text
    assert re.search(r'value="HIRED" checked', answer.text)
    assert 'href="#f-0-employment_kind"' in answer.text
    assert 'id="f-0-employment_kind"' in answer.text


def _dates(page: str) -> dict[str, str]:
    return dict.fromkeys(re.findall(r'type="date" name="(\w+)"', page), "2026-03-09")


def test_the_gate_s_findings_stand_in_place_of_a_walk(supervisor: Browser, drafts: tuple[int, int]) -> None:
    page = supervisor.get(f"/studio/drafts/{drafts[1]}/walk")
    assert page.status_code == 200
    assert "改正后才能试走" in page.text
    assert "<b lang=\"zh-Hans\">制定就业援助方案</b>" in page.text
    assert f'href="/studio/drafts/{drafts[1]}"' in page.text
    assert "data-marks=" not in page.text


@pytest.mark.parametrize(
    "posted",
    [
        {"moves": "{"}, {"moves": '[["fly"]]'}, {"moves": '[["start","P04_Nowhere"]]'},
        {"moves": "[]", "act": "["}, {"moves": "[]", "act": ""}, {"moves": "[]", "act": '["say",{}]'},
        {"moves": "[]", "act": '["start","P04_Start"],["start","P04_Start"]'},
        {"moves": "[]", "act": '["do",1,1,"x",{}]'},
        {"moves": '[["start","P04_Start"],["do",1,99999,"P04_AssignAide",{}]]', "keep": "2"},
        {"moves": "[" + ",".join(['["start","P04_Start"]'] * 301) + "]"},
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_a_chinese_sentence(supervisor: Browser, posted: dict[str, str]) -> None:
    answer = supervisor.post(VERSION, {"rev": "0", **posted})
    assert answer.status_code == 422
    assert "从头再来" in answer.text


def test_a_draft_changed_meanwhile_is_walked_again_as_far_as_it_fits(
    office: Office, supervisor: Browser
) -> None:
    actor = office.actor("sup.rh")
    draft = office.app.do(studio_commands.OpenDraft(KEY), actor).extra
    path = f"/studio/drafts/{draft['draft_id']}/walk"
    page = further(supervisor, path, supervisor.get(path).text, "P04_Start").text
    for element in ("P04_AssignAide", "P04_FirstContact", "P04_Plan"):
        page = further(supervisor, path, page, element).text
    moves = hidden(page, "moves")[0]
    office.app.do(studio_commands.SaveModel(int(draft["draft_id"]), 1, with_visit(), annex()), actor)
    again = supervisor.post(path, {"moves": moves, "rev": "1"})
    assert again.status_code == 200
    assert "草稿在试走之后有改动" in again.text
    assert 'data-at="P04_Visit"' in again.text


def test_with_a_script_only_the_part_that_changes_is_sent(supervisor: Browser) -> None:
    answer = supervisor.post(VERSION, {"moves": "[]", "rev": "0"}, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="walk"')
    assert "<html" not in answer.text


def test_a_called_process_is_shown_with_its_own_drawing(supervisor: Browser) -> None:
    path = "/studio/P05_street_assistance/1/walk"
    walker = Walker("P05_street_assistance", start="P05_Start")
    while not walker.walk.inside():
        assert walker.on()
    page = supervisor.post(path, {"moves": written(walker.moves), "rev": "0"}).text
    own = re.search(r'id="walk-P11_skills_training-marks" data-marks="([^"]*)"', page)
    assert own is not None
    assert loads(html.unescape(own[1]))["active"] == ["P11_Needs"]
    assert "P05_Training_Call" in marks(page)["active"]
    assert "在“技能培训”里" in the_card(page, "P11_Needs")


def test_in_english_the_walk_is_told_in_english(office: Office) -> None:
    browser = office.browser("sup.rh")
    browser.post("/preferences", {"lang": "en"})
    page = further(browser, VERSION, browser.get(VERSION).text, "P04_Start").text
    assert "Here now" in page
    assert "Began at" in page
