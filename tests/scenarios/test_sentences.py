"""A failed scenario is told in the words of the office: titles of rules, names of steps and branches."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.scenarios import Result
from tasks.scenarios.runner import Runner
from tests.scenarios.test_runner import HEAD

Play = Callable[[str], Result]
#: An id of the diagrams or a key of the scenario language.
ID = re.compile(r"P\d\d_|_GW|[a-z]+_[a-z]+|\b(?:literal|effective|includes|excludes|counters|expect)\b")
ON_THE_WAY = HEAD + "  - {reach: P04_Plan, for: 甲}\n"

SAID = [
    ("open", "[P04_Plan]", "办理中的环节应为“制定就业援助方案”，实为“走访、核实”、“", ["P03_Verify"]),
    ("includes", "[P05_Interview]", "环节“陪同面试”应在办理中，实际没有打开；办理中的有“", ["P05_Interview"]),
    ("excludes", "[P04_Plan]", "环节“制定就业援助方案”不应打开，实际打开着。", ["P04_Plan"]),
    ("duties", "[P21_Visit]", "周期任务应为分类走访", []),
    ("took", "[P03_Complete_GW=NO]", "应依次走过“材料是否齐全”的“", ["P03_Complete_GW"]),
    ("due", "[{rule: DL-015, literal: 2026-03-10}]", "期限 DL-015（", ["DL-015"]),
    ("due", "[{rule: DL-015, met: false}]", "完成情况应为逾期，实为按期完成", ["DL-015"]),
    ("due", "[{rule: DL-024}]", "应已开始计算，实际没有。", ["DL-024"]),
    ("due", "[{rule: DL-015, nth: 2}]", "第2次应已开始计算", ["DL-015"]),
    ("overdue", "[DL-015]", "已逾期的期限应为DL-015（", ["DL-015"]),
    ("tier", "district", "案件所在层级应为区级，实为社区（村）。", []),
    ("status", "END-WAIVED", "案件状态应为自愿放弃就业援助，实为办理中。", []),
    ("counters", "{community: 1}", "社区（村）推荐未成功的次数应为1，实为0。", []),
    ("events", "[CaseClosed]", "历史中应依次有", []),
    ("papers", "{E05: 3}", "文书“就业困难人员认定申请登记表”应出具3份，实为1份。", []),
    ("registers", "{E18: 1}", "台账“", []),
    ("hints", "[BEN-POST]", "应提示可享受的政策有“岗位补贴（", []),
    ("categories", "[SY01_DIBAO]", "困难类别应为享受城乡低保人员，实为城乡“3545”人员、", []),
    ("visit_class", "4", "走访类别应为第四类（每月两次），实为", []),
    ("followup_class", "WEEKLY", "回访周期应为每周，实为", []),
    ("alarms", "[calendar]", "工作日历的报警应为", []),
    (
        "assigned",
        "{P04_Plan: street_staff}",
        "环节“制定就业援助方案”的办理人应为街（镇）工作人员，实为就业援助员（",
        ["P04_Plan"],
    ),
    ("assigned", "{P05_Interview: null}", "环节“陪同面试”应由无人办理，实际没有打开。", ["P05_Interview"]),
]


@pytest.mark.parametrize(("key", "wrong", "said", "about"), SAID, ids=[f"{one[0]}-{one[1]}" for one in SAID])
def test_a_difference_is_told_by_names_and_titles(
    play: Play, key: str, wrong: str, said: str, about: list[str]
) -> None:
    result = play(ON_THE_WAY + f"  - expect: {{for: 甲, {key}: {wrong}}}\n")
    assert not result.passed
    assert said in result.zh
    assert not ID.search(result.zh), result.zh
    assert not ID.search(result.en), result.en
    assert set(about) <= set(result.about), result.about


def test_a_wrong_day_is_told_with_the_title_of_its_rule(play: Play) -> None:
    row = "{rule: DL-015, literal: 2026-03-10, effective: 2026-03-10}"
    result = play(ON_THE_WAY + f"  - expect: {{for: 甲, due: [{row}]}}\n")
    assert result.zh == "期限 DL-015（2个工作日内首次联系）：届满日应为3月10日，实为3月11日。"
    assert "last day: expected 2026-03-10, found 2026-03-11." in result.en


@pytest.mark.parametrize(
    ("step", "said", "about"),
    [
        (
            "{complete: P03_Form, for: 甲}",
            "要办理的环节“指导填写认定申请登记表”没有打开；办理中的有“",
            "P03_Form",
        ),
        ("{complete: P03_Check, for: 甲, refused: form_invalid}", "应以“表单需要改正”拒绝，却成功了。", ""),
        ("{complete: P03_Check, for: 甲, strict: true, with: {}}", "表单需要改正：", ""),
        ("{reach: P05_Revisit, for: 甲}", "走不到环节“", "P05_Revisit"),
    ],
)
def test_what_cannot_be_done_is_told_by_names(play: Play, step: str, said: str, about: str) -> None:
    result = play(HEAD + f"  - {step}\n")
    assert not result.passed
    assert said in result.zh
    assert not ID.search(result.zh), result.zh
    assert not about or about in result.about


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{complete: P03_Chek, for: 甲}", "“complete: P03_Chek”不存在。是不是“P03_Check”？"),
        ("{complete: P03_Check, for: 甲, with: {chanel: PHONE}}", "没有“chanel”这一项。是不是“channel”？"),
        ("{complet: P03_Check, for: 甲}", "没有“complet”这个键。是不是“complete”？"),
        ("expect: {for: 甲, took: [P03_Complete_GW=YEP]}", "是不是“P03_Complete_GW=YES”？"),
        ("{message: MSG-11, for: 甲}", "“message: MSG-11”不存在。"),
        ("{message: 异议, for: 甲}", "可用：MSG-16、"),
        ("{complete: P03_Check, for: 甲", "YAML格式不对：请检查这一行和上一行的缩进、括号、引号和冒号。"),
        ("\texpect: {for: 甲}", "YAML格式不对：不能用制表符缩进"),
    ],
)
def test_a_wrong_word_is_told_with_the_one_that_was_probably_meant(play: Play, step: str, said: str) -> None:
    result = play(HEAD + f"  - {step}\n")
    assert said in result.zh, result.zh


def test_a_file_in_another_encoding_is_told_how_to_be_saved(runner: Runner, tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes(HEAD.encode("gb18030"))
    assert [result.zh for result in runner.file(path)] == ["文件须以UTF-8编码保存。"]
