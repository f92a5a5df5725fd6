"""The whole identity number: for a reason, to who works on the case, and in the trail (SEC-P2)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from engine.codec import loads
from engine.store.tables import event
from tasks.store.tables_people import person
from tests.web.office import Office, id_number


def _looks(office: Office) -> list[dict[str, Any]]:
    with office.app.read() as conn:
        found = conn.execute(sa.select(event.c.data).where(event.c.kind == "RecordViewed")).scalars()
        return [loads(one) for one in found]


def _known(office: Office) -> tuple[int, str]:
    """Return a new person and the whole number."""
    made = office.register("林素珍")
    return made, id_number(office.people)


def test_the_number_is_shown_for_a_reason_and_the_look_is_in_the_trail(office: Office) -> None:
    who, number = _known(office)
    case = office.open_case(who)
    street = office.browser("staff.rh")
    before = len(_looks(office))
    assert number not in street.get(f"/people/{who}").text
    answer = street.post(f"/people/{who}/id-number", {"reason": "核对身份证件"})
    assert answer.status_code == 200
    assert number in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    look = _looks(office)[before:]
    assert [(one["viewed"], one["reason"]) for one in look] == [("id_no", "核对身份证件")]
    detail = street.get(f"/cases/{case}?detail=1").text
    assert "查阅记录" in detail
    assert "核对身份证件" in detail


def test_a_look_without_a_reason_is_refused_and_not_recorded(office: Office) -> None:
    who, number = _known(office)
    before = len(_looks(office))
    answer = office.browser("staff.rh").post(f"/people/{who}/id-number", {"reason": " 　 "})
    assert answer.status_code == 422
    assert "请填写查阅理由" in answer.text
    assert number not in answer.text
    assert len(_looks(office)) == before


@pytest.mark.parametrize(
    ("username", "status"),
    [("staff.rh", 200), ("aide.hnc", 403), ("sup.rh", 403), ("expert.sy", 403), ("staff.nfx", 404),
     ("aide.smy", 404), ("auditor.sy", 403), ("security.admin", 403)],
)  # fmt: skip
def test_only_who_works_on_the_case_sees_the_number(office: Office, username: str, status: int) -> None:
    who, number = _known(office)
    office.open_case(who)
    before = len(_looks(office))
    browser = office.browser(username)
    answer = browser.post(f"/people/{who}/id-number", {"reason": "看看"})
    assert answer.status_code == status
    assert (number in answer.text) is (status == 200)
    assert len(_looks(office)) == before + (status == 200)
    if status == 403 and username in ("aide.hnc", "sup.rh"):
        assert "显示全号" not in browser.get(f"/people/{who}").text


def test_the_number_is_in_no_event_and_no_answer_kept(office: Office) -> None:
    who, number = _known(office)
    office.open_case(who)
    street = office.browser("staff.rh")
    form = {"reason": "核对身份证件", "_key": "one-page"}
    assert number in street.post(f"/people/{who}/id-number", form).text
    before = len(_looks(office))
    assert number in street.post(f"/people/{who}/id-number", form).text, "a page reloaded is one look"
    assert len(_looks(office)) == before
    with office.app.read() as conn:
        told = conn.execute(sa.select(event.c.data)).scalars().all()
        assert not any(number in one for one in told)
        assert conn.execute(sa.select(person.c.id_masked).where(person.c.id == who)).scalar_one() != number


def test_a_script_gets_the_number_alone_to_put_in_its_place(office: Office) -> None:
    who, number = _known(office)
    street = office.browser("staff.rh")
    path, script = f"/people/{who}/id-number", {"HX-Request": "true"}
    answer = street.post(path, {"reason": "核对身份证件"}, headers=script)
    assert number in answer.text
    assert "<html" not in answer.text
    ended = office.browser().post(path, {"reason": "核对身份证件"}, headers=script)
    assert ended.status_code == 401
    assert "登录" in ended.text
    assert "<html" not in ended.text
    refused = office.browser("sup.rh").post(path, {"reason": "看看"}, headers=script)
    assert refused.status_code == 403
    assert "<html" not in refused.text
