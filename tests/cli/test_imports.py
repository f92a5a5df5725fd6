"""Lists from files: all of a list or nothing of it, every wrong row named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tasks import installation, org
from tasks.idno import check_character
from tests.cli.conftest import Call, fingerprint

HEAD = "name,id_no,community,phone,address\n"
YEAR = """year = {year}
status = "{status}"
source = "国务院办公厅通知"
working_weekends = [2027-02-20]
[[holidays]]
name = "春节"
first = 2027-02-05
last = 2027-02-11
"""


def number(n: int) -> str:
    first = f"1101131980{1 + n % 12:02d}{1 + n % 28:02d}{n:03d}"
    return first + check_character(first)


@pytest.fixture
def staffed(office: Path) -> Path:
    """An office with two streets that each have a community of one name, and one community more."""
    app = installation.open_app(installation.place(None))
    with app.write() as conn:
        for street, community in (("仁和镇", "新村"), ("南法信镇", "新村"), ("仁和镇", "河南村")):
            org.ensure_unit(conn, "顺义区", street, community)
    app.db.dispose()
    return office


def people(office: Path) -> int:
    with closing(sqlite3.connect(office / "aid595.db")) as conn:
        return int(conn.execute("SELECT count(*) FROM person").fetchone()[0])


def test_people_are_imported_with_a_trail_each(call: Call, staffed: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    rows = f"王敏,{number(1)},河南村,13800001234,河南村1号\n李强,{number(2)},南法信镇/新村,,\n\n"
    file.write_text("\ufeff" + HEAD + rows, encoding="utf-8")
    done = call("import", "people", file)
    assert (done.code, done.err) == (0, "")
    assert "2人" in done.out
    assert people(staffed) == 2
    assert call("audit", "verify").code == 0
    again = call("import", "people", file)
    assert again.code == 1
    assert "第2行" in again.err
    assert people(staffed) == 2


def test_one_wrong_row_and_none_is_imported_and_each_is_named(
    call: Call, staffed: Path, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    rows = [
        f"王敏,{number(1)},河南村,,",
        f"李强,{number(2)},不在村,,",
        f"张三,{number(3)[:-1]}0,河南村,,",
        f"赵四,{number(4)},新村,abc,",
        f"王敏,{number(1)},河南村,,",
    ]
    file.write_text(HEAD + "\n".join(rows), encoding="utf-8")
    before = fingerprint(staffed)
    done = call("import", "people", file)
    assert done.code == 1
    assert "一条也没有导入" in done.err
    for line in (3, 4, 5, 6):
        assert f"第{line}行" in done.err
    assert "第2行" not in done.err
    assert people(staffed) == 0
    assert fingerprint(staffed) == before


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\x00\x01\x02", HEAD.encode(), "姓名,证号\n甲,1\n".encode(), "王".encode("gbk"),
        (HEAD + "a,b\n").encode(), (HEAD + '"a\n').encode(), b"name,name,id_no,community\n",
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_list_is_refused(
    call: Call, staffed: Path, tmp_path: Path, raw: bytes
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(raw)
    done = call("import", "people", file)
    assert done.code == 1
    assert "一条也没有导入" in done.err
    assert "Traceback" not in done.err
    assert people(staffed) == 0


def test_an_official_year_is_loaded(call: Call, office: Path, tmp_path: Path) -> None:
    file = tmp_path / "2027.toml"
    file.write_text(YEAR.format(year=2027, status="official"), encoding="utf-8")
    done = call("import", "calendar", file)
    assert (done.code, done.err) == (0, "")
    with closing(sqlite3.connect(office / "aid595.db")) as conn:
        row = conn.execute("SELECT official, content FROM calendar_year WHERE year = 2027").fetchone()
    assert row[0] == 1
    assert "2027-02-08" in row[1]


@pytest.mark.parametrize(
    "text",
    [
        "", "year = ", "year = 2027", YEAR.format(year=2027, status="provisional"),
        YEAR.format(year=2028, status="official"), YEAR.format(year=2027, status="maybe"), "\x00",
    ],
)  # fmt: skip
def test_a_year_that_is_none_is_refused(call: Call, office: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "year.toml"
    file.write_text(text, encoding="utf-8")
    before = fingerprint(office)
    call("import", "calendar", file).require_refused("工作日历")
    assert fingerprint(office) == before
