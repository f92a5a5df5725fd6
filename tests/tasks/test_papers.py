"""Issued papers, on both databases."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.clock import VirtualClock
from engine.codec import loads
from engine.errors import FormInvalid, IllegalState, NotFound
from engine.store.db import Database
from tasks import idno, org, paper_text, papers, people
from tasks.actor import SYSTEM, Actor
from tasks.crypto import new_keys
from tasks.forms.spec import form
from tasks.labels import label
from tasks.paper_text import kinds_to_issue, paper_kinds, render, template_text
from tasks.papers import PaperSource
from tasks.registers.spec import register_specs

AIDE = Actor(7, "李四")
LETTER = {
    "verified_on": date(2026, 3, 9), "requirements": "身体健康，能早班", "told_person": True,
    "letter_no": "", "referred_on": date(2026, 3, 9),
}  # fmt: skip
EXTRA = {"employer": "顺义某物业公司", "post": "保洁员"}


@pytest.fixture
def source(database: Database, clock: VirtualClock) -> PaperSource:
    first = "11011319840101002"
    with database.transaction() as conn:
        unit = org.ensure_unit(conn, "顺义区", "仁和镇", "河南村")
        person = people.register_person(
            conn, new_keys(), SYSTEM, clock.now(), name="王秀英", id_no=first + idno.check_character(first),
            community_id=unit.id, phone="13800001234", address="幸福里5号",
        )  # fmt: skip
        row = people.get_person(conn, person)
    return PaperSource("E17", unit.path, form("P04_Letter"), LETTER, person=row, case_id=1, extra=EXTRA)


def test_a_letter_is_numbered_by_office_and_year_and_prints_what_it_says(
    database: Database, clock: VirtualClock, source: PaperSource
) -> None:
    with database.transaction() as conn:
        shown = papers.next_number(conn, "E17", source.area, date(2026, 3, 9))
        issued = papers.issue(conn, AIDE, clock.now(), replace(source, number=shown))
    with database.read() as conn:
        row = papers.paper_by_code(conn, issued.code.lower())
        html = papers.html_of(conn, row)
    assert issued.number == shown == "顺仁和推〔2026〕0001号"
    assert papers.is_intact(row)
    for words in ("推荐介绍信", shown, "王秀英", "顺义某物业公司", "保洁员", "2026年3月9日", "李四", "回执"):
        assert words in html
    assert "19840101" not in html


def test_numbers_of_a_series_follow_without_gap_even_after_a_failure(
    database: Database, clock: VirtualClock, source: PaperSource
) -> None:
    numbers = []
    for n in range(4):
        try:
            with database.transaction() as conn:
                numbers.append(papers.issue(conn, AIDE, clock.now(), source).number)
                if n == 1:
                    raise RuntimeError("the command fails after the paper was made")
        except RuntimeError:
            numbers.pop()
    assert [number[-5:-1] for number in numbers] == ["0001", "0002", "0003"]


def test_each_office_kind_and_year_counts_for_itself(
    database: Database, clock: VirtualClock, source: PaperSource
) -> None:
    with database.transaction() as conn:
        other = org.ensure_unit(conn, "顺义区", "马坡镇", "西村")
        district = org.ancestor_at(conn, other.path, "district")
        issue = [
            source,
            replace(source, area=other.path),
            replace(source, area=district.path),
            replace(source, kind="E16"),
            replace(source, issued_on=date(2025, 12, 31)),
        ]
        numbers = [papers.issue(conn, AIDE, clock.now(), one).number for one in issue]
    assert numbers == [
        "顺仁和推〔2026〕0001号",
        "顺马坡推〔2026〕0001号",
        "顺推〔2026〕0001号",
        "顺仁和案〔2026〕0001号",
        "顺仁和推〔2025〕0001号",
    ]


def test_papers_issued_at_once_get_different_numbers(
    database: Database, clock: VirtualClock, source: PaperSource
) -> None:
    def issue(_n: int) -> str:
        with database.transaction() as conn:
            return papers.issue(conn, AIDE, clock.now(), source).number

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(issue, range(12)))
    assert [int(number[-5:-1]) for number in numbers] == list(range(1, 13))


def test_the_number_of_a_printed_sheet_is_kept_and_used_once(
    database: Database, clock: VirtualClock, source: PaperSource
) -> None:
    with database.transaction() as conn:
        typed = replace(source, number="A-0815")
        assert papers.issue(conn, AIDE, clock.now(), typed).number == "A-0815"
        with pytest.raises(FormInvalid) as refused:
            papers.issue(conn, AIDE, clock.now(), typed)
    assert refused.value.problems[0][0] == "letter_no"


def test_a_paper_prints_as_it_was_issued_though_template_labels_and_names_change(
    database: Database,
    clock: VirtualClock,
    source: PaperSource,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with database.transaction() as conn:
        issued = papers.issue(conn, AIDE, clock.now(), source)
        before = papers.html_of(conn, papers.get_paper(conn, issued.id))
        changed = '<article class="paper">{{ f.requirements }}</article>'
        for name in ("base", "parts", "letter"):
            (tmp_path / f"{name}.html").write_text(changed, encoding="utf-8")
        monkeypatch.setattr(papers, "template_text", lambda kind: template_text(kind, tmp_path))
        later = papers.issue(conn, AIDE, clock.now(), source)
        people.update_contact(conn, source.person["id"], clock.now(), phone="13900009999")  # type: ignore[index]
        assert papers.html_of(conn, papers.get_paper(conn, issued.id)) == before
        assert papers.html_of(conn, papers.get_paper(conn, later.id)) != before


def test_a_changed_paper_is_seen(database: Database, clock: VirtualClock, source: PaperSource) -> None:
    with database.transaction() as conn:
        issued = papers.issue(conn, AIDE, clock.now(), source)
        row = dict(papers.get_paper(conn, issued.id))
    assert papers.is_intact(row)
    assert not papers.is_intact({**row, "content": row["content"].replace("保洁员", "经理")})
    assert not papers.is_intact({**row, "template": "0" * 64})


def test_a_void_paper_stays_with_its_reason_and_a_stamp(
    database: Database, clock: VirtualClock, source: PaperSource
) -> None:
    with database.transaction() as conn:
        issued = papers.issue(conn, AIDE, clock.now(), source)
        with pytest.raises(FormInvalid):
            papers.void(conn, AIDE, clock.now(), issued.id, "  ")
        row = papers.void(conn, AIDE, clock.now(), issued.id, "单位名称写错")
        assert (row["void_reason"], row["voided_by"]) == ("单位名称写错", 7)
        assert papers.is_intact(row)
        assert "作 废" in papers.html_of(conn, row)
        with pytest.raises(IllegalState):
            papers.void(conn, AIDE, clock.now(), issued.id, "再来一次")
        with pytest.raises(NotFound):
            papers.void(conn, AIDE, clock.now(), 1, "没有")
        assert [paper["id"] for paper in papers.papers_of(conn, case_id=1)] == [issued.id]


def test_the_public_notice_says_name_masked_number_and_street_only(
    database: Database, clock: VirtualClock, source: PaperSource
) -> None:
    days = {"place": "社区公告栏", "published_on": date(2026, 3, 9), "notice_until": date(2026, 3, 16)}
    notice = replace(source, kind="E10", spec=form("P03_Publish"), values=days, case_no="案1", extra={})
    with database.transaction() as conn:
        issued = papers.issue(conn, AIDE, clock.now(), notice)
        row = papers.get_paper(conn, issued.id)
        html = papers.html_of(conn, row)
    assert loads(row["content"])["person"].keys() == {"name", "id_masked", "street"}
    for words in ("13800001234", "幸福里", "河南村", "1984年", "案1"):
        assert words not in html + row["content"]


def test_markup_in_answers_stays_text(database: Database, clock: VirtualClock, source: PaperSource) -> None:
    hostile = '<script>alert(1)</script>{{ 7 * 7 }}{% include "x" %}'
    with database.transaction() as conn:
        values = {**LETTER, "requirements": hostile}
        extra = {"employer": hostile, "post": hostile}
        issued = papers.issue(conn, AIDE, clock.now(), replace(source, values=values, extra=extra))
        html = papers.html_of(conn, papers.get_paper(conn, issued.id))
    assert "<script" not in html
    assert "{{ 7 * 7 }}" in html
    assert "49" not in re.sub(r"文书代码 \w+", "", html)


def content(kind: str, person: dict[str, str] | None) -> dict[str, Any]:
    return {
        "kind": kind, "title": label("paper", kind), "number": "1", "code": "2", "office": "顺义区",
        "issuer": "李四", "issued_on": "2026年3月9日", "case_no": "", "person": person, "rows": [],
        "lists": [], "extra": {},
        "lead": "", "end": "", "sign": list(paper_kinds()[kind].sign),
    }  # fmt: skip


@pytest.mark.parametrize("kind", sorted(paper_kinds()))
def test_every_kind_of_paper_prints_even_when_little_was_answered(kind: str) -> None:
    known = ("name", "sex", "birth_date", "id_name", "id_masked", "phone", "address", "community", "street")
    text, _digest = template_text(paper_kinds()[kind])
    html = render(text, content(kind, {name: f"[{name}]" for name in known}))
    assert label("paper", kind) in html
    for place in paper_kinds()[kind].sign:
        assert place in html
    for forbidden in (" style=", " onclick=", "<script", "javascript:"):
        assert forbidden not in html


def test_a_paper_is_due_when_its_condition_is_met() -> None:
    both = ["E08", "E09"]
    assert kinds_to_issue(both, {"certificate": "UNEMPLOYMENT"}) == ["E08"]
    assert kinds_to_issue(both, {"certificate": "TRANSFER"}) == ["E09"]
    assert kinds_to_issue(["E17", "E99"], {}) == ["E17"]


POLICY = Path(__file__).parents[2] / "bpmn" / "policy" / "tasks.json"
#: Kept as evidence, as registers, in the product itself, or printed by others (docs/papers.md).
NOT_ISSUED = {
    "E03", "E07", "E15", "E18", "E25", "E30", "E36", "E45", "E50",
    "E46", "E47", "E52", "E54", "E55", "E56",
}  # fmt: skip


def test_every_paper_that_a_task_issues_has_its_template() -> None:
    for task in json.loads(POLICY.read_text(encoding="utf-8"))["tasks"]:
        assert set(task["papers"]) <= paper_kinds().keys(), task["id"]


def test_every_document_of_the_requirements_is_a_paper_a_register_or_explained() -> None:
    text = (Path(__file__).parents[2] / "docs" / "papers.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"E\d\d", text[text.index("| not issued") : text.index("A printed sheet")]))
    every = {f"E{n:02d}" for n in range(1, 57)}
    assert every - paper_kinds().keys() == NOT_ISSUED
    assert register_specs().keys() | explained >= NOT_ISSUED


def test_a_record_is_drawn_up_from_tasks_whose_forms_there_are() -> None:
    for kind in paper_kinds().values():
        assert (kind.record == "task") == bool(kind.of)
        for element in kind.of:
            assert form(element).fields


def test_words_read_as_people_write_them() -> None:
    spec = form("P04_Letter").fields
    assert paper_text.words(spec["referred_on"], date(2026, 3, 9), {}) == "2026年3月9日"
    assert paper_text.words(spec["told_person"], False, {}) == "否"
    assert paper_text.words(form("P04_Plan").fields["responsible"], "7", {"7": "李四"}) == "李四"
    assert paper_text.words(form("P04_Outcome").fields["outcome"], "HIRED", {}) == "已就业"
