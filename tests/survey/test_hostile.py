"""Workbooks made to harm, two children at one import, and persons who stand in a workbook more than once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.clock import SystemClock, to_us
from engine.codec import loads
from engine.errors import IllegalState
from tasks.actor import OPERATOR
from tasks.store import survey_imports
from tasks.store.tables_people import person
from tasks.survey import import_run, importing
from tasks.survey.import_run import ImportRun, Overtaken
from tasks.survey.workbook import WorkbookRefused, rows_of
from tests.survey.conftest import Place
from tests.survey.papers import book, filled, raw, saved
from tests.survey.test_broken_workbooks import _csv

SHEET = "xl/worksheets/sheet1.xml"
ENTITY = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def _sheet(change: Callable[[bytes], bytes], name: str = SHEET) -> bytes:
    """Return a workbook of two persons whose sheet is changed, and lies under another name."""
    source, stream = zipfile.ZipFile(io.BytesIO(raw(book(filled(2), filled(4))))), io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = source.read(part).replace(SHEET.encode(), name.encode())
            target.writestr(name if part == SHEET else part, change(content) if part == SHEET else content)
    return stream.getvalue()


@pytest.mark.parametrize("number", [b"2", b"1", b"-3", b"0", b"1048577", b"999999999999"])
def test_a_row_that_is_not_where_it_says_refuses_the_file_at_once(place: Place, number: bytes) -> None:
    content = _sheet(lambda xml: xml.replace(b'<row r="3"', b'<row r="' + number + b'"'))
    with pytest.raises(WorkbookRefused, match="cannot be imported") as refused:
        list(rows_of(saved(place.folder, content)))
    assert "行号不对" in refused.value.problems[0]


def test_blank_first_rows_are_told_however_the_file_leaves_them_out(place: Place) -> None:
    content = _sheet(lambda xml: xml.replace(b'<row r="1"', b'<row r="2"', 1))
    with pytest.raises(WorkbookRefused) as refused:
        list(rows_of(saved(place.folder, content)))
    assert "第1行是空的" in refused.value.problems[0]


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_no_part_brings_a_document_type_whatever_its_name(place: Place, coding: str) -> None:
    content = _sheet(lambda xml: (ENTITY + xml).decode().encode(coding), "xl/worksheets/sheet1.dat")
    content = content.replace(b"worksheets/sheet1.xml", b"worksheets/sheet1.dat")
    with pytest.raises(WorkbookRefused) as refused:
        list(rows_of(saved(place.folder, content)))
    assert "不该有的声明" in refused.value.problems[0]


def test_a_row_of_a_csv_is_counted_as_the_spreadsheet_shows_it(place: Place) -> None:
    rows = [filled(2, q16_difficulty="孩子\n还小"), filled(4, mobile="x")]
    found = place.checked(_csv(rows, "utf-8"), "a.csv")
    assert [one.row for one in place.faults(found)] == [3]


def test_a_person_of_two_years_in_one_workbook_gets_one_file_and_the_later_facts(both: Place) -> None:
    rows = [
        filled(2, family_economy="困难", survey_date="2026-01-20"),
        filled(2, family_economy="一般", survey_date="2025-12-20"),
    ]
    done = both.take(both.checked(book(*rows)))
    assert (done.state, done.done, done.opened) == ("done", 2, 1)
    assert {(row["year"], row["standing"]) for row in both.kept()} == {(2025, "held"), (2026, "held")}
    with both.app.read() as conn:
        (row,) = conn.execute(sa.select(person)).mappings()
    assert loads(row["facts"])["family_economy"] == "HARD"


def test_every_row_of_a_person_on_file_is_held_to_the_name_there(place: Place) -> None:
    place.take(place.checked(book(filled(2))))
    found = place.checked(book(filled(2, name="王秀兰", survey_date="2025-12-20"), filled(2)))
    assert 2 in [one.row for one in place.faults(found)]


def test_one_number_under_two_names_in_a_workbook_is_a_fault(place: Place) -> None:
    found = place.checked(book(filled(2, survey_date="2025-12-20"), filled(2, name="王秀兰")))
    (fault,) = place.faults(found)
    assert (fault.row, fault.problems[0][0]) == (3, "name")
    assert "与第2行同一身份证号的姓名不一致" in fault.problems[0][1]


def _lost(place: Place, import_id: int) -> None:
    silent = to_us(SystemClock().now() - importing.SILENCE - timedelta(seconds=1))
    with place.app.write() as conn:
        survey_imports.write(conn, import_id, beat_at=silent)


def test_a_child_given_up_for_lost_writes_nothing_more(
    both: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 1)
    monkeypatch.setattr(importing, "_begin", lambda *_given: None)
    path = saved(both.folder, book(filled(2), filled(4), filled(6)))
    made = importing.start(both.app, OPERATOR, path, "a.xlsx")
    first = ImportRun(both.app, OPERATOR, made)
    keep = first._keep

    def slow(no: int, found: list[import_run.Found]) -> int:
        if no == 2:
            _lost(both, made)
            importing.go_on(both.app, OPERATOR, made)
            ImportRun(both.app, OPERATOR, made).run()
        return keep(no, found)

    monkeypatch.setattr(first, "_keep", slow)
    with pytest.raises(Overtaken):
        first.run()
    found = both.standing(made)
    assert (found.state, found.rows, found.good) == ("checked", 3, 3)
    assert both.waiting() == 3


def test_nothing_comes_back_of_an_import_put_away_while_its_child_was_silent(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_begin", lambda *_given: None)
    made = importing.start(place.app, OPERATOR, saved(place.folder, book(filled(2))), "a.xlsx")
    child = ImportRun(place.app, OPERATOR, made)
    _lost(place, made)
    importing.drop(place.app, OPERATOR, made)
    with pytest.raises(Overtaken):
        child.run()
    assert (place.standing(made).state, place.waiting()) == ("dropped", 0)
    with pytest.raises(IllegalState):
        importing.go_on(place.app, OPERATOR, made)
