"""What the auditor's pages say in words: until when, from when, of what; never a code or a dash."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from engine.compile import read_file
from engine.retrace import Trace
from tasks import labels
from tasks.facts import FACTS
from tasks.imports import import_vacancies
from tasks.library import Library
from tasks.queries.trail_owners import Owner
from tasks.store import rows, tables
from tests.web.office import Browser, Office
from tests.web.test_audit import seq_of, words
from web import clauses
from web.audit.drawing import draw, picture, wrapped
from web.audit.trails import trail_title
from web.config import WebConfig
from web.context import Ctx


@pytest.fixture(scope="module")
def case(office: Office) -> int:
    """A case in which the weekly contact is due beside the search for a post."""
    made = office.new_case("司马青云")
    office.reach(made, "P04_Wishes")
    office.pass_days(7)
    return made


@pytest.fixture
def auditor(office: Office) -> Browser:
    return office.browser("auditor.sy")


def test_a_recurring_duty_waits_until_the_last_day_of_its_window(auditor: Browser, case: int) -> None:
    page = words(auditor.get(f"/audit/{case}").text)
    waits = r"办理“每周联系”：第\d+条记录起轮到这一步，(已等\d+天|就在今天)；这一次最迟\d+月\d+日 周.办结。"
    assert re.search(waits, page)
    assert not re.search(r"最迟\d{4}-", page)


def test_a_step_whose_task_is_not_recorded_yet_has_just_got_its_turn(
    office: Office, auditor: Browser, case: int
) -> None:
    before = seq_of(office, case, "TaskCreated", "P04_Plan") - 1
    page = words(auditor.get(f"/audit/{case}?at={before}").text)
    assert "办理“制定就业援助方案”：刚轮到这一步；" in page
    assert "第—条" not in page


def test_answers_of_a_form_are_read_as_its_kinds_of_questions_say(office: Office, case: int) -> None:
    taken = office.browser("auditor.sy").post(f"/audit/{case}/bundle", {"reason": "核查投诉件第12号"})
    with zipfile.ZipFile(io.BytesIO(taken.data)) as packed:
        page = words(packed.read("page.html").decode())
    assert re.search(r"联系时间：\d{4}年\d+月\d+日 \d\d:\d\d ", page)
    assert "T0" not in re.sub(r"[0-9a-f]{16,}", "", page)
    assert re.search(r"居民身份证 / .{2,6}：1 / .{2,6}：是", page)
    assert re.search(r" 1 \d{4}年\d+月\d+日 \d\d:\d\d 立案", page)  # each with its year


def test_a_case_that_is_not_found_is_told_beside_the_search(auditor: Browser) -> None:
    page = auditor.get("/audit?q=王秀英").text
    assert page.index("没有找到案件“王秀英”") < page.index("按办理情况查找")
    assert "请填第二栏" in page


def test_what_was_found_by_work_is_where_the_browser_goes(auditor: Browser, case: int) -> None:
    page = auditor.get("/audit?clause=R004-04.D1").text
    assert 'action="/audit#found"' in page
    assert page.count('id="found"') == 1
    assert 'id="found"' not in auditor.get("/audit?clause=X").text


def test_every_variable_of_a_diagram_is_called_something() -> None:
    library = Library()
    nameless = []
    for path in library.diagrams():
        drawn = path.read_text("utf-8")
        process = re.findall(r'<bpmn:process id="(\w+)"', drawn)[0]
        asked = {name for one in library.forms.values() if one.process == process for name in one.fields}
        declared = re.findall(r'<bpmn:dataObject id="\w+" name="(\w+)"', drawn)
        known = asked | set(FACTS)
        nameless += [
            f"{process}.{name}" for name in declared
            if name not in known and labels.label("variable", name) == name
        ]  # fmt: skip
    assert nameless == []


def test_a_paragraph_that_goes_over_a_page_is_one() -> None:
    shown = clauses.passage(clauses.clause("R004-05.D4d"))
    assert shown is not None
    assert shown.before[0].startswith("2. 匹配岗位。通过“北京市劳动力市场信息系统职业介绍子系统”")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("告知不予登记的理由", ["告知不予登", "记的理由"]),
        ("首次回访与持续跟踪", ["首次回访与", "持续跟踪"]),
        ("首次联系，说明安排", ["首次联系，", "说明安排"]),
        ("集体会商", ["集体会商"]),
    ],
)
def test_the_lines_of_a_name_are_even_and_none_begins_with_a_stop(name: str, lines: list[str]) -> None:
    assert wrapped(name, 16) == lines


def test_the_timer_is_drawn_and_not_left_to_a_font(auditor: Browser, case: int) -> None:
    page = auditor.get(f"/audit/{case}").text
    assert 'class="bp-clock"' in page
    assert "⏱" not in page
    assert "⏱" not in (Path(__file__).parents[2] / "web" / "audit" / "drawing.py").read_text("utf-8")


def test_a_process_of_one_version_asks_for_no_second(office: Office) -> None:
    page = office.browser("sup.sy").get("/studio/P04_community_assistance/migrate").text
    assert "这个流程只有一个版本" in page
    assert "比较这两个版本" not in page


@pytest.mark.parametrize(
    ("matter", "title"), [("household:7", "事项轨迹 零就业家庭"), ("P15:3:2026-04-01", "事项轨迹 P15")]
)
def test_a_matter_is_called_by_what_it_is_about(office: Office, matter: str, title: str) -> None:
    context = Ctx(office.app, WebConfig(), "zh", office.clock.now(), office.actor("auditor.sy"))
    assert trail_title(context, Owner(1, "matter", "/", matter=matter)) == title


def test_what_a_form_chose_is_told_by_its_name(office: Office) -> None:
    case = office.new_case("许三观")
    office.reach(case, "P04_Match")
    import_vacancies(office.app, "employer,name,area,number\n顺义某商场,夜班门卫,顺义区,1\n".encode())
    with office.app.read() as conn:
        vacancy = rows.rows(conn, tables.vacancy, employer="顺义某商场")[0]["id"]
    office.complete(case, "P04_Match", vacancy=str(vacancy))
    browser = office.browser("auditor.sy")
    browser.post(f"/audit/{case}/unmask", {"reason": "核查投诉件第12号"})
    page = browser.get(f"/audit/{case}?step=P04_Match").text
    assert "夜班门卫" in page
    assert str(vacancy) not in page
def test_the_name_of_a_branch_is_broken_to_the_room_it_was_drawn_in() -> None:
    path = next(one for one in Library().diagrams() if one.stem.startswith("P13"))
    diagram, _findings = read_file(path.read_bytes())
    graph = diagram.processes[path.stem]
    lines = draw(picture(path.read_text("utf-8")), graph, Trace()).lines
    (found,) = [line.words for line in lines if line.edge.name == "不合格，再培训"]
    assert [one for _x, _y, one in found] == ["不合格，", "再培训"]
