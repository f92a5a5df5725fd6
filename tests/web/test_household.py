"""Members of a household are linked by their identity number; a family without work is named as one."""

from __future__ import annotations

import pytest

from tests.web.office import Browser, Office, id_number


def _number(office: Office, person: int) -> str:
    """Return the identity number of a person the office registered."""
    assert person
    return id_number(office.people)


def test_two_persons_without_work_are_a_zero_employment_family(office: Office) -> None:
    village = office.browser("staff.hnc")
    wife = office.register(name="郑桂英")
    number = _number(office, wife)
    husband = office.register(name="郑大山")
    answer = village.post(f"/people/{husband}/join_household", {"member_id_no": number, "urban": "true"})
    assert answer.status_code == 303, answer.text
    assert "郑桂英" in village.get(f"/people/{husband}").text
    assert "郑大山" in village.get(f"/people/{wife}").text
    again = village.post(f"/people/{husband}/join_household", {"member_id_no": number})
    assert again.status_code == 409
    assert "已在同一家庭" in again.text
    office.open_case(husband)
    assert "零就业家庭" in office.browser("staff.rh").get(f"/people/{husband}").text
    out = village.post(f"/people/{husband}/leave_household", {"reason": "分户"})
    assert out.status_code == 303, out.text
    assert "郑桂英" not in village.get(f"/people/{husband}").text


@pytest.mark.parametrize(
    ("number", "said"),
    [("110113198401010023", "没有这个身份证号的档案"), ("", "请填写"), ("own", "这是本人的身份证号")],
)
def test_a_wrong_number_is_named_and_stays(office: Office, number: str, said: str) -> None:
    village = office.browser("staff.hnc")
    person = office.register(name="郑小河")
    given = _number(office, person) if number == "own" else number
    answer = village.post(f"/people/{person}/join_household", {"member_id_no": given})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{given}"' in answer.text


def test_a_member_on_file_elsewhere_is_left_to_the_district(office: Office, street: Browser) -> None:
    person = office.register(name="郑小溪")
    office.register(name="郑远", community="三家店村")
    number = id_number(office.people)
    answer = street.post(f"/people/{person}/join_household", {"member_id_no": number})
    assert answer.status_code == 422
    assert "在其他辖区" in answer.text
