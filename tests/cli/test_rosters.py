"""Units and staff from lists: all of a list or nothing, each on the office's trail, no role by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import Call

UNITS = "区,街镇,社区\n"
STAFF = "登录名,姓名,机构,手机,身份证号\n"


def rows(office: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(office / "aid595.db")) as conn:
        return conn.execute(query).fetchall()


def sheet(folder: Path, text: str) -> Path:
    file = folder / "list.csv"
    file.write_text("\ufeff" + text, encoding="utf-8")
    return file


def test_units_are_made_once_with_those_above_them(call: Call, office: Path, tmp_path: Path) -> None:
    file = sheet(tmp_path, UNITS + "顺义区,仁和镇,河南村\n顺义区,仁和镇,沙坨村\n顺义区,马坡镇,\n")
    assert "新建机构5个" in call("import", "units", file).out
    assert "新建机构0个" in call("import", "units", file).out
    assert ("河南村", "community") in rows(office, "SELECT name, level FROM unit")
    assert rows(office, "SELECT count(*) FROM event WHERE kind = 'UnitAdded'") == [(5,)]
    assert call("audit", "verify").code == 0


def test_one_wrong_row_and_no_unit_is_made(call: Call, office: Path, tmp_path: Path) -> None:
    done = call("import", "units", sheet(tmp_path, UNITS + "顺义区,仁和镇,河南村\n,马坡镇,\n顺义区,,东村\n"))
    assert done.code == 1
    assert "第3行：区没有填写" in done.err
    assert "第4行：有社区而没有街镇" in done.err
    assert rows(office, "SELECT count(*) FROM unit") == [(0,)]


def test_staff_get_accounts_and_passwords_and_no_role(call: Call, office: Path, tmp_path: Path) -> None:
    call("import", "units", sheet(tmp_path, UNITS + "顺义区,仁和镇,河南村\n"))
    list_ = sheet(tmp_path, STAFF + "wang.min,王敏,仁和镇,13800001234,\nli.qiang,李强,仁和镇/河南村,,\n")
    target = tmp_path / "passwords.csv"
    assert call("import", "staff", list_, "--passwords", target).code == 0
    lines = target.read_text("utf-8-sig").splitlines()
    assert lines[0] == "登录名,一次性密码"
    assert [line.partition(",")[0] for line in lines[1:]] == ["wang.min", "li.qiang"]
    assert target.stat().st_mode & 0o077 == 0
    kept = rows(office, "SELECT username, must_change FROM user_account ORDER BY username")
    assert kept == [("li.qiang", 1), ("wang.min", 1)]
    assert rows(office, "SELECT count(*) FROM role_grant") == [(0,)]
    secret = lines[1].partition(",")[2]
    assert secret not in str(rows(office, "SELECT data FROM event"))
    again = call("import", "staff", list_, "--passwords", target)
    assert again.code == 1


def test_wrong_staff_are_named_row_by_row_and_leave_nothing(call: Call, office: Path, tmp_path: Path) -> None:
    call("import", "units", sheet(tmp_path, UNITS + "顺义区,仁和镇,\n"))
    text = STAFF + "wang.min,王敏,仁和镇,,\nwang.min,王敏二,仁和镇,,\nli qiang,李,不在镇,12,1101\n"
    target = tmp_path / "passwords.csv"
    done = call("import", "staff", sheet(tmp_path, text), "--passwords", target)
    assert done.code == 1
    assert "第3行：登录名“wang.min”已被使用" in done.err
    assert "第4行" in done.err
    assert not target.exists()
    assert rows(office, "SELECT count(*) FROM user_account") == [(0,)]


def test_an_administrator_who_lost_his_password_gets_one_from_the_operator(call: Call, office: Path) -> None:
    first = call("init")
    assert "系统管理员登录" in first.out
    done = call("password", "audit.admin")
    assert done.code == 0
    assert done.out.startswith("audit.admin\t")
    assert rows(office, "SELECT count(*) FROM event WHERE kind = 'PasswordReset'") == [(1,)]
    call("password", "nobody").require_refused("nobody")
