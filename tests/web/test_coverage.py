"""Supervisors and auditors read which clause is done where; each step shows document, article, sentence."""

from __future__ import annotations

import pytest

from engine.graph import Kind
from engine.store.db import Database
from tasks.library import Library
from tasks.queries import studio
from tasks.traceability import trace
from tests.web.office import Browser, Office
from web import clauses
from web.views.clauses import LISTS


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(Database(f"sqlite:///{tmp_path_factory.mktemp('coverage') / 'office.db'}"))


@pytest.fixture(scope="module")
def auditor(office: Office) -> Browser:
    return office.browser("auditor.sy")


@pytest.mark.parametrize("which", LISTS)
def test_each_list_is_read_in_both_languages(auditor: Browser, which: str) -> None:
    for lang in ("zh", "en"):
        auditor.client.set_cookie("lang", lang)
        answer = auditor.get(f"/clauses?list={which}")
        assert answer.status_code == 200
        assert ("条款落实" if lang == "zh" else "Clauses") in answer.text
    auditor.client.set_cookie("lang", "zh")


def test_the_page_shows_the_share_of_all_rows_and_why_one_is_left_out(auditor: Browser) -> None:
    page = auditor.get("/clauses?list=deadlines").text
    assert "全部72条中有71条（98.6%）经场景检验" in page
    assert "部门定期研判形势，不是经办操作。" in page
    row = page.partition('<tr id="DL-051">')[2].partition("</tr>")[0]
    assert "登记人员定期报告的间隔（日）" in row  # no step carries it: it begins with a setting


def test_a_supervisor_reads_it_and_a_worker_does_not(office: Office) -> None:
    assert office.browser("sup.rh").get("/clauses").status_code == 200
    assert office.browser("aide.hnc").get("/clauses").status_code in (403, 404)


def test_the_list_of_one_document_holds_only_its_clauses(auditor: Browser) -> None:
    page = auditor.get("/clauses?list=placed&seed=002").text
    assert "R002-01.1" in page
    assert "R004-04.R1" not in page


def test_a_clause_names_its_other_places_and_why_one_needs_no_software(auditor: Browser) -> None:
    page = auditor.get("/clauses/R004-07.R1b").text
    assert "DT-16" in page
    assert "不需要软件的理由" in auditor.get("/clauses/R003-14.1").text
    said = {"missing": "这一条还没有落实", "planned": "所在流程尚未绘制"}
    open_ = {one.state: one.id for one in trace(Library()).clauses if one.state in said}
    for state, clause in open_.items():
        assert said[state] in auditor.get(f"/clauses/{clause}").text


def test_a_sentence_that_several_steps_have_is_shown_in_its_own(auditor: Browser) -> None:
    shown = clauses.passage(clauses.clause("R004-07.R1b"))
    assert shown is not None
    assert "就业助理专员在实施就业援助过程中" in shown.hit[0]
    shown = clauses.passage(clauses.clause("R004-03.R1b"))
    assert shown is not None
    assert "就业援助员在实施就业援助过程中" in shown.hit[0]


def test_every_step_of_the_manual_is_found_in_its_text() -> None:
    steps = {one.step_zh for one in clauses.catalogue().values() if one.seed == "004" and one.step != "00"}
    paragraphs = clauses._paragraphs("004")
    begins = [clauses._heading(paragraphs, step) for step in sorted(steps)]
    assert len(steps) == 19
    assert len(set(begins) - {0}) == 19


def test_a_clause_only_places_toml_names_is_shown_behind_its_step(office: Office) -> None:
    case = office.new_case()
    office.reach(case, "P04_Guidance")
    task = office.open_tasks(case)["P04_Guidance"]
    page = office.browser("aide.hnc").get(f"/tasks/{task.id}").text
    assert "R004-04.R1b" in page
    assert "以便职业指导人员在较短时间内掌握求职者的情况" in page


def test_every_step_shows_document_article_and_sentence(office: Office) -> None:
    with office.app.read() as conn:
        active = [one for one in studio.versions(conn) if one.status == "active"]
        graphs = [office.app.definitions.get(conn, one.id).graph for one in active]
    tasks = [node for graph in graphs for node in graph.nodes.values() if node.kind is Kind.USER]
    assert len(tasks) > 60
    for node in tasks:
        shown = clauses.of_step(office.app.library, node.id, node.attr_list("clauses"))
        assert shown, node.id
        for one in shown:
            said = one.document("zh") != one.seed and one.article("zh") and one.quote_zh
            assert one.local or said, one.id
