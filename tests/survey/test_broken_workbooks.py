"""Every broken workbook gives a list of rows, columns and reasons in Chinese, and nothing is imported."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tasks.survey.check import check
from tasks.survey.columns import header_of, headers
from tasks.survey.schema import questionnaire
from tasks.survey.workbook import rows_of
from tests.survey.conftest import Place
from tests.survey.papers import IDS, TODAY, book, employed, filled, number, raw, saved

HEAD = list(headers())


def _changed(content: bytes, **parts: Callable[[bytes], bytes] | bytes) -> bytes:
    """Return a workbook with some of its parts changed or added; names have `__` for `/`."""
    source, stream = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    wanted = {name.replace("__", "/") + ("" if "." in name else ".xml"): made for name, made in parts.items()}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            made = wanted.pop(name, None)
            old = source.read(name)
            target.writestr(name, old if made is None else made(old) if callable(made) else made)
        for name, made in wanted.items():
            assert isinstance(made, bytes)
            target.writestr(name, made)
    return stream.getvalue()


def _column(name: str) -> int:
    return IDS.index(name) + 1


def _with(row: int, name: str, value: Any, fmt: str = "") -> Any:
    made = book(filled(), filled(4, name="李国强"))
    cell = made.active.cell(row, _column(name))
    cell.value = value
    if fmt:
        cell.number_format = fmt
    return made


def _renamed(old: str, new: str) -> list[Any]:
    return [new if name == old else name for name in HEAD]


def _hidden_sheet() -> Any:
    made = book(filled())
    made.create_sheet("其他")
    made.active.sheet_state = "hidden"
    return made


def _hidden_row() -> Any:
    made = book(filled(), filled(4, mobile="x"))
    made.active.row_dimensions[3].hidden = True
    return made


def _merged() -> Any:
    made = book(filled())
    made.active.merge_cells(start_row=1, start_column=2, end_row=1, end_column=3)
    return made


def _blank_rows() -> Any:
    made = book(filled(q14="A"))
    for row in range(3, 400):
        for column in range(1, 30):
            made.active.cell(row, column, " " if column == 2 else None).number_format = "@"
    return made


def _csv(rows: list[dict[str, Any]], encoding: str) -> bytes:
    lines = [HEAD, *([row.get(name, "") for name in IDS] for row in rows)]
    return "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode(encoding)


def _bomb() -> bytes:
    return _changed(raw(book(filled())), xl__worksheets__sheet1=b"<worksheet>" + b" " * 60_000_000)


def _document_type(content: bytes) -> bytes:
    cut = content.index(b"<worksheet") if b"<worksheet" in content else 0
    entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return content[:cut] + entity + content[cut:]


#: (name of the file, its content, rows with faults, words of the reasons); no row: of the file as a whole.
BROKEN: dict[str, tuple[str, Callable[[], Any], list[int], list[str]]] = {
    "not a workbook": ("a.xlsx", lambda: b"\x00\x01\x02 not at all", [], ["不是Excel工作簿"]),
    "empty file": ("a.xlsx", lambda: b"", [], ["是空的"]),
    "a picture": ("a.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), [], ["不是Excel工作簿"]),
    "encrypted or xls": (
        "a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), [], ["打开密码"],
    ),
    "another zip": ("a.xlsx", lambda: _changed(raw(book()), xl__workbook=b"")[:100] + b"x", [], ["损坏"]),
    "half a file": ("a.xlsx", lambda: raw(book(filled()))[:3000], [], ["损坏"]),
    "zip bomb": ("a.xlsx", _bomb, [], ["大得不正常"]),
    "macros": (
        "a.xlsm", lambda: _changed(raw(book(filled())), **{"xl__vbaProject.bin": b"x"}), [], ["含有宏"],
    ),
    "document type": (
        "a.xlsx", lambda: _changed(raw(book(filled())), xl__worksheets__sheet1=_document_type), [],
        ["不该有的声明"],
    ),
    "broken sheet": (
        "a.xlsx", lambda: _changed(raw(book(filled())), xl__worksheets__sheet1=lambda c: c[:-200]), [],
        ["已损坏"],
    ),
    "wrong sheet": ("a.xlsx", lambda: book(filled(), sheet="Sheet1"), [], ["没有名为“问卷”", "“Sheet1”"]),
    "hidden sheet": ("a.xlsx", _hidden_sheet, [], ["被隐藏"]),
    "no rows": ("a.xlsx", book, [], ["只有列名"]),
    "no header": ("a.xlsx", lambda: book(head=[None]), [], ["第1行是空的"]),
    "missing columns": ("a.xlsx", lambda: book(filled(), head=HEAD[:-2]), [], ["缺少列", "调查日期"]),
    "renamed column": ("a.xlsx", lambda: book(filled(), head=_renamed("手机号码", "手机号")), [],
                       ["“手机号”不是问卷的列名，是不是“手机号码”", "缺少列"]),
    "column twice": (
        "a.xlsx", lambda: book(filled(), head=_renamed("住宅电话", "手机号码")), [], ["重复出现"],
    ),
    "merged headers": ("a.xlsx", _merged, [], ["第3列没有列名，可能是合并单元格"]),
    "number as float": ("a.xlsx", lambda: _with(3, "id_no", 1.10113e17), [3], ["身份证号", "存成了数字"]),
    "number in scientific text": ("a.xlsx", lambda: _with(3, "id_no", "1.10113E+17"), [3], ["科学计数法"]),
    "wrong check character": ("a.xlsx", lambda: _with(3, "id_no", "11011319820101001X"), [3], ["校验不通过"]),
    "old number": ("a.xlsx", lambda: _with(3, "id_no", "110113820101001"), [3], ["15位旧身份证号"]),
    "the same person twice": ("a.xlsx", lambda: book(filled(), filled(4), filled()), [4], ["与第2行重复"]),
    "trailing blank rows": ("a.xlsx", _blank_rows, [2], ["请选择3项"]),
    "formula": ("a.xlsx", lambda: _with(2, "skills_other", '=CONCATENATE("无","")'), [2], ["是公式"]),
    "formula in the number": ("a.xlsx", lambda: _with(2, "id_no", "=A3"), [2], ["身份证号"]),
    "error value": ("a.xlsx", lambda: _with(2, "mobile", "#N/A"), [2], ["错误值“#N/A”"]),
    "no date": ("a.xlsx", lambda: _with(3, "survey_date", "元月20日"), [3], ["不是有效日期", "2026-01-12"]),
    "date ahead": ("a.xlsx", lambda: _with(3, "survey_date", date(2026, 12, 1)), [3], ["不能晚于今天"]),
    "no option": ("a.xlsx", lambda: _with(3, "education", "博士后流动站"), [3], ["不在选项内", "小学"]),
    "jump rule broken": ("a.xlsx", lambda: book(employed(q10="是", q10_year="2009")), [2],
                         ["按跳转规则不需要回答“第10题"]),
    "jump rule left out": ("a.xlsx", lambda: book(employed(q02=None)), [2], ["第2题", "没有填写"]),
    "none where none may be": ("a.xlsx", lambda: _with(2, "name", "无"), [2], ["“姓名”不能填“无”"]),
    "no community": (
        "a.xlsx", lambda: _with(2, "hukou_place_village", "河南屯"), [2],
        ["没有“仁和镇／河南屯”", "是不是“河南村”"],
    ),
    "hidden row": ("a.xlsx", _hidden_row, [3], ["手机号码"]),
    "truth instead of words": ("a.xlsx", lambda: _with(2, "ethnicity", True), [2], ["逻辑值"]),
    "too long": ("a.xlsx", lambda: _with(2, "ethnicity", "汉" * 300), [2], ["最多200个字"]),
    "csv in a strange encoding": ("a.csv", lambda: _csv([filled()], "utf-16"), [], ["UTF-8或GBK"]),
    "csv with a fault": ("a.csv", lambda: _csv([filled(mobile="x")], "gbk"), [2], ["手机号码"]),
    "csv cut in a cell": ("a.csv", lambda: _csv([filled()], "utf-8")[:-3] + b'"x', [], ["CSV格式"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_workbook_says_row_column_and_reason_and_imports_nothing(place: Place, name: str) -> None:
    file, make, rows, words = BROKEN[name]
    found = place.checked(make(), file)
    faults = place.faults(found)
    assert [one.row for one in faults] == rows
    said = found.problem + "".join(zh for one in faults for _name, zh, _en in one.problems)
    assert all(word in said for word in words), said
    assert (found.state, found.faulty) == (("checked", len(rows)) if rows else ("failed", 0))
    assert "。" in said
    assert place.kept() == []
    if not rows:
        assert place.waiting() == 0


def _mac() -> Any:
    made = _with(2, "survey_date", date(2026, 1, 20), "yyyy-mm-dd")
    made.epoch = CALENDAR_MAC_1904
    return made


WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
#: What people write and we understand, with what it is kept as.
UNDERSTOOD: dict[str, tuple[Callable[[], Any], str, Any]] = {
    "full-width digits": (lambda: _with(2, "id_no", number(2).translate(WIDE)), "id_no", number(2)),
    "spaces": (lambda: _with(2, "name", " 王 秀英  "), "name", "王 秀英"),
    "an apostrophe before the number": (lambda: _with(2, "id_no", "'" + number(2)), "id_no", number(2)),
    "a small x": (lambda: _with(2, "id_no", number(2).lower()), "id_no", number(2)),
    "a date cell": (
        lambda: _with(2, "survey_date", date(2026, 1, 21), "yyyy-mm-dd"), "survey_date", "2026-01-21",
    ),
    "a date of the 1904 system": (_mac, "survey_date", "2026-01-20"),
    "a date as a number": (lambda: _with(2, "survey_date", 46_042), "survey_date", "2026-01-20"),
    "a date in Chinese": (lambda: _with(2, "survey_date", "2026年1月20日"), "survey_date", "2026-01-20"),
    "a date in one word": (lambda: _with(2, "survey_date", "20260120"), "survey_date", "2026-01-20"),
    "没有 for 无": (lambda: _with(2, "home_phone", "没有"), "home_phone", "无"),
    "a slash for 无": (lambda: _with(2, "skills_other", "/"), "skills_other", "无"),
    "a telephone as a number": (lambda: _with(2, "mobile", 13800001234), "mobile", "13800001234"),
    "letters together": (lambda: _with(2, "q14", "abh"), "q14", ["A", "B", "H"]),
    "words of the boxes": (lambda: _with(2, "q12", "不知道如何找工作；刚刚终止劳动合同"), "q12", ["A", "C"]),
    "letter and words": (lambda: _with(2, "q11", "A.是"), "q11", "A"),
    "wider brackets": (lambda: _with(2, "education", "高中(含中专、技校)"), "education", "3"),
    "csv in GBK": (lambda: _csv([filled(), filled(4)], "gbk"), "name", "王秀英"),
    "csv in UTF-8 with a mark": (lambda: _csv([filled(), filled(4)], "utf-8-sig"), "name", "王秀英"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_what_offices_really_write_is_understood(place: Place, name: str) -> None:
    make, question, wanted = UNDERSTOOD[name]
    first = next(iter(rows_of(saved(place.folder, make(), "a.xlsx"))))
    found = check(first.answers, TODAY, place.app.library.thresholds, literal=True)
    assert found.problems == []
    assert found.answers[question] == wanted


def test_columns_may_stand_in_any_order_and_without_their_numbers(place: Place) -> None:
    order = list(reversed(IDS))
    questions = questionnaire().questions
    head = [questions[name].zh if name == "q06" else header_of(questions[name]) for name in order]
    made = book(head=head)
    made.active.append([employed().get(name) for name in order])
    found = place.checked(made)
    assert (found.good, found.faulty) == (1, 0)
