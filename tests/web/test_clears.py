"""A person's file says what is not clear yet of the four that must be."""

from __future__ import annotations

from tasks.clears import FOUR, missing
from tasks.facts import FACTS
from tests.web.office import Office


def test_every_fact_asked_for_is_one() -> None:
    assert {one for wanted in FOUR.values() for one in wanted} <= {*FACTS, "phone", "address"}


def test_a_no_is_known_and_an_empty_word_is_not() -> None:
    found = missing({"wish": False, "phone": "", "education": "初中", "labour_ability": True})
    assert found["wish"] == found["skills"] == []
    assert found["needs"] == ["urgent", "nearby_only"]
    assert found["basics"][0] == "phone"


def test_the_file_names_what_is_missing(office: Office) -> None:
    person = office.register("王秀英", wish=True, urgent=False)
    page = office.browser("staff.hnc").get(f"/people/{person}").text
    part = page.split('id="clears"')[1].split("</ul>")[0]
    for said in ("基本情况清", "技能状况清", "家庭经济状况", "文化程度", "需就近就业"):
        assert said in part
    assert 'chip-met">求职意愿清' in part
    assert "迫切要求就业" not in part
