"""Every page, for every kind of role, on a desktop and on a telephone, by day and by night."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tasks import org, people
from tasks.commands_register import AskExport, CloseMonth
from tasks.note_commands import TellPolicy
from tests.browser.desk import Desk
from tests.browser.looks import SAMPLE, axe_has_its_turn, look, ways_to_look
from tests.browser.product import Product, serve
from tests.browser.windows import Windows
from tests.demo_home import DemoHome

pytestmark = pytest.mark.browser

#: Tasks of the demo, one for each shape of form: (who, task, person).
TASKS = {
    "task-yes-no": ("staff.rh", "指导填写认定申请登记表", "杨春华"),
    "task-list": ("staff.nfx", "两次以上岗位推荐", "许振华"),
    "task-missing": ("staff.nfx", "一次性告知补充材料并退回", "魏德海"),
    "task-choice": ("aide.hnc", "搜索匹配岗位", "刘玉梅"),
    "task-plan": ("aide.smy", "制定就业援助方案", "吴海燕"),
    "task-review": ("sup.rh", "复核认定", "陈志强"),
    "task-training": ("officer.nfx", "组织培训，记录出勤", "沈长青"),
    "task-outcome": ("officer.rh", "供需匹配，推荐岗位", "赵国庆"),
    "task-district": ("expert.sy", "联系，说明安排，征求意见", "严大勇"),
    "task-post": ("welfare.sy", "岗前培训", "张建军"),
    "task-registration": ("staff.rh", "就业登记", "冯立新"),
    "task-visit": ("staff.smy", "首次回访", "周文斌"),
    "task-duty": ("aide.hnc", "每周联系", "刘玉梅"),
}
TOLD = {"topic": "SUBSIDY", "channel": "OFFICE", "told_on": "2026-04-20", "said": "请带社保卡来窗口申请。"}
LISTS = ("mine", "pool", "overdue", "week", "done")
#: Pages by who looks at them; `{case}`, `{person}`, `{paper}` are those of 王秀英.
PAGES = {
    "staff.rh": {
        **{f"inbox-{which}": f"/inbox?list={which}" for which in LISTS},
        "search": "/people?q=王", "search-none": "/people?q=无此人", "register": "/people/new",
        "person": "{person}", "case": "{case}", "case-detail": "{case}?detail=1", "action": "{case}/benefit",
        "processes": "/processes", "diagram": "{diagram}", "clause": "/clauses/R004-03.D2a",
        "tables": "/tables", "table-dated": "/tables/DT-15?on=2025-12-31",
        "notices": "/notices", "password": "/password", "second-factor": "/second-factor",
        "error-403": "/audit", "error-404": "/cases/1",
        "paper": "{paper}", "surveys": "/surveys", "survey-new": "/surveys/new",
        "registers": "/registers?from=2026-01-01", "papers": "/papers?from=2026-01-01",
        "registers-one": "/registers/E15?from=2026-01-01", "papers-new": "{draw_up}",
        "registers-counted": "/registers/counted/in_aid?from=2026-01-01",
        "tell": "{person}/tell?topic=SUBSIDY", "note-credit": "{person}/note_credit",
        "credit": "/office/credit", "special": "/office/special", "course-new": "/courses/new",
        "told": "{told}", "inbox-odd": "/inbox?list=x&area=y",
    },
    "staff.nfx": {
        "market": "/office/market", "employer": "/office/market/employer?name=顺义某物业公司",
        "office": "/office", "office-duty": "{duty}", "matters": "/office/matters", "matter": "{matter}",
        "matter-check": "{check}", "families": "/office/families", "complaint": "/office/complaint",
        "lists": "/office/lists", "task-conference": "{conference}",
    },
    "sup.rh": {"supervisor-inbox": "/inbox", "supervisor-case": "{case}", "incidents": "/incidents",
               "exchanges": "/exchanges", "registers-month": "{month}",
               "registers-exports": "/registers/exports", "applications": "/office/applications",
               "settings": "/settings", "waive": "{case}/waive", "instance": "{instance}",
               "survey-imports": "/surveys/imports", "survey-analysis": "/surveys/analysis",
               **{f"load-{by}": f"/processes/P04_community_assistance/load?by={by}&from=2026-01-01"
                  for by in ("open", "days", "late")},
               "migrate": "/studio/P04_community_assistance/migrate"},
    "expert.sy": {"district-case": "{district_case}", "district-inbox": "/inbox"},
    "auditor.sy": {
        "audit": "/audit", "audit-search": "/audit?q=王秀英", "audit-case": "{audit}",
        "audit-list": "/audit?clause=R004-05.D4d", "audit-then": "{audit}?at=60",
        "audit-wrong": "/audit?clause=X", "audit-slip": "/audit/slip",
        "audit-decisions": "{audit}?kind=decisions", "audit-clause": "/clauses/R004-05.D4d",
        "coverage": "/clauses?list=placed&seed=002", "coverage-deadlines": "/clauses?list=deadlines",
    },
    "system.admin": {
        "admin-settings": "/settings", "admin-incidents": "/incidents", "admin-units": "/units",
        "admin-accounts": "/accounts", "admin-account-new": "/accounts/new", "admin-account": "{account}",
        **{f"admin-{one}": f"/settings/{one}" for one in ("four_eyes", "office_targets", "clock_start")},
        "admin-calendar": "/settings/calendar/2028", "admin-calendar-2026": "/settings/calendar/2026",
    },
    "security.admin": {"roles": "/accounts", "roles-account": "{account}", "access": "/access",
                       "security-setting": "/settings/second_factor"},
    "audit.admin": {"audit-admin-case": "{audit}",
                    **{f"trail-{of}": f"/trail?of={of}" for of in ("administration", "access", "releases")}},
    "": {"login": "/login"},
}  # fmt: skip


@pytest.fixture(scope="module")
def open_product(demo_home: DemoHome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One product for all who only look: somebody was told, a month is closed, taking it along is asked."""
    with serve(demo_home, tmp_path_factory.mktemp("screens")) as made:
        area = made.actor("staff.rh").grants[0].area
        with made.app.read() as conn:
            street = org.unit_of_path(conn, area)
            (person,) = people.search(conn, made.app.keys, "王秀英", [area], 1)
        made.do("staff.rh", TellPolicy(person["id"], TOLD))
        made.do("sup.rh", CloseMonth(street.id, "2026-03"))
        made.do("staff.rh", AskExport("E15", area, 900, "年度工作总结用"))
        yield made


@pytest.fixture
def visitor(open_product: Product, windows: Windows) -> Callable[[str], Desk]:
    """Gives the desk of an account; an empty name is somebody who has not logged in."""

    def of(username: str) -> Desk:
        made = Desk(windows.open(reduced_motion="reduce"), open_product, username)
        return made.log_in() if username else made

    return of


def _href(page: Page, selector: str) -> str:
    return page.locator(selector).first.get_attribute("href") or ""


def _addresses(desk: Desk) -> dict[str, str]:
    """Return the addresses of 王秀英's file, case and paper, found as a person finds them."""
    desk.go("/people?q=王秀英")
    found = {"person": _href(desk.page, "[data-row] a[data-open]")}
    desk.go(found["person"])
    found["told"] = _href(desk.page, "#told a[href*='/told/']")
    found["case"] = _href(desk.page, ".case-main a[data-open]")
    desk.go(found["case"])
    found["paper"] = _href(desk.page, ".case-side li a[href^='/papers/']")
    found["draw_up"] = _href(desk.page, ".case-side a[href^='/papers/new']")
    desk.go("/processes")
    found["diagram"] = _href(desk.page, "main a[href^='/processes/P04']")
    return found


def _office_addresses(desk: Desk) -> dict[str, str]:
    """Return the addresses of a street's conference, its family without work and its last check."""
    link = "[data-row] a[data-open]"
    seen = {
        "duty": ("/office", "a[href^='/office/duties/']"), "matter": ("/office/families", link),
        "check": ("/office/matters?process=P08", link), "conference": ("/inbox?list=pool&process=P14", link),
    }  # fmt: skip
    found: dict[str, str] = {}
    for name, (page, selector) in seen.items():
        desk.go(page)
        found[name] = _href(desk.page, selector)
    return found


@pytest.mark.parametrize("username", PAGES)
def test_every_page_of_a_role_is_fit_to_be_seen(
    visitor: Callable[[str], Desk], username: str, nightly: bool
) -> None:
    desk = visitor(username)
    asked = {one for path in PAGES[username].values() for one in re.findall(r"{(\w+)}", path)}
    known = _addresses(visitor("staff.rh")) if asked - {"account"} else {}
    if username == "staff.nfx":
        known = _office_addresses(desk)
    if "account" in asked:
        desk.go("/accounts?q=staff.rh")
        known["account"] = _href(desk.page, "[data-row] a[data-open]")
    if username == "expert.sy":
        desk.open("联系，说明安排，征求意见", "严大勇")
        known["district_case"] = _href(desk.page, ".person-card a[href^='/cases/']")
    if username == "sup.rh":
        desk.go("/registers")
        known["month"] = _href(desk.page, "main a[href^='/registers/months/']")
        desk.go(known["case"])
        known["instance"] = _href(desk.page, "#road a[href^='/instances/']")
    if "audit" in username:
        known["audit"] = known["case"].replace("/cases/", "/audit/")
    wrong: list[str] = []
    for turn, (name, path) in enumerate(PAGES[username].items()):
        for size, colours in ways_to_look(nightly, turn):
            axe = axe_has_its_turn(nightly, turn)
            wrong += look(desk.page, desk.product, path.format(**known), name, colours, size, axe)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", TASKS)
def test_every_shape_of_form_is_fit_to_be_seen(visitor: Callable[[str], Desk], name: str) -> None:
    username, task, person = TASKS[name]
    desk = visitor(username).open(task, person)
    path = re.sub(r"^https?://[^/]+", "", desk.page.url)
    wrong: list[str] = []
    for size, colours in SAMPLE:
        wrong += look(desk.page, desk.product, path, name, colours, size)
    assert not wrong, "\n".join(wrong)
