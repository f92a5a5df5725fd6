"""A backup is taken while the office works and put back only where it fits."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Call, fingerprint


def accounts(office: Path) -> int:
    with closing(sqlite3.connect(office / "aid595.db")) as conn:
        return int(conn.execute("SELECT count(*) FROM user_account").fetchone()[0])


@pytest.fixture
def saved(call: Call, office: Path, tmp_path: Path) -> Path:
    """A backup of an office with its three administrators."""
    assert call("init").code == 0
    file = tmp_path / "saved.db"
    done = call("backup", file)
    assert done.code == 0, done.err
    assert "aid595.keys" in done.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return file


def test_a_backup_goes_back_into_an_empty_installation(call: Call, office: Path, saved: Path) -> None:
    for path in office.glob("aid595.db*"):
        path.unlink()
    done = call("restore", saved)
    assert done.code == 0, done.err
    assert accounts(office) == 3
    assert call("doctor").code == 0


def test_a_filled_installation_is_replaced_only_when_asked_and_kept_beside(
    call: Call, office: Path, saved: Path
) -> None:
    with closing(sqlite3.connect(office / "aid595.db")) as conn:
        conn.execute("UPDATE user_account SET display_name = 'after'")
        conn.commit()
    call("restore", saved).require_refused("--replace")
    assert call("restore", saved, "--replace").code == 0
    for name, found in (("aid595.db", 0), ("aid595.before-restore-1.db", 3)):
        with closing(sqlite3.connect(office / name)) as conn:
            changed = conn.execute("SELECT count(*) FROM user_account WHERE display_name = 'after'")
            assert changed.fetchone() == (found,)


def test_a_file_that_is_no_sound_backup_changes_nothing(call: Call, office: Path, saved: Path) -> None:
    damaged = saved.with_name("damaged.db")
    raw = bytearray(saved.read_bytes())
    for page in range(4, 60):
        raw[page * 4096 : page * 4096 + 64] = b"\x00" * 64
    damaged.write_bytes(raw)
    other = saved.with_name("other.db")
    with closing(sqlite3.connect(other)) as conn:
        conn.execute("CREATE TABLE t (x)")
    empty, text = saved.with_name("empty.db"), saved.with_name("text.db")
    empty.write_bytes(b"")
    text.write_bytes(b"not a database at all")
    before = fingerprint(office)
    for file, said in ((damaged, "已损坏"), (other, "不是本系统"), (empty, "空的"), (text, "不是SQLite")):
        call("restore", file, "--replace").require_refused(said)
    assert fingerprint(office) == before


def test_a_backup_of_other_keys_or_without_keys_is_refused(call: Call, office: Path, saved: Path) -> None:
    keys = office / "aid595.keys"
    text = keys.read_text("utf-8")
    for path in office.glob("aid595.*"):
        path.unlink()
    call("restore", saved).require_refused("没有找到密钥文件")
    changed = json.loads(text)
    changed["state"] = changed["index"]
    keys.write_text(json.dumps(changed), encoding="utf-8")
    call("restore", saved).require_refused("密钥与数据库不符")
    keys.write_text(text, encoding="utf-8")
    assert call("restore", saved).code == 0


def test_a_backup_is_never_written_over(call: Call, saved: Path, tmp_path: Path) -> None:
    before = saved.read_bytes()
    call("backup", saved).require_refused("已经存在")
    assert saved.read_bytes() == before
    call("backup", tmp_path / "nowhere" / "x.db").require_refused("不能写入")
