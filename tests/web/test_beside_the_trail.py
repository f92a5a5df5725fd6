"""Rows beside the trail that were changed behind the program's back are named by what the trail told."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine import seals
from engine.store.tables import definition, event, event_payload, instance, trail, user_task
from tasks.crypto import keys_text
from tasks.store.tables import case, deadline, form_data, referral, trail_owner
from tasks.store.tables_people import paper, paper_template
from tests.web.copied import Copy, copy_of
from tests.web.office import Office

HOURS = 3_600_000_000


@pytest.fixture(scope="module")
def looked_at(office: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path, Path]:
    """A case with a referral that did not come off, sealed, and another beside it."""
    folder = tmp_path_factory.mktemp("looked-at")
    made = office.new_case("上官云")
    office.new_case("皇甫松")
    office.reach(made, "P04_Outcome")
    office.complete(made, "P04_Outcome", outcome="NOT_HIRED", reason="POST")
    office.reach(made, "P04_Letter")
    seals.seal(office.db, office.keys.trail, office.clock.now(), folder / "office.checkpoints")
    (folder / "office.keys").write_text(keys_text(office.keys))
    return made, folder / "office.checkpoints", folder / "office.keys"


@pytest.fixture
def copy(office: Office, looked_at: tuple[int, Path, Path], tmp_path: Path) -> Copy:
    return copy_of(office, looked_at, tmp_path)


def change(table: sa.Table, column: str, **values: Any) -> Callable[[int], list[Any]]:
    """Return what changes the rows of a case, named by a column."""
    return lambda one: [sa.update(table).where(table.c[column] == one).values(**values)]


def remove(table: sa.Table, column: str) -> Callable[[int], list[Any]]:
    return lambda one: [sa.delete(table).where(table.c[column] == one)]


def last_done(one: int) -> sa.ColumnElement[bool]:
    done = sa.select(sa.func.max(user_task.c.id)).where(
        user_task.c.trail_id == one, user_task.c.state == "completed"
    )
    return user_task.c.id == done.scalar_subquery()


def of_another(one: int) -> list[Any]:
    other = sa.select(sa.func.min(case.c.person_id)).where(case.c.id != one).scalar_subquery()
    return [sa.update(trail_owner).where(trail_owner.c.trail_id == one).values(person_id=other)]


def made_up(one: int) -> list[Any]:
    columns = [column for column in paper.c if column.name not in ("id", "number", "code")]
    source = sa.select(sa.literal(7), sa.literal("顺〔2026〕9号"), sa.literal("XYZ"), *columns)
    names = ["id", "number", "code", *(column.name for column in columns)]
    return [sa.insert(paper).from_select(names, source.where(paper.c.case_id == one).limit(1))]


#: attack, and what is named
ATTACKS: Mapping[str, tuple[Callable[[int], list[Any]], str]] = {
    "due date": (change(deadline, "case_id", due_effective="2030-01-01"), "content altered"),
    "due instant": (change(deadline, "case_id", due_at=4 * HOURS), "content altered"),
    "arithmetic": (change(deadline, "case_id", arithmetic="{}"), "content altered"),
    "trigger": (change(deadline, "case_id", trigger_on="2020-01-01"), "content altered"),
    "done in time": (change(deadline, "case_id", met=sa.not_(deadline.c.met)), "content altered"),
    "not overdue": (change(deadline, "case_id", missed_at=1), "content altered"),
    "deadlines gone": (remove(deadline, "case_id"), "content removed"),
    "who did it": (lambda one: [sa.update(user_task).where(last_done(one)).values(ended_by=77)],
                   "content altered"),
    "not done": (lambda one: [sa.update(user_task).where(last_done(one)).values(state="cancelled")],
                 "content altered"),
    "other step": (change(user_task, "trail_id", element="P04_Plan"), "content altered"),
    "steps gone": (lambda one: [sa.delete(user_task).where(last_done(one))], "content removed"),
    "processes gone": (remove(instance, "trail_id"), "content removed"),
    "form gone": (remove(form_data, "case_id"), "content removed"),
    "form a draft again": (change(form_data, "case_id", draft=True), "content removed"),
    "form of another": (change(form_data, "case_id", saved_by=77), "content altered"),
    "paper gone": (remove(paper, "case_id"), "content removed"),
    "paper number": (change(paper, "case_id", number=sa.literal("9-") + paper.c.number), "content altered"),
    "paper day": (change(paper, "case_id", issued_on="2020-01-01"), "content altered"),
    "paper void": (change(paper, "case_id", voided_at=1), "content altered"),
    "paper made up": (made_up, "content inserted"),
    "template": (lambda _one: [sa.update(paper_template).values(source="{}")], "content altered"),
    "case number": (change(case, "id", case_no="2026-999999"), "content altered"),
    "case closed": (change(case, "id", status="END-DIED"), "content altered"),
    "hired": (change(referral, "case_id", outcome="HIRED"), "content altered"),
    "employer": (change(referral, "case_id", employer="某公司"), "content altered"),
    "referrals gone": (remove(referral, "case_id"), "content removed"),
    "another person": (of_another, "content altered"),
}  # fmt: skip


def test_an_honest_office_agrees_with_its_trails(copy: Copy) -> None:
    assert copy.by_the_product() == set()


@pytest.mark.parametrize("what", sorted(ATTACKS))
def test_a_row_changed_beside_the_trail_is_named(copy: Copy, what: str) -> None:
    attack, wanted = ATTACKS[what]
    copy.attack(*attack(copy.case))
    assert wanted in {found for found, _seq in copy.by_the_product()}


@pytest.mark.parametrize(("table", "said"), [(form_data, "表单"), (paper, "文书")])
def test_a_bundle_without_what_its_events_name_is_found_by_the_verifier_alone(
    copy: Copy, table: sa.Table, said: str
) -> None:
    one = sa.select(sa.func.min(table.primary_key.columns[0])).where(table.c.case_id == copy.case)
    copy.attack(sa.delete(table).where(table.primary_key.columns[0] == one.scalar_subquery()))
    ended = copy.alone(copy.bundle())
    assert ended.returncode == 1
    assert f"记录所指的内容被删除：{said}" in ended.stdout


@pytest.mark.parametrize("number", [0, -1])
def test_an_event_before_the_first_is_named(copy: Copy, number: int) -> None:
    row = dict(copy.rows(sa.select(event).where(copy.at(9)))[0]._mapping)
    forged = {**row, "seq": number, "data": "{}", "command_key": None}
    copy.attack(event.insert().values(**forged))
    assert ("inserted", number) in copy.by_the_product()
    assert "插入了不是本系统写入的记录" in copy.alone(copy.bundle()).stdout


def test_a_trail_of_nothing_but_a_forged_event_is_named(copy: Copy) -> None:
    row = dict(copy.rows(sa.select(event).where(copy.at(9)))[0]._mapping)
    forged = {**row, "trail_id": 42, "seq": 0, "data": "{}", "command_key": None}
    copy.attack(trail.insert().values(id=42, created_at=0), event.insert().values(**forged))
    copy.case = 42
    assert ("inserted", 0) in copy.by_the_product()


@pytest.mark.parametrize("column", ["hash", "data", "seq"])
def test_an_event_whose_column_holds_something_else_is_named_and_nothing_breaks(
    copy: Copy, column: str
) -> None:
    wrong = sa.literal_column("x'ff'" if column == "data" else "'abc'")
    copy.attack(sa.update(event).where(copy.at(9)).values({column: wrong}))
    assert "altered" in {what for what, _seq in copy.by_the_product()}


SPOILED: Mapping[str, Callable[[int], list[Any]]] = {
    "hash": lambda one: [sa.update(event).where(event.c.trail_id == one, event.c.seq == 9)
                         .values(hash=sa.literal_column("'abc'"))],
    "number": lambda one: [sa.update(event).where(event.c.trail_id == one, event.c.seq == 9)
                           .values(seq=sa.literal_column("'abc'"))],
    "moment": lambda one: [sa.update(event).where(event.c.trail_id == one, event.c.seq == 9)
                           .values(at=sa.literal_column("'soon'"))],
    "data": lambda one: [sa.update(event).where(event.c.trail_id == one).values(data="[]")],
    "form": change(form_data, "case_id", values="no json"),
    "payload": change(event_payload, "trail_id", payload='{"a":5}'),
    "paper": change(paper, "case_id", issued_on="soon"),
    "diagram": lambda _one: [sa.update(definition).values(xml=definition.c.xml + " ")],
    "state": change(instance, "trail_id", mac=sa.literal_column("'abc'")),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(SPOILED))
def test_the_pages_of_what_was_spoiled_name_it_instead_of_failing(copy: Copy, what: str) -> None:
    copy.attack(*SPOILED[what](copy.case))
    for path in (f"/audit/{copy.case}/verify", "/audit/verify"):
        assert "验证未通过" in copy.asked("auditor.sy", path, {}).text


def packed(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, part in parts.items():
            target.writestr(name, part)
    return out.getvalue()


def test_every_file_of_a_bundle_is_named_when_it_is_changed_or_gone(copy: Copy) -> None:
    with zipfile.ZipFile(io.BytesIO(copy.bundle())) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    kinds = {Path(name).suffix: name for name in parts if not name.startswith(("manifest", "evidence"))}
    assert set(kinds) == {".bpmn", ".svg", ".html", ".css", ".py"}
    for name in kinds.values():
        changed = {**parts, name: parts[name] + b" "}
        listed = {n: hashlib.sha256(part).hexdigest() for n, part in changed.items() if n[:8] != "manifest"}
        closed_again = {**changed, "manifest.json": json.dumps(listed).encode()}
        gone = {n: part for n, part in parts.items() if n != name}
        for spoilt, said in (
            (changed, f"证据包里的文件被改动：{name}"),
            (closed_again, "证据包里的文件被改动：manifest.mac"),
            (gone, f"证据包里缺少文件：{name}"),
        ):
            done = copy.alone(packed(spoilt))
            assert (done.returncode, said in done.stdout) == (1, True), (name, done.stdout, done.stderr)


def test_an_event_that_was_altered_is_named_once_and_not_by_what_it_told(copy: Copy) -> None:
    made = sa.and_(event.c.trail_id == copy.case, event.c.kind == "TaskCreated")
    seq = copy.rows(sa.select(sa.func.min(event.c.seq)).where(made))[0][0]
    copy.attack(sa.update(event).where(copy.at(seq)).values(data='{"task":"1"}'))
    assert copy.by_the_product() == {("altered", seq)}
