"""What papers say beyond the form that issues them: which office, who is responsible, what is on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.codec import loads
from engine.store.tables import user_task
from tasks.actor import SYSTEM
from tasks.app import App
from tasks.commands_register import DrawUp
from tasks.papers import html_of
from tasks.scenarios import Runner
from tasks.scenarios.coverage import Coverage
from tasks.store.tables import case
from tasks.store.tables_people import paper

FILES = Path(__file__).parents[2] / "bpmn" / "scenarios"
DISTRICT = """
id: X37
title: 区级公益性岗位的考核
rules: [15.D4a]
calendars: [2026]
people:
  甲: {name: 王秀英, id_no: "110113198401010023", facts: {urban: true, labour_ability: true, wish: true,
    unemployed_since: 2024-11-01}}
steps:
  - {at: 2026-03-02 10:00, start: P03_registration_recognition, for: 甲}
  - {reach: P05_Interview, for: 甲}
  - {complete: P05_Interview, for: 甲}
  - {at: 2026-03-16 10:00, reach: P05_Dossier, for: 甲, with: {P05_Conclude: {decision: ESCALATE}}}
  - {complete: P05_Dossier, for: 甲}
  - {at: 2026-03-18 10:00, reach: P13_Place, for: 甲}
  - {complete: P13_Place, for: 甲}
  - {at: 2026-12-21 09:00, complete: P21_Attendance, for: 甲}
"""
RECORDS = {"P21_Attendance": "E37", "P21_FollowUp": "E42"}
Papers = dict[str, list[dict[str, Any]]]
Story = Callable[..., Papers]


class Kept(Coverage):
    """Keeps the papers a story left behind, with those drawn up from its file at the end."""

    papers: Papers

    def add(self, app: App) -> None:
        """Draw up the plan and the attendance records, and keep all."""
        self.papers = {}
        with app.read() as conn:
            cases = conn.execute(sa.select(case.c.id)).scalars().all()
            done = sa.select(user_task.c.id, user_task.c.element).where(
                user_task.c.element.in_(RECORDS), user_task.c.state == "completed"
            )
            asked = [DrawUp(RECORDS[element], task_id=one) for one, element in conn.execute(done)]
            planned = set(conn.exec_driver_sql("SELECT case_id FROM plan").scalars())
        asked += [DrawUp("E49", case_id=one) for one in cases if one in planned]
        for one in asked:
            app.do(one, SYSTEM)
        with app.read() as conn:
            for row in conn.execute(sa.select(paper).order_by(paper.c.issued_at, paper.c.id)).mappings():
                told = {**loads(row["content"]), "number": row["number"]}
                told["html"] = html_of(conn, row)
                told["said"] = {line["label"]: line["value"] for line in told["rows"]}
                told["tables"] = {grid["label"]: grid["rows"] for grid in told["lists"]}
                self.papers.setdefault(row["kind"], []).append(told)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("stories")
    kept = Kept()
    runner = Runner(coverage=kept)

    @cache
    def play(name: str, old: str = "", new: str = "") -> Papers:
        shipped = next(FILES.glob(f"{name}_*.yaml"), None) if "\n" not in name else None
        text = name if shipped is None else shipped.read_text(encoding="utf-8")
        assert old in text
        (folder / "story.yaml").write_text(text.replace(old, new) if old else text, encoding="utf-8")
        (result,) = runner.file(folder / "story.yaml")
        assert result.passed, result.text()
        return kept.papers

    yield play
    runner.close()


def test_what_the_district_does_the_district_issues(story: Story) -> None:
    papers = story(DISTRICT)
    numbers = {kind: [one["number"] for one in papers[kind]] for kind in ("E31", "E34", "E35", "E37")}
    assert numbers == {
        "E31": ["顺专案〔2026〕0001号"], "E34": ["顺职〔2026〕0001号"], "E35": ["顺导〔2026〕0001号"],
        "E37": ["顺勤〔2026〕0001号"],
    }  # fmt: skip
    for kind in ("E31", "E34", "E35", "E37", "E49"):
        assert {one["office"] for one in papers[kind]} == {"顺义区公共就业服务机构"}, kind
    for kind in ("E17", "E19", "E29", "E51"):
        assert {one["office"] for one in papers[kind]} == {"顺义区仁和镇公共就业服务机构"}, kind


def test_what_the_street_places_itself_the_street_assesses(story: Story) -> None:
    assert [one["number"] for one in story("L39")["E37"]] == ["顺仁和勤〔2026〕0001号"]


@pytest.mark.parametrize("name", ["GS19", "L27", "GS14", "GS28"])
def test_every_plan_names_who_is_responsible(story: Story, name: str) -> None:
    papers = story(name)
    kinds = ("E16", "E19", "E22", "E26", "E31", "E33", "E34", "E49")
    plans = [one for kind in kinds for one in papers.get(kind, [])]
    assert plans
    assert all(one["said"]["责任人"] for one in plans)


def test_the_one_plan_of_a_person_has_the_four_fields_and_is_of_the_tier_that_made_it(story: Story) -> None:
    (plan,) = story("GS19")["E49"]
    assert {"援助步骤", "援助内容", "援助渠道", "责任人"} <= plan["said"].keys()
    assert plan["said"]["责任人"] == "就业服务专家（顺义区）"
    assert plan["number"].startswith("顺策")


def test_a_changed_plan_is_printed_whole_with_its_changes(story: Story) -> None:
    papers = story("L27")
    first, second = papers["E19"]
    assert first["said"].items() <= second["said"].items()
    assert second["said"]["本次修改内容"] == "增加就近岗位"
    (now,) = papers["E49"]
    assert now["said"]["援助步骤"] == first["said"]["援助步骤"]
    assert [row[1:] for row in now["tables"]["方案修改记录"]] == [["增加就近岗位", "本人要求就近就业"]]


def test_a_dossier_encloses_data_plan_steps_and_referrals(story: Story) -> None:
    (dossier,) = story("GS19")["E29"]
    assert dossier["tables"].keys() == {"基本情况", "援助方案", "岗位推荐", "援助和回访记录"}
    assert {row[0] for row in dossier["tables"]["岗位推荐"]} == {"社区（村）", "街（镇）"}
    assert "上交街（镇）" in {row[1] for row in dossier["tables"]["援助和回访记录"]}


def test_a_notice_is_addressed_to_whom_it_is_delivered_with_steps_and_materials(story: Story) -> None:
    (notice,) = story("GS24")["E38"]
    assert (notice["extra"]["addressee"], notice["extra"]["formality"]) == ("某甲", "就业登记")
    limit = "limit_on: 2026-07-15"
    (other,) = story("GS24", f"{{{limit}}}", f"{{{limit}, delivered_to: EMPLOYER}}")["E38"]
    assert (other["extra"]["addressee"], other["extra"]["formality"]) == ("顺义某厂", "招聘备案")
    for one, material in ((notice, "本人居民身份证"), (other, "单位营业执照")):
        for words in ("就业单位：顺义某厂", "2026年7月15日", "办理程序", "应提交的材料", material):
            assert words in one["html"], words


def test_a_review_says_which_work_and_which_policies_it_is_about(story: Story) -> None:
    (review,) = story("GS15")["E40"]
    assert review["said"]["就业形式"] == "自主创业"
    assert "创业担保贷款" in review["said"]["可申请的政策"]
    assert review["said"]["本次登记的政策"] == "无"


def test_training_papers_name_who_is_trained_and_by_whom(story: Story) -> None:
    (materials,) = story("GS43")["E44"]
    assert materials["said"]["用人单位"] == "顺义某企业"
    assert materials["said"]["培训学校"] == "区职业技能学校"
    (trainee,) = materials["tables"]["参训人员"]
    assert [trainee[0], *trainee[2:]] == ["李建国", "初级", "叉车司机", "中级"]
    (plan,) = story("GS14")["E26"]
    assert plan["said"]["年龄"].endswith("周岁")


def test_the_dynamics_sheet_is_opened_by_the_street_on_the_day_of_recognition(story: Story) -> None:
    (sheet,) = story("GS19")["E14"]
    assert sheet["number"] == "顺仁和动〔2026〕0001号"
    assert sheet["issued_on"] == "2026年8月24日"
    assert [row[1] for row in sheet["tables"]["动态记录"]] == ["立案", "确定困难类别"]


def test_a_follow_up_carries_income_contributions_and_policies_on(story: Story) -> None:
    begin = "signal: TRAINING}"
    told = "signal: TRAINING, income: 4100, insurance: [PENSION, MEDICAL], policies: 岗位补贴}"
    visits = story("GS43", begin, told)["E42"]
    assert visits
    for one in visits:
        assert one["said"]["收入水平（元/月）"] == "4100.00元"
        assert one["said"]["参保情况"] == "养老、医疗"
        assert one["said"]["享受政策情况"] == "岗位补贴"


def test_a_recognition_shows_what_was_compared_and_what_was_seen(story: Story) -> None:
    (opinion,) = story("GS19")["E51"]
    assert opinion["said"]["核对的申请材料"] == "居民身份证"
    assert "社区（村）走访、核实、公示" in opinion["said"]["实地核查"]
