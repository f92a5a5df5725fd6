"""A clock is lengthened or stands still only with a reason, a paper and a second person; both dates stay."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import NO_DUE
from engine.doctor import examine
from engine.errors import AidError, FormInvalid, FourEyes, GuardUnmet, IllegalState
from engine.store.db import Database
from engine.store.tables import timer
from engine.verify import verify
from tasks import clock_commands as clock
from tasks import commands
from tasks.store.tables import deadline, notice
from tests.web.office import Office

STOP = {"rule_id": "DL-015", "day": "2026-03-09", "reason": "本人住院", "paper": "住院证明"}
ASKED = {**STOP, "change": "EXTEND", "day": "2026-03-20"}
RESUME = {"rule_id": "DL-015", "day": "2026-03-09", "reason": "本人出院"}
GRANT = {"rule_id": "DL-015", "granted": True, "grounds": "属实"}


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    return Office(sqlite_database)


@pytest.fixture
def case(office: Office) -> int:
    found = office.new_case()
    office.reach(found, "P04_FirstContact")
    return found


def row(office: Office, case_id: int) -> dict[str, Any]:
    with office.app.read() as conn:
        query = sa.select(deadline).where(deadline.c.case_id == case_id, deadline.c.rule_id == "DL-015")
        return dict(conn.execute(query).mappings().one())


def told(office: Office, username: str) -> list[str]:
    with office.app.read() as conn:
        query = sa.select(notice.c.kind).where(notice.c.user_id == office.actor(username).user_id)
        return list(conn.execute(query).scalars())


def due_of_task(office: Office, case_id: int) -> int:
    return office.open_tasks(case_id)["P04_FirstContact"].due_at


def boundary(office: Office) -> dict[str, Any]:
    """Return the timer that the diagram draws at the first contact."""
    with office.app.read() as conn:
        query = sa.select(timer).where(timer.c.element == "P04_FirstContact_Timer")
        return dict(conn.execute(query).mappings().one())


def give(office: Office, username: str, command: commands.Command) -> None:
    office.app.do(command, office.actor(username))


def test_what_an_aide_asks_for_waits_until_a_supervisor_grants_it(office: Office, case: int) -> None:
    before = row(office, case)
    give(office, "aide.hnc", clock.AskClockChange(case, ASKED))
    assert row(office, case) == before
    assert "ClockChangeAsked" in told(office, "sup.rh")
    page = office.browser("sup.rh").get(f"/cases/{case}").text
    assert "申请延长" in page
    assert "等待督导审批" in page
    give(office, "sup.rh", clock.DecideClockChange(case, GRANT))
    after = row(office, case)
    assert (after["due_effective"], after["extended_from"]) == ("2026-03-20", before["due_effective"])
    assert due_of_task(office, case) == after["due_at"]
    assert "ClockChangeGranted" in told(office, "aide.hnc")
    page = office.browser("aide.hnc").get(f"/cases/{case}").text
    assert "新期限3月20日" in page
    assert "按条文字面" not in page  # it was granted, not rolled over a day off
    assert "住院证明" in page
    whole(office)


def test_a_refusal_keeps_the_date_and_says_why(office: Office, case: int) -> None:
    before = row(office, case)
    give(office, "aide.hnc", clock.AskClockChange(case, ASKED))
    decided = {"rule_id": "DL-015", "granted": False, "grounds": "材料不足"}
    give(office, "sup.rh", clock.DecideClockChange(case, decided))
    assert row(office, case) == before
    assert "材料不足" in office.browser("aide.hnc").get(f"/cases/{case}").text
    with pytest.raises(IllegalState):
        give(office, "sup.rh", clock.DecideClockChange(case, decided))


def test_who_asked_does_not_decide(office: Office, case: int) -> None:
    supervisor = office.actor("sup.rh")
    give(office, "aide.hnc", clock.AskClockChange(case, ASKED))
    with office.app.write() as conn:
        conn.execute(sa.text("UPDATE user_account SET person_key = 'one' WHERE username LIKE '%.hnc'"))
        conn.execute(sa.text("UPDATE user_account SET person_key = 'one' WHERE username = 'sup.rh'"))
    with pytest.raises(FourEyes):
        give(office, "sup.rh", clock.DecideClockChange(case, GRANT))
    with office.app.write() as conn:
        conn.execute(sa.text("UPDATE user_account SET person_key = NULL"))
        conn.execute(sa.text("UPDATE deadline_change SET asked_by = :me"), {"me": supervisor.user_id})
    with pytest.raises(FourEyes):
        give(office, "sup.rh", clock.DecideClockChange(case, GRANT))


def test_days_of_a_standstill_do_not_count(office: Office, case: int) -> None:
    first = row(office, case)
    assert (first["trigger_on"], first["due_effective"]) == ("2026-03-09", "2026-03-11")
    stop = {"rule_id": "DL-015", "day": "2026-03-11", "reason": "住院", "paper": "住院证明"}
    give(office, "sup.rh", clock.SuspendClock(case, stop))
    assert boundary(office)["due_at"] == NO_DUE
    office.pass_days(6)  # Sunday, 15 March: nothing was missed meanwhile
    stands = row(office, case)
    assert (stands["suspended_on"], stands["missed_at"]) == ("2026-03-11", None)
    assert "已中止" in office.browser("sup.rh").get(f"/cases/{case}").text
    resumed = {"rule_id": "DL-015", "day": "2026-03-15", "reason": "出院"}
    give(office, "sup.rh", clock.ResumeClock(case, resumed))
    after = row(office, case)
    assert (after["suspended_on"], after["due_effective"]) == (None, "2026-03-16")  # one day was left
    assert after["extended_from"] == "2026-03-11"
    assert boundary(office)["due_at"] == after["due_at"]
    assert due_of_task(office, case) == after["due_at"]
    office.pass_days(2)
    assert row(office, case)["missed_at"] is not None
    whole(office)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (lambda case: clock.ResumeClock(case, RESUME), IllegalState),
        (lambda case: clock.SuspendClock(case, STOP), IllegalState),
        (lambda case: clock.SuspendClock(case, {**STOP, "day": "2026-03-12"}), IllegalState),
        (lambda case: clock.SuspendClock(case, {**STOP, "day": "2026-03-11", "paper": ""}), FormInvalid),
        (lambda case: clock.SuspendClock(case, {**STOP, "rule_id": "DL-999"}), FormInvalid),
        (lambda case: clock.AskClockChange(case, ASKED), AidError),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_leaves_the_row(
    office: Office, case: int, command: Any, refusal: type[AidError]
) -> None:
    before = row(office, case)
    with pytest.raises(refusal):
        give(office, "sup.rh", command(case))
    assert row(office, case) == before


def test_an_office_may_want_every_change_asked_for(office: Office, case: int) -> None:
    office.app.overrides = {"four_eyes": ["clock"]}
    values = {"rule_id": "DL-015", "new_due": "2026-03-20", "reason": "住院"}
    with pytest.raises(GuardUnmet):
        give(office, "sup.rh", commands.ExtendDeadline(case, values))
    asked = {**ASKED, "change": "SUSPEND", "day": "2026-03-10"}
    give(office, "aide.hnc", clock.AskClockChange(case, asked))
    give(office, "sup.rh", clock.DecideClockChange(case, GRANT))
    assert row(office, case)["suspended_on"] == "2026-03-10"


def test_the_page_lists_only_the_clocks_an_action_fits(office: Office, case: int) -> None:
    supervisor = office.browser("sup.rh")
    assert supervisor.get(f"/cases/{case}/decide_clock").status_code == 404
    assert supervisor.get(f"/cases/{case}/resume_clock").status_code == 404
    answer = office.browser("aide.hnc").post(f"/cases/{case}/ask_clock", ASKED)
    assert answer.status_code == 303, answer.text
    page = supervisor.get(f"/cases/{case}/decide_clock").text
    assert 'value="DL-015"' in page
    assert 'value="DL-017"' not in page
    assert "本人住院" in page
    assert "2026-03-20" in page or "3月20日" in page
    answer = supervisor.post(f"/cases/{case}/decide_clock", {**GRANT, "granted": "true"})
    assert answer.status_code == 303, answer.text
    assert row(office, case)["due_effective"] == "2026-03-20"


def whole(office: Office) -> None:
    with office.app.read() as conn:
        assert verify(conn, office.keys.trail, office.keys.state).faults == []
        assert examine(conn, office.app.definitions, office.keys.trail, office.keys.state) == []
