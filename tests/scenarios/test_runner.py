"""The runner tells what is wrong, and where; it sees what it should see."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.actor import Actor
from tasks.app import App
from tasks.commands import ClaimTask, Command
from tasks.library import Library
from tasks.scenarios import Result, Runner, cli_run, run_paths
from tasks.scenarios.runner import Diagrams
from tests.databases import Postgres

Play = Callable[[str], Result]

HEAD = """\
id: T1
title: 试验
calendars: [2026]
people:
  甲: {name: 王秀英, facts: {urban: true, labour_ability: true, wish: true, unemployed_since: 2024-11-01}}
steps:
  - {at: 2026-03-09 09:00, start: P03_registration_recognition, for: 甲}
"""
FIRST_STEP = 7


def test_a_story_that_is_true_passes(play: Play) -> None:
    result = play(HEAD + "  - expect: {for: 甲, open: [P03_Check], status: active, tier: street}\n")
    assert result.passed, result.text()
    assert (result.id, result.title) == ("T1", "试验")


LATER = HEAD.replace("{name: 王秀英,", "{name: 王秀英, on_file: 2026-03-09 10:00,").replace(
    "2026-03-09 09:00, start", "2026-03-09 {}, start"
)


def test_a_file_may_be_opened_on_the_day_a_person_comes(play: Play) -> None:
    result = play(LATER.replace("{}", "10:30") + "  - expect: {for: 甲, open: [P03_Check], status: active}\n")
    assert result.passed, result.text()


def test_nothing_is_done_about_a_person_before_his_file_is_open(play: Play) -> None:
    result = play(LATER.replace("{}", "09:30"))
    assert not result.passed
    assert "“甲”的档案到2026-03-09 10:00才建立" in result.text()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("- {at: 2026-03-09 10:00, finish: P03_Check, for: 甲}", "finish"),
        ("- {complete: P03_Chek, for: 甲}", "P03_Chek"),
        ("- {complete: P03_Check, for: 乙}", "乙"),
        ("- {complete: P03_Check, for: 甲, with: {chanel: COUNTER}}", "chanel"),
        ("- {complete: P03_Check, for: 甲, with: {materials: [{nam: 身份证}]}}", "nam"),
        ("- {reach: P03_Will, for: 甲, with: {P03_Form: {disabeld: true}}}", "disabeld"),
        ("- {complete: P03_Check, for: 甲, as: 王五}", "王五"),
        ("- {complete: P03_Check, for: 甲, refused: forbidden}", "forbidden"),
        ("- {complete: P03_Check, claim: P03_Check, for: 甲}", "一个动作"),
        ("- {at: 2026-03-09 08:00, complete: P03_Check, for: 甲}", "倒退"),
        ("- {at: 2026-03-09, complete: P03_Check, for: 甲}\n  - {at: 2026-03-08, run_jobs: true}", "倒退"),
        ("- {at: morgen, complete: P03_Check, for: 甲}", "morgen"),
        ("- expect: {for: 甲, opened: [P03_Check]}", "opened"),
        ("- expect: {for: 甲, open: [P03_Chek]}", "P03_Chek"),
        ("- expect: {for: 甲, took: [P03_Complete_GW=MAYBE]}", "P03_Complete_GW=MAYBE"),
        ("- expect: {for: 甲, due: [{rule: DL-999}]}", "DL-999"),
        ("- expect: {for: 甲, papers: {E99: 1}}", "E99"),
        ("- expect: {for: 甲, events: [CaseOpen]}", "CaseOpen"),
        ("- expect: {for: 甲, status: END-HAPPY}", "END-HAPPY"),
        ("- {waive: yes, for: 甲}", "waive"),
        ("- {message: MSG-05, for: 甲}", "MSG-05"),
        ("- {duty: P21_Coffee, for: 甲}", "P21_Coffee"),
        ("- {run_jobs: true, in_area: 无此镇}", "无此镇"),
        ("- expect: {for: 甲, hints: [BEN-FOO]}", "BEN-FOO"),
        ("- expect: {for: 甲, categories: [SY99]}", "SY99"),
        ("- expect: {for: 甲, windows: {P21 done: 1}}", "in_area"),
    ],
)
def test_what_nobody_knows_is_refused_with_its_line(play: Play, line: str, said: str) -> None:
    result = play(HEAD + f"  {line}\n")
    assert not result.passed
    assert result.line >= FIRST_STEP + 1
    assert said in result.zh
    assert result.en


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("calendars: [2026]", "calendar: [2026]", 3),
        ("calendars: [2026]", "calendars: [1999]", 3),
        ("calendars: [2026]", "settings: {notice_days: 5}", 3),
        ("calendars: [2026]", "settings: {public_notice_days: 99}", 3),
        ("calendars: [2026]", "rules: [05.D4c, 05.D9z]", 3),
        ("calendars: [2026]", "rules: [DL-015..DL-999]", 3),
        ("calendars: [2026]", "rules: [05.D4b..z]", 3),
        ("calendars: [2026]", "staff: {李四: {role: boss}}", 3),
        ("calendars: [2026]", "households: [{members: [乙]}]", 3),
        ("calendars: [2026]", "calendars: [2026]\nvacancies: [{name: 库管, tags: [FAR]}]", 4),
        ("urban: true", "urbane: true", 5),
        ("urban: true", "urban: often", 5),
        ("name: 王秀英", "name: 王秀英, benefits: [{code: BEN-X, starts_on: 2026-01-01}]", 5),
        ("name: 王秀英", "name: 王秀英, benefits: [{code: BEN-POST, starts_on: soon}]", 5),
        ("name: 王秀英", 'id_no: "110113198401010024"', 5),
        ("title: 试验", "title: [", 4),
        ("title: 试验", "id: T2", 2),
    ],
)
def test_a_wrong_head_is_refused_with_its_line(play: Play, old: str, new: str, at: int) -> None:
    result = play(HEAD.replace(old, new))
    assert not result.passed
    assert result.line == at, result.text()


@pytest.mark.parametrize(
    "text", ["", "- 1\n", "id: X\n", "id: X\nsteps: []\n", "id: X\nsteps: [{run_jobs: true}]\n"]
)
def test_a_file_without_a_story_is_refused(play_files: Callable[[str], list[Result]], text: str) -> None:
    results = play_files(text)
    assert [result.passed for result in results] == [False]
    assert results[0].zh


@pytest.fixture
def play_files(runner: Runner, tmp_path: Path) -> Callable[[str], list[Result]]:
    """Plays every scenario of a text."""

    def run(text: str) -> list[Result]:
        path = tmp_path / "stories.yaml"
        path.write_text(text, encoding="utf-8")
        return runner.file(path)

    return run


def test_several_stories_stand_in_one_file(play_files: Callable[[str], list[Result]]) -> None:
    results = play_files(HEAD + "---\n" + HEAD.replace("T1", "T2"))
    assert [(result.id, result.passed) for result in results] == [("T1", True), ("T2", True)]


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("open", "[P03_Form]"),
        ("open", "[]"),
        ("includes", "[P03_Form]"),
        ("excludes", "[P03_Check]"),
        ("duties", "[P21_Visit]"),
        ("took", "[P03_Complete_GW=YES]"),
        ("due", "[{rule: DL-015}]"),
        ("overdue", "[DL-015]"),
        ("tier", "district"),
        ("status", "END-WAIVED"),
        ("counters", "{community: 1}"),
        ("events", "[CaseClosed]"),
        ("papers", "{E05: 1}"),
        ("registers", "{E15: 1}"),
        ("categories", "[SY01_DIBAO]"),
        ("categories", "[]"),
        ("visit_class", "4"),
        ("followup_class", "WEEKLY"),
        ("alarms", "[calendar]"),
        ("assigned", "{P03_Check: street_staff}"),
        ("hints", "[BEN-POST]"),
        ("case", "2"),
    ],
)
def test_a_false_expectation_is_reported_with_its_line(play: Play, key: str, wrong: str) -> None:
    result = play(HEAD + f"  - expect:\n      for: 甲\n      {key}: {wrong}\n")
    assert not result.passed
    assert result.line == FIRST_STEP + 3
    assert result.zh
    assert result.en


def test_a_refusal_that_does_not_come_is_reported(play: Play) -> None:
    result = play(HEAD + "  - {complete: P03_Check, for: 甲, refused: form_invalid}\n")
    assert not result.passed
    assert result.line == FIRST_STEP + 1
    assert "却成功了" in result.zh


def test_another_refusal_than_expected_is_reported(play: Play) -> None:
    result = play(HEAD + "  - {complete: P03_Check, for: 甲, as: community_staff, refused: four_eyes}\n")
    assert not result.passed
    assert "Wrong role" in result.en


def test_a_refusal_that_changed_something_is_reported(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    do = App.do

    def leaky(self: App, command: Command, actor: Actor, key: str | None = None) -> Any:
        if isinstance(command, ClaimTask):
            with self.write() as conn:
                conn.exec_driver_sql("update user_task set priority = 9")
        return do(self, command, actor, key)

    monkeypatch.setattr(App, "do", leaky)
    result = play(HEAD + "  - {claim: P03_Check, for: 甲, as: community_staff, refused: not_candidate}\n")
    assert not result.passed
    assert "user_task" in result.zh


def test_a_strict_step_fills_nothing_in(play: Play) -> None:
    result = play(HEAD + "  - {complete: P03_Check, for: 甲, strict: true, with: {urban: true}}\n")
    assert not result.passed
    assert "The form needs correction" in result.en


def test_a_task_that_is_not_open_is_reported_with_those_that_are(play: Play) -> None:
    result = play(HEAD + "  - {complete: P03_Form, for: 甲}\n")
    assert result.line == FIRST_STEP + 1
    assert "核查申请材料" in result.zh


def test_a_process_that_is_not_deployed_says_so(tmp_path: Path) -> None:
    story = tmp_path / "story.yaml"
    story.write_text(HEAD, "utf-8")
    others = [path for path in Library().diagrams() if not path.stem.startswith("P03")]
    files = [(path.name, path.read_bytes()) for path in others]
    (result,) = run_paths([story], diagrams=files)
    assert not result.passed
    assert "not deployed" in result.en


def test_reach_names_what_the_way_waits_for(play: Play) -> None:
    result = play(HEAD + "  - {reach: P05_Revisit, for: 甲}\n")
    assert not result.passed
    assert "DL-024" in result.zh


def test_the_clock_lives_through_every_moment_on_the_way(play: Play) -> None:
    text = HEAD + (
        "  - {reach: P05_Interview, for: 甲}\n"
        "  - {complete: P05_Interview, for: 甲}\n"
        "  - at: 2026-06-01\n"
        "    expect: {for: 甲, includes: [P05_Revisit], overdue: [DL-024], events: [DeadlineMissed]}\n"
    )
    result = play(text)
    assert result.passed, result.text()


def test_a_draft_of_a_diagram_is_run_in_place_of_the_shipped_one(tmp_path: Path, runner: Runner) -> None:
    files: Diagrams = [(path.name, path.read_bytes()) for path in runner.library.diagrams()]
    draft = [(name, data) for name, data in files if not name.startswith("P13")]
    path = tmp_path / "story.yaml"
    path.write_text(HEAD + "  - {start: P13_public_welfare_post, for: 甲}\n", encoding="utf-8")
    (result,) = run_paths([path], diagrams=draft)
    assert "not deployed" in result.en


def test_the_command_gives_code_lines_report_and_coverage(tmp_path: Path) -> None:
    good, bad, report = tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "junit.xml"
    good.write_text(HEAD, encoding="utf-8")
    bad.write_text(HEAD + "  - expect: {for: 甲, tier: district}\n", encoding="utf-8")
    code, lines = cli_run([tmp_path], junit=report, coverage=True)
    assert code == 1
    assert lines[0].startswith("通过")
    assert f"{bad}:{FIRST_STEP + 1}" in lines[1]
    assert any("未覆盖 P06_Meeting" in line for line in lines)
    assert any("未覆盖 DL-016" in line for line in lines)  # a duty of each week
    suite = ET.fromstring(report.read_text(encoding="utf-8"))  # noqa: S314 - written just above
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert cli_run([good])[0] == 0
    assert cli_run([tmp_path / "nothing.yaml"])[0] == 2


@pytest.mark.postgres
def test_the_database_of_the_caller_is_left_as_it_was(postgres: Postgres, tmp_path: Path) -> None:
    import psycopg

    path = tmp_path / "story.yaml"
    path.write_text(HEAD, encoding="utf-8")
    url = postgres.create()
    (result,) = run_paths([path], url)
    assert result.passed, result.text()
    with psycopg.connect(url) as conn:
        assert conn.execute("select count(*) from person").fetchone() == (0,)
        schemas = conn.execute("select count(*) from pg_namespace where nspname like 'aid595_%'")
        assert schemas.fetchone() == (0,)
    postgres.drop(url)
