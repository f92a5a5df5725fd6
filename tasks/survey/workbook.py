"""Reading the office's workbook (or a CSV of it) row by row; nothing of a file is trusted.

At most 200 MB, 3 GB unpacked and a hundredfold packing; no macro, no password, no document type: nothing
that reads another file or grows while it is read. The only reader of workbooks; it never runs outside a child
process with limits of its own when the file comes from somebody else.
"""

from __future__ import annotations

import codecs
import csv
import re
import warnings
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import AidError
from tasks.survey.columns import SHEET, match
from tasks.survey.strings import Texts, read_into

MOST_BYTES = 200 * 1024 * 1024
MOST_UNPACKED = 3 * 1024**3
MOST_PACKED = 100
MOST_PARTS = 500
#: Where a part says what it is; its first element has to stand in here.
_HEAD = 65_536
_ROOT = re.compile(rb"<[A-Za-z_]")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAC_DAYS = 1_462  # the 1904 system counts from four years later
#: What the library raises over a workbook that is broken inside.
_BROKEN = (
    KeyError, IndexError, ValueError, TypeError, AttributeError, SyntaxError, OSError, EOFError, zlib.error,
    zipfile.BadZipFile,
)  # fmt: skip
_LONGEST_CELL = 32_767
#: Columns further right are not read; the questionnaire has fewer.
_MOST_COLUMNS = 120
_LAST_ROW = 1_048_576


class WorkbookRefused(AidError):
    """The file cannot be read as a workbook of questionnaires; `problems` says why and the way out."""

    code = "workbook_refused"
    zh = "文件不能导入：{first}"
    en = "The file cannot be imported."

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(first=self.problems[0])


@dataclass(slots=True)
class Row:
    """A row that is not empty: its number, its cells by question, and all cells as they stand."""

    number: int
    answers: dict[str, Any]
    cells: list[Any]


def rows_of(path: Path) -> Iterator[Row]:
    """Yield the rows of a file that are not empty; raise WorkbookRefused as soon as it cannot go on."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise WorkbookRefused([f"文件超过{MOST_BYTES >> 20} MB，请按街（镇）分成几个文件。"])
    with path.open("rb") as stream:
        head = stream.read(8)
    if not head:
        raise WorkbookRefused(["文件是空的。请下载模板填写后再导入。"])
    if head.startswith(_OLE):
        raise WorkbookRefused(
            ["文件加了打开密码，或是旧版xls格式。请取消密码，另存为“Excel 工作簿（*.xlsx）”。"]
        )
    if head.startswith(b"PK"):
        yield from _read(_sheet_rows(path), _epoch_shift)
    else:
        yield from _read(_csv_rows(path), lambda _rows: 0)


def _epoch_shift(rows: Any) -> int:
    return int(getattr(rows, "shift", 0))


def _read(rows: Any, shift_of: Any) -> Iterator[Row]:
    source: Generator[Any, None, None] = iter(rows)
    with closing(source):
        yield from _answers(source, shift_of, rows)


def _answers(source: Iterator[Any], shift_of: Any, rows: Any) -> Iterator[Row]:
    first = next(source, None)
    if first is None or first[0] != 1 or not any(cell not in (None, "") for cell in first[1]):
        raise WorkbookRefused([f"“{SHEET}”的第1行是空的，应为列名。请使用下载的模板。"])
    questions, problems = match(first[1])
    if problems:
        raise WorkbookRefused(problems)
    shift, width = shift_of(rows), len(questions)
    for number, cells in source:
        given = list(cells[:width])
        answers = {
            question: cell
            for question, cell in zip(questions, given, strict=False)
            if question is not None and cell is not None and cell != ""
        }
        if not any(not isinstance(cell, str) or cell.strip() for cell in answers.values()):
            continue
        if shift and isinstance(answers.get("survey_date"), int):
            answers["survey_date"] += shift
        yield Row(number, answers, given)


class _sheet_rows:  # noqa: N801  (a generator with an attribute)
    """The rows of the sheet of questionnaires."""

    def __init__(self, path: Path) -> None:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904
        from openpyxl.utils.exceptions import InvalidFileException

        _look(path)
        self._stream = path.open("rb")  # a name would be held to its ending, which says nothing
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # extensions it does not read are of no concern here
                self._book, self._texts = _opened(self._stream)
        except (InvalidFileException, *_BROKEN) as error:
            self._stream.close()
            raise WorkbookRefused(
                ["工作簿已损坏，读不出来。请用表格软件打开后另存为“Excel 工作簿（*.xlsx）”再导入。"]
            ) from error
        self.shift = _MAC_DAYS if self._book.epoch == CALENDAR_MAC_1904 else 0
        try:
            self._choose()
        except WorkbookRefused:
            self._close()
            raise

    def _choose(self) -> None:
        names = self._book.sheetnames
        if SHEET not in names:
            shown = "、".join(f"“{name[:20]}”" for name in names[:5])
            raise WorkbookRefused(
                [f"没有名为“{SHEET}”的工作表（现有{shown}）。请把数据放在模板的“{SHEET}”表里。"]
            )
        self._sheet: Any = self._book[SHEET]
        if getattr(self._sheet, "sheet_state", "visible") != "visible":
            raise WorkbookRefused([f"工作表“{SHEET}”被隐藏了。请取消隐藏，核对后再导入。"])

    def __iter__(self) -> Iterator[tuple[int, Sequence[Any]]]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield from self._numbered()
        except _BROKEN as error:
            raise WorkbookRefused(
                [f"工作表“{SHEET}”已损坏，读到一半读不下去。请用表格软件打开后另存为xlsx再导入。"]
            ) from error
        finally:
            self._close()

    def _numbered(self) -> Iterator[tuple[int, Sequence[Any]]]:
        """Yield the rows that are there by their numbers, which must rise.

        The library's own way over the rows fills every gap and leaves out a row that comes too late, and it
        keeps what a row says of its height to the end.
        """
        from openpyxl.worksheet._reader import WorkSheetParser

        before, book = 0, self._book
        with self._sheet._get_source() as source:
            parser = WorkSheetParser(
                source, self._sheet._shared_strings, epoch=book.epoch, date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for number, found in parser.parse():
                parser.row_dimensions.clear()
                if not before < number <= _LAST_ROW:
                    raise WorkbookRefused(
                        [f"工作表“{SHEET}”第{before}行之后的行号不对，没有读取。请用表格软件打开后另存为xlsx再导入。"]
                    )
                before = number
                cells: list[Any] = []
                for cell in found:
                    column = cell["column"]
                    if column > _MOST_COLUMNS:
                        continue
                    cells += [None] * (column - len(cells))
                    cells[column - 1] = _cell(cell["value"])
                yield number, cells

    def _close(self) -> None:
        self._book.close()
        self._stream.close()
        self._texts.close()


def _opened(stream: Any) -> tuple[Any, Texts]:
    """Open a workbook for reading as the library does, but for its texts, which need not fit in memory."""
    texts = Texts()
    from openpyxl.reader.excel import ExcelReader  # heavy: only who reads a workbook pays for it
    from openpyxl.xml.constants import SHARED_STRINGS

    class Reader(ExcelReader):
        package: Any
        shared_strings: Any

        def read_strings(self) -> None:
            part = self.package.find(SHARED_STRINGS)
            if part is not None:
                with self.archive.open(part.PartName[1:]) as source:
                    read_into(texts, source)
                self.shared_strings = texts

    try:
        reader = Reader(stream, read_only=True, keep_links=False)
        reader.read()
    except BaseException:
        texts.close()
        raise
    return reader.wb, texts


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_CELL else value[:_LONGEST_CELL]
    if hasattr(value, "text") and hasattr(value, "ref"):  # a formula over several cells
        return f"={value.text or ''}"
    return value


def _look(path: Path) -> None:
    """Refuse what would grow, run or read another file, before anything is unpacked whole."""
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
            problem = _unfit(parts)
            if problem:
                raise WorkbookRefused([problem])
            for part in parts:
                with book.open(part) as stream:
                    head = stream.read(_HEAD)
                if part.filename.lower().endswith((".xml", ".rels")) or _is_markup(head):
                    _refuse_document_type(head)
    except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError, RuntimeError) as error:
        raise WorkbookRefused(["工作簿已损坏或不完整，请重新保存或重新上传。"]) from error


def _unfit(parts: Sequence[zipfile.ZipInfo]) -> str:
    names = {part.filename.lower() for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        return "文件加了密码。请取消密码后再导入。"
    if "xl/workbook.xml" not in names:
        return "文件不是Excel工作簿（*.xlsx），也不是CSV。请下载模板填写后再导入。"
    if any(name.endswith("vbaproject.bin") for name in names):
        return "工作簿含有宏（xlsm）。请另存为“Excel 工作簿（*.xlsx）”再导入。"
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked // packed > MOST_PACKED:
        return "工作簿展开后大得不正常，没有读取。请把数据复制到新下载的模板里再导入。"
    return ""


def _is_markup(head: bytes) -> bool:
    """Tell whether a part is read as XML whatever its name says."""
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def _refuse_document_type(head: bytes) -> None:
    root = _ROOT.search(head)
    prolog = head[: root.start()] if root is not None else head
    strange = b"\0" in head or prolog.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if root is None or strange or b"<!DOCTYPE" in prolog.upper() or b"<!ENTITY" in prolog.upper():
        raise WorkbookRefused(["工作簿里有不该有的声明，没有读取。请把数据复制到新下载的模板里再导入。"])


def _csv_rows(path: Path) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows of a CSV in UTF-8 or GB18030 (GBK), as spreadsheet programs save them here."""
    encoding = next((name for name in ("utf-8-sig", "gb18030") if _reads(path, name)), None)
    if encoding is None:
        raise WorkbookRefused(
            ["文件不是Excel工作簿（*.xlsx），也不是UTF-8或GBK编码的CSV。请下载模板填写后再导入。"]
        )
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            yield from enumerate(reader, 1)  # a row of the table, however many lines its cells have
        except csv.Error as error:
            raise WorkbookRefused(
                [f"第{reader.line_num}行不是CSV格式（{error}）。请改用xlsx模板。"]
            ) from error


def _reads(path: Path, encoding: str) -> bool:
    """Tell whether a whole file is text in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                if b"\0" in chunk:
                    return False
                decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True
