"""`aid595 import survey`: all rows or none, unless said otherwise; the template comes from the program."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import Call
from tests.survey.papers import book, employed, filled, raw


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "问卷.xlsx"
    path.write_bytes(content)
    return path


def _count(office: Path) -> int:
    with closing(sqlite3.connect(office / "aid595.db")) as conn:
        return int(conn.execute("SELECT count(*) FROM questionnaire").fetchone()[0])


def test_a_workbook_is_imported_and_again_changes_nothing(call: Call, office: Path, tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    units.write_text("区,街镇,社区\n顺义区,仁和镇,河南村\n", encoding="utf-8")
    assert call("import", "units", units).code == 0
    file = _file(tmp_path, raw(book(filled(2), employed(3))))
    first = call("import", "survey", file)
    assert "已导入2份问卷：新建档案2人" in first.out, first
    assert "已有相同问卷2份" in call("import", "survey", file).out
    assert _count(office) == 2


def test_with_a_faulty_row_nothing_is_imported_unless_the_good_ones_are_wanted(
    call: Call, office: Path, tmp_path: Path
) -> None:
    units = tmp_path / "units.csv"
    units.write_text("区,街镇,社区\n顺义区,仁和镇,河南村\n", encoding="utf-8")
    call("import", "units", units)
    file, mend = _file(tmp_path, raw(book(filled(2), employed(3, q06="很多")))), tmp_path / "mend.xlsx"
    refused = call("import", "survey", file, "--mend", mend)
    assert (refused.code, _count(office)) == (1, 0)
    assert "第3行 6. 请问您的月收入是多少？" in refused.err
    assert mend.exists()
    taken = call("import", "survey", file, "--good-rows")
    assert "已导入1份问卷" in taken.out
    assert "有错未导入1行" in taken.out
    assert _count(office) == 1


def test_what_is_no_workbook_is_refused(call: Call, office: Path, tmp_path: Path) -> None:
    refused = call("import", "survey", _file(tmp_path, b"\x00no"))
    assert refused.code == 1
    assert "不是Excel工作簿" in refused.err


def test_the_template_is_written_once(call: Call, office: Path, tmp_path: Path) -> None:
    target = tmp_path / "模板.xlsx"
    assert call("export", "survey-template", target).code == 0
    assert target.stat().st_size > 10_000
