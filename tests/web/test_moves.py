"""The pages of a migration, without scripts: plan, trial, start, progress, stop; nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.store.db import Database
from tasks import commands, studio_commands, worker
from tasks.actor import SYSTEM
from tasks.queries import case_page
from tasks.queries.migrations import items
from tasks.queries.release_history import history
from tasks.queries.studio import draft_source
from tests.tasks.migration.versions import KEYS, redrawn, renamed
from tests.web.office import Browser, Office
from web import moveview

P04 = KEYS[0]
PAGE = f"/studio/{P04}/migrate"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office of its own with three cases at the interview and a newer version without that step."""
    database = Database(f"sqlite:///{tmp_path}/office.db")
    made = Office(database)
    for _ in range(3):
        made.reach(made.new_case(), "P04_Interview")
    change = redrawn(made.app.library)
    made.app.do(commands.Deploy(((P04, change.files[P04]),), "新版", heard=True), SYSTEM)
    yield made
    database.dispose()


@pytest.fixture
def supervisor(office: Office) -> Browser:
    """A browser of the district's supervisor."""
    return office.browser("sup.sy")


def plan(**more: str) -> dict[str, str]:
    return {"from": "1", "to": "2", "map.P04_Interview": "P04_Outcome", "further": "", **more}


def test_the_page_asks_where_cases_on_a_removed_step_go(supervisor: Browser) -> None:
    page = supervisor.get(PAGE)
    assert page.status_code == 200
    row = re.search(r"<tr><td><b>组织带领面试</b>.*?</tr>", page.text, re.DOTALL)
    assert row is not None
    assert '<td class="right num">3</td>' in row[0]
    assert 'name="map.P04_Interview"' in row[0]
    assert '<option value="P04_Outcome">' in row[0]
    assert "不再办理" in row[0]
    assert PAGE in supervisor.get(f"/processes/{P04}/2").text
    assert "另有3件在其他版本上办理" in supervisor.get("/studio").text
    assert PAGE in supervisor.get("/studio").text


def test_a_trial_then_the_migration_case_by_case(office: Office, supervisor: Browser) -> None:
    tried = supervisor.post(PAGE, plan(go="dry"))
    assert tried.status_code == 303
    page = supervisor.get(tried.location).text
    assert "试算" in page
    assert page.count("可以迁移") >= 4
    assert all("P04_Interview" in office.open_tasks(case) for case in _cases(office))
    form = dict(re.findall(r'<input type="hidden" name="(map\.[^"]+|from|to)" value="([^"]*)"', page))
    done = supervisor.post(PAGE, {**form, "reason": "新版启用", "go": "start"})
    page = supervisor.get(done.location).text
    assert page.count("已迁移") >= 4
    assert all("P04_Outcome" in office.open_tasks(case) for case in _cases(office))
    history = office.browser("sup.sy").get(f"/cases/{_cases(office)[0]}").text
    assert "第1版 → 第2版" in history


def test_the_audit_finds_a_migrated_case_by_the_version_it_left(office: Office, supervisor: Browser) -> None:
    stays = office.new_case("留守人")
    supervisor.post(PAGE, plan(go="start", reason="新版启用"))
    moved = {str(one) for one in _cases(office) if one != stays}
    auditor = office.browser("auditor.sy")
    for number in (1, 2):
        page = auditor.get(f"/audit?version={P04}:{number}").text
        assert set(re.findall(r'href="/audit/(\d+)"', page.partition('id="found"')[2])) == moved, number


def test_a_trial_without_a_place_says_why_and_a_reason_is_asked_for(supervisor: Browser) -> None:
    tried = supervisor.post(PAGE, plan(go="dry", **{"map.P04_Interview": ""}))
    page = supervisor.get(tried.location).text
    assert page.count("新版本没有“组织带领面试”") == 3
    refused = supervisor.post(PAGE, plan(go="start", reason=" "))
    assert refused.status_code == 422
    assert "请填写理由" in refused.text
    assert '<option value="P04_Outcome" selected>' in refused.text


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"further": "P04_Wishes -> x"}, 422, "旧编号 = 新编号"),
        ({"further": "P04_Wishes = P04_Nothing"}, 422, "P04_Nothing"),
        ({"from": "x"}, 422, "请选择版本"),
        ({"to": "99999999999"}, 422, "请选择版本"),
        ({"to": "9"}, 404, "没有第9版"),
        ({"to": "1"}, 422, "新旧版本相同"),
        ({"map.P04_Interview": "P04_Start"}, 422, "P04_Start"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    office: Office, supervisor: Browser, given: dict[str, str], status: int, said: str
) -> None:
    answer = supervisor.post(PAGE, plan(go="start", reason="改版启用甲乙丙", **given))
    assert answer.status_code == status
    assert said in answer.text
    assert "改版启用甲乙丙" in answer.text
    assert given.get("further", "") in answer.text.replace("&gt;", ">")
    assert all("P04_Interview" in office.open_tasks(case) for case in _cases(office))


def test_cases_go_to_no_version_that_nobody_else_has_signed(office: Office, supervisor: Browser) -> None:
    author = office.actor("sup.rh")
    draft = int(office.app.do(studio_commands.OpenDraft(P04), author).extra["draft_id"])
    with office.app.read() as conn:
        source = draft_source(conn, draft)
    assert source is not None
    changed = source.xml.replace("掌握就业意愿和条件", "掌握意愿").encode()
    office.app.do(studio_commands.SaveModel(draft, 1, changed), author)
    made = office.app.do(studio_commands.SubmitRelease(draft, 2, "改名"), author).extra["definition_id"]
    given = plan(to="3", **{"map.P04_Interview": "P04_Outcome"})
    refused = supervisor.post(PAGE, {**given, "go": "start", "reason": "抢先迁移"})
    assert refused.status_code == 409
    assert "第3版没有经另一位督导批准" in refused.text
    assert all("P04_Interview" in office.open_tasks(case) for case in _cases(office))
    assert 'value="start"' not in supervisor.get(f"{PAGE}?from=1&to=3").text
    tried = supervisor.get(supervisor.post(PAGE, {**given, "go": "dry"}).location).text
    assert tried.count("可以迁移") >= 4
    assert 'value="start"' not in tried
    office.app.do(studio_commands.ApproveRelease(int(made), "同意"), office.actor("sup.nfx"))
    done = supervisor.post(PAGE, {**given, "go": "start", "reason": "批准后迁移"})
    assert supervisor.get(done.location).text.count("已迁移") >= 4


def test_a_renamed_step_is_recognised_by_its_name(office: Office, supervisor: Browser) -> None:
    change = renamed(office.app.library)
    office.app.do(commands.Deploy(((P04, change.files[P04]),), "再改", heard=True), SYSTEM)
    page = supervisor.get(f"{PAGE}?from=1&to=3").text
    assert '<option value="P04_Outcome_2" selected>' in page
    assert "P04_FirstContact_Timer = P04_FirstContact_Timer_2" in page


def test_a_long_batch_is_worked_off_by_the_worker_and_can_be_stopped(
    office: Office, supervisor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moveview, "AT_ONCE", 1)
    begun = supervisor.post(PAGE, plan(go="start", reason="新版"))
    page = supervisor.get(begun.location).text
    assert 'hx-trigger="every 3s"' in page
    assert "已处理 1 / 3 件" in page
    worker.tick(office.app)
    page = supervisor.get(begun.location).text
    assert 'hx-trigger="every 3s"' not in page
    assert "已处理 3 / 3 件" in page
    assert supervisor.post(f"{begun.location}/stop").status_code == 409


def test_nobody_else_comes_to_the_page(office: Office, supervisor: Browser) -> None:
    assert office.browser("staff.rh").get(PAGE).status_code == 403
    assert office.browser("auditor.sy").get(PAGE).status_code == 403
    assert supervisor.get("/studio/P99_nothing/migrate").status_code == 404
    assert supervisor.get(f"{PAGE}/12345").status_code == 404
    begun = supervisor.post(PAGE, plan(go="dry"))
    other = office.browser("sup.nfx").get(begun.location).text
    assert "没有这样的案件" in other


def test_totals_count_only_what_lies_in_ones_area(office: Office, supervisor: Browser) -> None:
    begun = supervisor.post(PAGE, plan(go="dry"))
    whole = supervisor.get(begun.location).text
    assert "已处理 3 / 3 件" in whole
    assert "辖区之外" not in whole
    elsewhere = office.browser("sup.nfx")
    page = elsewhere.get(begun.location).text
    assert "已处理 0 / 0 件" in page
    assert "另有3件在您的辖区之外" in page
    assert "可以迁移 <b" not in page
    with office.app.read() as conn:
        numbers = [row.case_no for row in items(conn, int(begun.location.rsplit("/", 1)[1]), None)]
    assert len(numbers) == 3
    assert not any(str(number) in page for number in numbers)
    at_home = office.browser("sup.rh").get(begun.location).text
    assert "已处理 3 / 3 件" in at_home
    assert "在办0" in elsewhere.get(PAGE).text.replace(" ", "")


def test_english_is_english(office: Office) -> None:
    browser = office.browser("sup.sy")
    browser.client.set_cookie("lang", "en")
    page = browser.get(PAGE).text
    assert "Migrate running cases" in page
    begun = browser.post(PAGE, plan(go="dry"))
    assert "Can be migrated" in browser.get(begun.location).text


def _cases(office: Office) -> list[int]:
    import sqlalchemy as sa

    from tasks.store.tables import case

    with office.app.read() as conn:
        return list(conn.execute(sa.select(case.c.id)).scalars())


def test_the_live_diagram_counts_what_both_versions_draw_and_says_since_when(
    office: Office, supervisor: Browser
) -> None:
    case = _cases(office)[0]
    with office.app.read() as conn:
        instance = next(one.id for one in case_page.instances(conn, case) if one.process_id == P04)
    before = _marks(office, instance)
    assert before["migrated"] == []
    assert before["counts"]["P04_Plan"] == 1
    lost = {  # to the removed step, or leading elsewhere now
        "F_P04_Letter_P04_Interview", "F_P04_Wishes_P04_Match", "F_P04_Guidance_P04_Join_GW",
    }  # fmt: skip
    supervisor.post(PAGE, plan(go="start", reason="新版启用"))
    after = _marks(office, instance)
    assert after["counts"] == before["counts"]
    assert [one["from"] for one in after["migrated"]] == [1]
    with office.app.read() as conn:
        graph = office.app.definitions.active(conn, P04).graph
    assert set(after["taken"]) <= set(graph.flows)
    assert set(before["taken"]) - set(after["taken"]) == lost
    assert "P04_Interview" not in {*after["done"], *after["active"]}
    assert after["active"] == ["P04_Outcome"]
    for address in (f"/cases/{case}", f"/instances/{instance}"):
        assert "从第1版迁移到第2版" in office.browser("sup.rh").get(address).text, address
    task = office.open_tasks(case)["P04_Outcome"]
    assert "从第1版迁移到第2版" in office.browser("aide.hnc").get(f"/tasks/{task.id}").text


def _marks(office: Office, instance: int) -> dict[str, Any]:
    return dict(office.browser("sup.rh").get(f"/instances/{instance}/marks").json)


def test_a_batch_begun_and_stopped_stands_on_the_trail_of_the_process(
    office: Office, supervisor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moveview, "AT_ONCE", 1)
    supervisor.post(PAGE, plan(go="dry"))
    begun = supervisor.post(PAGE, plan(go="start", reason="新版启用"))
    assert supervisor.post(f"{begun.location}/stop").status_code == 303
    assert supervisor.post(f"{begun.location}/stop").status_code == 409
    with office.app.read() as conn:
        told = [one for one in history(conn, P04) if one.kind.startswith("Migration")][::-1]
    assert [one.kind for one in told] == ["MigrationStarted", "MigrationStarted", "MigrationStopped"]
    assert [one.data["dry"] for one in told] == [True, False, False]
    started, stopped = told[1].data, told[2].data
    assert (started["from"], started["version"], started["cases"], started["reason"]) == (1, 2, 3, "新版启用")
    assert started["mapping"] == {"P04_Interview": "P04_Outcome"}
    assert (stopped["done"], stopped["waiting"], stopped["batch"]) == (1, 2, started["batch"])
    assert {one.actor for one in told} == {office.actor("sup.sy").name}
    page = office.browser("audit.admin").get("/trail?of=releases").text
    assert "开始迁移在办案件" in page
    assert "已处理1件，还有2件未处理" in page
