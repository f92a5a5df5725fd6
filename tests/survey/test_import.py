"""A workbook is taken over whole, each row once, whatever happens meanwhile; nothing is overwritten."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from engine.codec import loads
from engine.errors import IllegalState, NotCandidate
from tasks import people
from tasks.actor import OPERATOR
from tasks.store import survey_imports
from tasks.store.tables_people import person, person_fact
from tasks.survey import import_run, importing
from tasks.survey.import_run import ImportRun
from tasks.survey.template import PREPARED, faulty_rows, template
from tests.survey.conftest import Place
from tests.survey.papers import book, cells, employed, filled, number, saved

ROWS = [filled(2), employed(3, name="李国强"), filled(4, name="赵桂兰", dibao="是", family_economy="困难")]


def _facts(place: Place, name: str) -> dict[str, Any]:
    with place.app.read() as conn:
        row = conn.execute(sa.select(person).where(person.c.name == name)).mappings().one()
    return {**loads(row["facts"]), "area": row["area"], "phone": row["phone"]}


def test_a_good_workbook_opens_files_and_tells_facts_as_of_its_day(both: Place) -> None:
    found = both.checked(book(*ROWS))
    assert (found.state, found.rows, found.good, found.faulty) == ("checked", 3, 3, 0)
    assert both.kept() == []
    done = both.take(found)
    assert (done.state, done.done, done.opened, done.same, done.beside) == ("done", 3, 3, 0, 0)
    kept = {row["person_id"]: row for row in both.kept()}
    assert len(kept) == 3
    assert all(number(n) not in row["answers"] for n in (2, 3, 4) for row in kept.values())
    facts = _facts(both, "赵桂兰")
    assert facts["receives_dibao"] is True
    assert facts["family_economy"] == "HARD"
    assert facts["wish"] is True
    assert facts["area"] == both.community.path
    with both.app.read() as conn:
        since = set(conn.execute(sa.select(person_fact.c.since, person_fact.c.source)).all())
        found_person = people.search(conn, both.keys, number(4), ["/"])
    assert since == {("2026-01-20", "survey")}
    assert [row["name"] for row in found_person] == ["赵桂兰"]
    poor = next(row for row in kept.values() if "SY01_DIBAO" in row["candidates"])
    assert poor["visit_class"] == 3


def test_the_same_workbook_again_writes_nothing_and_other_answers_stand_beside(both: Place) -> None:
    both.take(both.checked(book(*ROWS)))
    again = both.take(both.checked(book(*ROWS)))
    assert (again.done, again.opened, again.same, again.beside) == (3, 0, 3, 0)
    other = both.take(both.checked(book(filled(2, family_economy="困难", survey_date="2026-02-01"))))
    assert (other.same, other.beside) == (0, 1)
    assert sorted(row["standing"] for row in both.kept()) == ["beside", "held", "held", "held"]
    assert _facts(both, "王秀英")["family_economy"] == "NORMAL"


def test_of_a_workbook_with_faults_the_good_rows_wait_until_somebody_decides(place: Place) -> None:
    found = place.checked(book(filled(2), filled(4, q14="A")))
    assert (found.state, found.good, found.faulty) == ("checked", 1, 1)
    assert place.kept() == []
    done = place.take(found)
    assert (done.done, len(place.kept())) == (1, 1)
    assert [one.row for one in place.faults(done)] == [3]


def test_the_rows_to_mend_come_as_a_workbook_that_is_imported_again(place: Place) -> None:
    found = place.checked(book(filled(2), filled(4, q14="A", q16_difficulty="=1+1", id_no=number(4))))
    mend = saved(place.folder, faulty_rows(place.faults(found)), "mend.xlsx")
    sheet = load_workbook(mend)["问卷"]
    assert [sheet.cell(2, 1).value, sheet.max_row] == ["3", 2]
    assert "请选择3项" in str(sheet.cell(2, 2).value)
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    names = [str(cell.value) for cell in sheet[1]]
    column = next(n for n, name in enumerate(names, 1) if name.startswith("14. "))
    sheet.cell(2, column).value = "A、B、C"
    sheet.cell(2, names.index("16. 就业生活困难") + 1).value = "无"
    assert (place.checked(sheet.parent, "again.xlsx").good) == 1


def test_the_template_is_read_by_our_own_reader_and_has_lists_text_and_an_explanation(place: Place) -> None:
    made = load_workbook(saved(place.folder, template(), "template.xlsx"))
    sheet = made["问卷"]
    assert made.sheetnames == ["问卷", "填写说明", "选项"]
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet["A2"].number_format == "@"
    lists = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    assert f"F2:F{PREPARED + 1}" in lists
    for column, value in enumerate(cells(employed()), 1):
        sheet.cell(2, column).value = value
    found = place.checked(made)
    assert (found.rows, found.good, found.faulty) == (1, 1, 0)


def test_a_broken_off_import_goes_on_and_writes_each_row_once(
    both: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 2)
    rows = [filled(n, name=f"王{chr(0x4E00 + n)}") for n in range(2, 12)]
    found = both.checked(book(*rows))
    with both.app.write() as conn:
        survey_imports.write(conn, found.id, "checked", state="importing")
    run = ImportRun(both.app, OPERATOR, found.id)
    taken: list[int] = []

    def batch(no: int, reader: Any) -> None:
        if len(taken) == 2:
            raise KeyboardInterrupt
        taken.append(no)
        ImportRun._batch(run, no, reader)

    monkeypatch.setattr(run, "_batch", batch)
    with pytest.raises(KeyboardInterrupt):
        run.run()
    half = both.standing(found.id)
    assert (half.stored, half.done, len(both.kept())) == ("importing", 4, 4)
    ImportRun(both.app, OPERATOR, found.id).run()
    done = both.standing(found.id)
    assert (done.state, done.done, done.opened) == ("done", 10, 10)
    assert len({row["person_id"] for row in both.kept()}) == 10
    assert both.waiting() == 0


def test_a_killed_child_can_go_on_and_the_page_says_so(place: Place) -> None:
    rows = [filled(n, name=f"王{chr(0x4E00 + n)}") for n in range(2, 60)]
    path = saved(place.folder, book(*rows))
    made = importing.start(place.app, OPERATOR, path, "问卷.xlsx", own_file=True)
    importing.child(made).kill()
    importing.wait(made)
    assert (place.standing(made).state, place.standing(made).stored) == ("lost", "checking")
    importing.go_on(place.app, OPERATOR, made)
    importing.wait(made)
    assert (place.standing(made).state, place.standing(made).good) == ("checked", 58)
    assert not path.exists()
    importing.go_on(place.app, OPERATOR, made)
    importing.child(made).kill()
    importing.wait(made)
    assert (place.standing(made).state, place.standing(made).stored) == ("lost", "importing")
    importing.go_on(place.app, OPERATOR, made)
    importing.wait(made)
    assert (place.standing(made).state, place.standing(made).done) == ("done", 58)
    assert len({row["person_id"] for row in place.kept()}) == len(place.kept()) == 58


def test_only_supervisors_and_the_system_administrator_import(place: Place) -> None:
    with pytest.raises(NotCandidate):
        importing.start(place.app, place.worker, place.folder / "a.xlsx", "a.xlsx")


def test_a_row_of_another_area_is_a_fault_for_a_supervisor(place: Place) -> None:
    far = filled(4, hukou_place_town="南法信镇", hukou_place_village="东海洪村")
    found = place.checked(book(filled(2), far), actor=place.chief)
    assert [(one.row, one.problems[0][0]) for one in place.faults(found)] == [(3, "hukou_place_village")]
    place.take(place.checked(book(far)))
    found = place.checked(book(filled(4)), actor=place.chief)
    assert "其他辖区已有档案" in place.faults(found)[0].problems[0][1]


def test_a_name_other_than_that_on_file_is_a_fault(place: Place) -> None:
    place.take(place.checked(book(filled(2))))
    found = place.checked(book(filled(2, name="王秀兰", q13="兴趣爱好")))
    assert "与档案中的“王秀英”不一致" in place.faults(found)[0].problems[0][1]


def test_what_is_unlikely_is_listed_and_imported(place: Place) -> None:
    found = place.checked(book(filled(2, person_type="在业人员")))
    assert (found.good, found.warned) == (1, 1)
    assert "人员类别为" in place.faults(found, warned=True)[0].problems[0][1]


def test_an_import_put_away_leaves_nothing_and_a_finished_one_stays(place: Place) -> None:
    found = place.checked(book(filled(2), filled(4, q14="A")))
    importing.drop(place.app, OPERATOR, found.id)
    assert (place.standing(found.id).state, place.waiting(), place.faults(found)) == ("dropped", 0, [])
    done = place.take(place.checked(book(filled(2))))
    with pytest.raises(IllegalState):
        importing.drop(place.app, OPERATOR, done.id)


def test_what_waits_to_be_taken_over_can_be_read_by_nobody(place: Place) -> None:
    found = place.checked(book(filled(2), filled(4, q14="A")))
    with place.app.read() as conn:
        query = "SELECT sealed FROM survey_batch UNION SELECT sealed FROM survey_fault"
        sealed = conn.execute(sa.text(query))
        content = b"".join(bytes(row[0]) for row in sealed)
    assert found.good == 1
    assert content
    assert number(2).encode() not in content
    assert "王秀英".encode() not in content
