"""What is only unlikely is kept and shown again: at the door, in the task, in the workbook (F.4, V13–V25)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tasks import people
from tasks.decision_inputs import load_thresholds
from tasks.survey.check import check
from tasks.survey.doubts import Beside, doubts
from tests.survey.conftest import LIBRARY, Place
from tests.survey.papers import TODAY, book, employed, filled, number

THRESHOLDS = load_thresholds(LIBRARY.folder)
FILE = {"phone": "", "born": date(1982, 1, 1)}


def said(row: dict[str, Any], **known: Any) -> dict[str, str]:
    answers = check(row, TODAY, THRESHOLDS, literal=True).answers
    known = {"facts": {}, **known}
    return {name: zh for name, zh, _en in doubts(answers, TODAY, THRESHOLDS, Beside(**known))}


@pytest.mark.parametrize(
    ("income", "hukou", "doubted"),
    [("8771.99", "非农业", True), ("8772", "非农业", False), ("5711", "农业", True), ("5712", "农业", False)],
)
def test_who_is_known_to_be_below_the_income_line_is_in_hardship(
    income: str, hukou: str, doubted: bool
) -> None:
    kind = "富余劳动力" if hukou == "农业" else "就业转失业"
    row = filled(hukou=hukou, person_type=kind)
    found = said(row, facts={"family_income": Decimal(income)})
    assert ("应为“困难”" in found.get("family_economy", "")) is doubted
    poor = said(row | {"family_economy": "困难"}, facts={"family_income": Decimal(income)})
    assert "family_economy" not in poor


def test_a_family_on_file_as_low_income_is_in_hardship() -> None:
    assert "低收入家庭" in said(filled(), facts={"low_income": True})["family_economy"]


def test_the_telephone_is_confirmed_where_there_is_none_or_another_on_file() -> None:
    assert "都填了“无”" in said(filled(mobile="无", home_phone="无"))["mobile"]
    assert "尾号5678" in said(filled(mobile="13800001234"), phone="13912345678")["mobile"]
    assert said(filled(mobile="13800001234"), phone="13800001234") == {}


@pytest.mark.parametrize(
    ("day", "rounds", "doubted"),
    [
        ("2026-03-09", [(date(2026, 2, 9), None)], False),
        ("2026-02-08", [(date(2026, 2, 9), None)], True),
        ("2026-03-08", [(date(2026, 2, 9), date(2026, 3, 8))], False),
        ("2026-03-09", [(date(2026, 2, 9), date(2026, 3, 8))], True),
        ("2026-02-08", [], False),
        ("2025-07-01", [], True),
        ("2012-05-05", [(date(2026, 2, 9), None)], True),
        ("2025-02-20", [(date(2025, 2, 9), date(2025, 3, 8))], False),
    ],
)
def test_the_day_lies_within_the_round(day: str, rounds: list[Any], doubted: bool) -> None:
    found = said(filled(survey_date=day, id_no=number(2, date(1975, 1, 1))), rounds=rounds)
    assert ("survey_date" in found) is doubted
    assert day not in found.get("survey_date", "")


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (filled(q10="是", q10_year="1900"), "q10_year"),
        (filled(q10="是", q10_year="1997"), "q10_year"),
        (filled(q10="是", q10_year="2027"), "q10_year"),
        (employed(q05_from="1996-01"), "q05_from"),
    ],
)
def test_a_year_out_of_any_working_life_is_looked_at_again(row: dict[str, Any], name: str) -> None:
    assert set(said(row, **FILE)) == {name}
    assert said(filled(q10="是", q10_year="1998"), **FILE) == {}


def test_a_workbook_is_held_against_the_files_and_imported_all_the_same(place: Place) -> None:
    first = place.checked(book(filled(2)))
    place.take(first)
    with place.app.write() as conn:
        row = people.find_by_id_no(conn, place.keys, number(2))
        assert row is not None
        people.write_facts(conn, row["id"], {"family_income": "3000"}, place.worker, place.clock.now(),
                           source="test")  # fmt: skip
    again = place.checked(book(filled(2, top_skill="无"), filled(4, survey_date="2025-07-01")))
    assert (again.good, again.faulty, again.warned) == (2, 0, 2)
    words = {fault.row: fault.problems[0][1] for fault in place.faults(again, warned=True)}
    assert "低于城镇低收入线8772元" in words[2]
    assert "不在今年" in words[3]
