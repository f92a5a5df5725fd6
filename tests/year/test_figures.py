"""What the forms of a year say fits the person, the post and the calendar."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

import pytest

from engine.clock import SHANGHAI
from tasks.forms.spec import form
from tasks.year import figures
from tasks.year.chances import Turn, answers
from tasks.year.plan import Plan
from tasks.year.residents import residents

NOW = datetime(2026, 12, 21, 10, 30, tzinfo=SHANGHAI)


def said(element: str, number: int = 0, **more: object) -> dict[str, object]:
    """Return what somebody answers in a form."""
    about = residents(Plan(), ["河南村"])[number]
    turn = Turn(form(element), Random(number), 0, NOW, NOW.date(), {}, about, Random(f"own{number}"))
    for name, value in more.items():
        object.__setattr__(turn, name, value)
    return dict(answers(turn))


def test_attendance_is_of_the_days_somebody_was_in_the_post() -> None:
    found = [said("P21_Attendance", number, worked=44) for number in range(20)]
    assert {one["days_due"] for one in found} == {44}
    assert all(41 <= int(str(one["days_present"])) <= 44 for one in found)
    assert len({one["days_present"] for one in found}) > 1


def test_applicants_differ_and_are_out_of_work_since_their_file_says() -> None:
    found = [said("P13_Review", number) for number in range(20)]
    assert len({one["unemployed_months"] for one in found}) > 8
    assert len({one["family_income_month"] for one in found}) > 8
    assert figures.months_out_of_work({"unemployed_since": "2024-11-22"}, NOW.date(), Random(1)) == 24
    assert figures.months_out_of_work({"unemployed_since": "2024-11-21"}, NOW.date(), Random(1)) == 25


def test_reports_of_effect_differ() -> None:
    found = [said("P05_Effect", number) for number in range(20)]
    assert len({one["interview_success_rate"] for one in found}) > 4
    assert len({one["satisfaction"] for one in found}) > 2
    assert len({one["evaluation"] for one in found}) > 2


@pytest.mark.parametrize(
    ("placed", "until"),
    [(date(2026, 3, 1), date(2027, 2, 28)), (date(2026, 12, 31), date(2027, 12, 30)),
     (date(2027, 3, 1), date(2028, 2, 29))],
)  # fmt: skip
def test_a_contract_of_a_year_ends_the_day_before_its_anniversary(placed: date, until: date) -> None:
    assert figures.contract_until(placed) == until


def test_who_left_is_not_said_to_be_settled() -> None:
    found = [said("P21_FollowUp", number) for number in range(300)]
    left = [one for one in found if one.get("status") == "LEFT"]
    assert left
    assert {one["stability"] for one in left} == {"UNSTABLE"}
    assert all("income" not in one for one in left)
