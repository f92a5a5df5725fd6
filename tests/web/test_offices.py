"""The pages of an office: duties, matters, families, complaints, and lists taken over whole or not at all."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import SHANGHAI, VirtualClock
from engine.errors import FormInvalid
from engine.store.db import Database
from engine.store.tables import user_task
from tasks import commands, office_duties, org, people, survey_round
from tasks.due_work import run_due
from tasks.roster_work import run_rosters
from tasks.store.tables import complaint, contribution, duty_window
from tests.web.office import Browser, Office, id_number

HEAD = "身份证号,缴费月份,单位名称\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office with its duties, some weeks later."""
    folder: Path = tmp_path_factory.mktemp("offices")
    database = Database(f"sqlite:///{folder}/office.db")
    made = Office(database)
    made.app.run(office_duties.open_missing)
    for day in (9, 16, 23):
        made.clock.set(datetime(2026, 3, day, 9, tzinfo=SHANGHAI))
        run_due(made.app)
    yield made
    database.dispose()


@pytest.fixture
def street(office: Office) -> Browser:
    """A browser of the street's staff."""
    return office.browser("staff.rh")


def upload(browser: Browser, kind: str, raw: bytes) -> Any:
    token = browser.token("/office/lists")
    data = {"_csrf": token, "kind": kind, "file": (io.BytesIO(raw), "名单.csv")}
    return browser.client.post("/office/lists", data=data, content_type="multipart/form-data")


def number_of(office: Office) -> str:
    return id_number(office.people)


def count(office: Office, table: sa.Table) -> int:
    with office.app.read() as conn:
        return int(conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def first_link(text: str, start: str) -> str:
    found = re.search(rf'href="({start}[0-9]+)"', text)
    assert found is not None, start
    return found[1]


def test_the_inbox_names_the_office_and_its_week(street: Browser) -> None:
    text = street.get("/inbox?list=pool&process=P14").text
    assert "3月23日至3月29日这一周" in text
    assert "仁和镇" in text


def test_a_missed_week_is_shown_and_explained(office: Office, street: Browser) -> None:
    page = street.get("/office").text
    assert "每周会商" in page
    assert "期逾期未办" in page
    address = next(
        link
        for link in re.findall(r'href="(/office/duties/[0-9]+)"', page)
        if "每周会商" in street.get(link).text
    )
    form = re.search(rf'action="({address}/explain/[0-9]+)"', street.get(address).text)
    assert form is not None
    token = street.token(address)
    refused = street.client.post(form[1], data={"_csrf": token, "reason": " "})
    assert refused.status_code == 422
    assert street.client.post(form[1], data={"_csrf": token, "reason": "当周停电"}).status_code == 303
    assert "当周停电" in street.get(address).text
    again = street.client.post(form[1], data={"_csrf": token, "reason": "再说一次"})
    assert again.status_code == 409
    assert office.browser("staff.nfx").get(address).status_code == 404


def test_a_matter_has_its_diagram_history_and_tasks(office: Office, street: Browser) -> None:
    address = first_link(street.get("/office/matters?process=P14&state=open").text, "/matters/")
    page = street.get(address)
    assert page.status_code == 200
    assert "召开会商会议" in page.text
    assert "data-diagram" in page.text
    assert office.browser("staff.nfx").get(address).status_code == 404


def test_a_complaint_is_taken_in_and_a_wrong_one_loses_nothing(office: Office, street: Browser) -> None:
    token = street.token("/office/complaint")
    unit = re.search(r'<option value="([0-9]+)"[^>]*>[^<]*仁和镇', street.get("/office/complaint").text)
    assert unit is not None
    form = {"_csrf": token, "unit": unit[1], "received_on": "2026-03-20", "source": "HOTLINE",
            "content": "反映没有岗位", "phone": "没有"}  # fmt: skip
    wrong = street.client.post("/office/complaint", data=form)
    assert wrong.status_code == 422
    assert "反映没有岗位" in wrong.text
    assert count(office, complaint) == 0
    done = street.client.post("/office/complaint", data={**form, "phone": "13800001234"})
    assert done.status_code == 303
    page = street.get(done.headers["Location"].partition("?")[0]).text
    assert "诉2026-0001" in page
    assert "办理诉求" in page
    assert "诉2026-0001" in street.get("/office/matters?q=诉2026-0001").text
    assert "办理诉求" in office.browser("sup.rh").get("/inbox?list=pool&process=P20").text


def test_a_list_with_one_wrong_row_takes_nothing(office: Office, street: Browser) -> None:
    office.register()
    rows = f"{number_of(office)},2026-01,某厂\n110113199001011234,2026-02,\n{number_of(office)},2026年13月,\n"
    wrong = upload(street, "CONTRIBUTION", (HEAD + rows).encode())
    assert wrong.status_code == 422
    assert "第3行" in wrong.text
    assert "第4行" in wrong.text
    assert count(office, contribution) == 0


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "列名"), (b"\x89PNG\x00\x01", "CSV"), ("身份证号\n".encode(), "列名"),
        ((HEAD).encode(), "没有内容"), ((HEAD + "110113199001011234,2099-01,\n").encode(), "还没有到"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_says_why(street: Browser, raw: bytes, said: str) -> None:
    answer = upload(street, "CONTRIBUTION", raw)
    assert answer.status_code == 422
    assert said in answer.text


def test_three_months_in_a_row_are_proposed_at_the_month_end(office: Office, street: Browser) -> None:
    person = office.register()
    office.open_case(person)
    there = "".join(f"{number_of(office)},2026-0{month},顺义某厂\n" for month in (1, 2, 3))
    other = office.register("李强", "三家店村")
    raw = (HEAD + there + f"{number_of(office)},2026-03,\n").encode("gb18030")
    done = upload(street, "CONTRIBUTION", raw)
    assert done.status_code == 200
    assert "已读入4行，其中3行" in done.text, "a person of another street is not known here"
    assert other
    office.clock.set(datetime(2026, 3, 31, 9, tzinfo=SHANGHAI))
    run_due(office.app)
    street = office.browser("staff.rh")  # the night ended the session
    address = first_link(street.get("/inbox?list=pool&process=P08").text, "/tasks/")
    page = street.get(address).text
    assert f'<option value="{person}" selected' in page
    assert "2026-03" in page
    task_id = int(address.rpartition("/")[2])
    values = {"month": "2026-03", "hits": [{"person": str(person), "months": 3}]}
    office.app.do(commands.CompleteTask(task_id, values), office.actor("staff.rh"))
    inbox = street.get("/inbox?list=pool&process=P08").text
    assert "核实是否已就业" in inbox
    assert "王秀英" in inbox
    with office.app.read() as conn:
        states = conn.execute(sa.select(duty_window.c.state).where(duty_window.c.done_on == "2026-03-31"))
        assert states.scalars().all() == ["done"], "the query is the act, not the last verification"


def enter_candidate(office: Office) -> None:
    """Complete the one open visit: the person is entered."""
    with office.app.read() as conn:
        task = conn.execute(
            sa.select(user_task.c.id).where(
                user_task.c.element == "P18_Check", user_task.c.state == "created"
            )
        ).scalar_one()
    values = {"visited_on": "2026-03-31", "result": "ENTER", "findings": "失业在家"}
    office.app.do(commands.CompleteTask(task, values), office.actor("staff.hnc"))


def test_a_candidate_of_a_list_is_visited_by_the_community(office: Office, street: Browser) -> None:
    person = office.register("孙志强", wish=True)
    done = upload(street, "DISABLED", f"身份证号,姓名\n{number_of(office)},孙志强\n".encode())
    assert "仁和镇：1人" in done.text
    again = upload(street, "DISABLED", f"身份证号\n{number_of(office)}\n".encode())
    assert "正在核查" in again.text
    aide = office.browser("staff.hnc")
    inbox = aide.get("/inbox?list=pool&process=P18").text
    assert "孙志强" in inbox
    assert "持证残疾人名单" in inbox
    page = aide.get(first_link(inbox, "/tasks/")).text
    marks = re.findall(r'data-marks-url="([^"]+)"', page)[0].replace("&amp;", "&")
    assert "P18_Check" in aide.get(marks).json["active"], "who visits sees where the street's matter stands"
    assert office.browser("staff.sjd").get(marks).status_code == 404
    enter_candidate(office)
    with office.app.read() as conn:
        assert '"disabled":true' in people.get_person(conn, person)["facts"].replace(" ", "")


def test_who_applied_for_assistance_is_visited_and_nothing_is_taken_for_proved(
    office: Office, street: Browser
) -> None:
    person = office.register("周桂芳", wish=True)
    before = _facts(office, person)
    assert "仁和镇：1人" in upload(street, "RELIEF", f"身份证号\n{number_of(office)}\n".encode()).text
    enter_candidate(office)
    assert _facts(office, person) == before
    assert "receives_dibao" not in before


def _facts(office: Office, person: int) -> str:
    with office.app.read() as conn:
        return str(people.get_person(conn, person)["facts"])


def test_a_family_without_work_alarms_the_supervisor(office: Office, street: Browser) -> None:
    members = [office.register("赵大成"), office.register("钱秀兰")]
    with office.app.write() as conn:
        people.make_household(conn, members, office.clock.now(), urban=True)
    page = street.get(f"/people/{members[0]}").text
    assert "报告零就业家庭" in page
    form = {"_csrf": street.token(f"/people/{members[0]}"), "person": str(members[0])}
    assert street.client.post("/office/families", data=form).status_code == 303
    assert street.client.post("/office/families", data=form).status_code == 409
    assert "还有1户零就业家庭没有清零" in office.browser("sup.rh").get("/inbox").text
    assert "还有1户" not in office.browser("sup.nfx").get("/inbox").text
    task = first_link(street.get("/inbox?list=pool&process=P16").text, "/tasks/")
    assert "家庭（2人）" in street.get("/inbox?list=pool&process=P16").text
    stranger = office.register("外人")
    values = {"member": str(stranger), "offer": "保洁", "offered_on": "2026-03-31"}
    with pytest.raises(FormInvalid):
        office.app.do(commands.CompleteTask(int(task.rpartition("/")[2]), values), office.actor("staff.rh"))
    values["member"] = str(members[0])
    office.app.do(commands.CompleteTask(int(task.rpartition("/")[2]), values), office.actor("staff.rh"))
    assert "赵大成" in street.get("/inbox?list=pool&process=P03").text, "brought to recognition (MSG-02)"


def test_only_who_may_brings_lists_and_warns(office: Office) -> None:
    aide = office.browser("staff.hnc")
    assert aide.get("/office/lists").status_code == 404
    assert aide.get("/office/warning").status_code == 404
    assert aide.get("/office/complaint").status_code == 200
    expert = office.browser("staff.sy")
    unit = re.search(r'<option value="([0-9]+)"[^>]*>[^<]*河南村', expert.get("/office/warning").text)
    assert unit is not None
    form = {"_csrf": expert.token("/office/warning"), "unit": unit[1], "said": "走访记录雷同"}
    done = expert.client.post("/office/warning", data=form)
    assert done.status_code == 303
    page = expert.get(done.headers["Location"].partition("?")[0]).text
    assert "走访记录雷同" in page
    assert page.count("人工登记的预警") > 1
    assert "BY_HAND" not in page


def test_a_survey_round_says_how_far_its_roster_and_its_visits_are(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(sqlite_database, clock=VirtualClock(datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)))
    monkeypatch.setattr(survey_round, "PIECE", 1)
    for name in ("甲一", "甲二", "甲三"):
        office.register(name)
    run_due(office.app)
    with office.app.read() as conn:
        area = org.find_units(conn, "河南村")[0].path
        where = sa.select(user_task.c.id, user_task.c.trail_id).where(
            user_task.c.element == "P01_FixStart", user_task.c.area == area
        )
        task_id, trail_id = conn.execute(where).one()
    supervisor = office.actor("sup.rh")
    office.app.do(commands.CompleteTask(task_id, {"start_on": "2026-01-05"}), supervisor)
    pages = office.browser("sup.rh")
    assert "正在生成：已列入1人，共3人" in pages.get(f"/matters/{trail_id}").text
    run_rosters(office.app)
    page = pages.get(f"/matters/{trail_id}").text
    assert "应访名单" in page
    assert "已访0人，不在调查范围0人，未访3人" in page


def test_the_offices_trail_names_the_list_that_was_taken_over(office: Office, street: Browser) -> None:
    office.register("郑小满")
    assert upload(street, "DISABLED", f"身份证号\n{number_of(office)}\n".encode()).status_code == 200
    told = re.findall(r"导入名单</b>(.*?)</li>", office.browser("audit.admin").get("/trail").text, re.DOTALL)
    assert all(each in told[0] for each in ("持证残疾人名单", "1行", "名单.csv"))
