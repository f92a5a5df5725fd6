"""`audit verify` proves the demo, and names the row on a copy in which somebody altered the trail."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from engine import slips
from engine.clock import from_us
from engine.store import append_only, migrate, proof
from engine.store.db import Database
from tasks.demo import STANDS
from tests.cli.conftest import Call
from tests.databases import Postgres
from tests.demo_home import DemoHome
from tests.prepared import Prepared

pytestmark = pytest.mark.slow


@dataclass
class Demo:
    """A loaded demo: its folder with keys and checkpoints, its database, and how to copy that."""

    home: Path
    url: str
    copy: Callable[[], str]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def demo(
    request: pytest.FixtureRequest, demo_home: DemoHome, tmp_path_factory: pytest.TempPathFactory
) -> Demo:
    home: Path = tmp_path_factory.mktemp("demo")
    shutil.copytree(demo_home.folder, home, dirs_exist_ok=True)
    made = _on_sqlite(home)
    return made if request.param == "sqlite" else _on_postgres(made, request.getfixturevalue("postgres"))


def _on_sqlite(home: Path) -> Demo:
    file, copy = home / "demo.db", home / "copy.db"

    def copied() -> str:
        shutil.copyfile(file, copy)
        return f"sqlite:///{copy}"

    return Demo(home, f"sqlite:///{file}", copied)


def _on_postgres(file: Demo, server: Postgres) -> Demo:
    """Write what the file holds into a database of PostgreSQL."""
    url, rows = server.create(schema=False), Prepared()
    for use, one in ((rows.keep, file.url), (migrate.upgrade, url), (rows.pour, url)):
        database = Database(one)
        use(database)
        database.dispose()
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]

    def copied() -> str:
        target = f"{name}_copy"
        with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            admin.execute(statement.format(sql.Identifier(target), sql.Identifier(str(name))))
        return server.url(target)

    return Demo(file.home, url, copied)


def test_the_evidence_of_a_case_is_written_verified_alone_and_recorded(
    demo: Demo, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AID595_HOME", str(demo.home))
    where = ("--demo", "--database", demo.copy())
    file = tmp_path / "case.zip"
    done = call("audit", "bundle", "2026-000001", file, *where, "--reason", "第12号投诉")
    assert done.code == 0, done
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert digest in done.out
    with zipfile.ZipFile(file) as packed:
        packed.extract("verify_bundle.py", tmp_path)
    keys, outside = demo.home / "demo.keys", demo.home / "demo.checkpoints"
    alone = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "verify_bundle.py"), str(file), "--keys", str(keys),
         "--checkpoints", str(outside)], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert alone.returncode == 0, alone.stdout
    call("audit", "bundle", "2026-000001", file, *where).require_refused("已经存在")
    for named in ("2026-999999", "9" * 30, "没有这件"):
        refused = call("audit", "bundle", named, tmp_path / "none.zip", *where)
        refused.require_refused(f"没有案件“{named}”")
    unsaid = call("audit", "bundle", "2026-000001", tmp_path / "x.zip", *where, "--reason", "无")
    unsaid.require_refused("理由")
    call("audit", "bundle", "2026-000001", tmp_path / "no" / "x.zip", *where).require_refused("不能读写")
    assert sorted(path.name for path in tmp_path.glob("*.zip")) == ["case.zip"]
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(file) as packed:
        case_id = json.loads(packed.read("evidence.json"))["case"]["id"]
    assert call("audit", "bundle", case_id, again, *where).code == 0
    with zipfile.ZipFile(again) as packed:
        told = json.loads(packed.read("evidence.json"))["events"]
    assert [one["kind"] for one in told[-1:]] == ["RecordExported"]
    assert digest in told[-1]["data"]


@pytest.fixture
def verify(demo: Demo, call: Call, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[int, str]]:
    monkeypatch.setenv("AID595_HOME", str(demo.home))

    def run(url: str) -> tuple[int, str]:
        done = call("audit", "verify", "--demo", "--database", url)
        assert done.err == ""
        return done.code, done.out

    return run


Verify = Callable[[str], tuple[int, str]]
LONGEST = "SELECT trail_id, max(seq) FROM event GROUP BY trail_id ORDER BY 2 DESC, 1 LIMIT 1"


def tampered(url: str, *statements: str) -> tuple[int, int]:
    """Do something to the longest trail (`:trail`, `:last`, `:mid`); return it with its last number."""
    database = Database(url)
    with database.transaction() as conn:
        append_only.remove(conn)
        trail, last = conn.execute(sa.text(LONGEST)).one()
        for statement in statements:
            names = {"trail": trail, "last": last, "mid": last // 2}
            asked = {name: value for name, value in names.items() if f":{name}" in statement}
            assert conn.execute(sa.text(statement), asked).rowcount or "event_payload" in statement
    database.dispose()
    return trail, last


def test_the_demo_is_proved(demo: Demo, verify: Verify, call: Call) -> None:
    code, said = verify(demo.url)
    assert code == 0
    assert "全部完好" in said
    assert call("doctor", "--demo", "--database", demo.url).code == 0


def test_everything_on_the_trails_of_the_demo_happened_by_its_own_clock(demo: Demo) -> None:
    database = Database(demo.url)
    with database.read() as conn:
        last = conn.execute(sa.text("SELECT max(at) FROM event")).scalar_one()
    database.dispose()
    assert from_us(last) <= STANDS


def test_an_altered_event_is_named(demo: Demo, verify: Verify) -> None:
    url = demo.copy()
    trail, last = tampered(url, "UPDATE event SET role = 'auditor' WHERE trail_id = :trail AND seq = :mid")
    code, said = verify(url)
    assert code == 1
    assert f"轨迹{trail}第{last // 2}条：记录被改动" in said


def test_a_removed_event_is_named(demo: Demo, verify: Verify) -> None:
    url = demo.copy()
    trail, last = tampered(
        url,
        "DELETE FROM event_payload WHERE trail_id = :trail AND seq = :mid",
        "DELETE FROM event WHERE trail_id = :trail AND seq = :mid",
    )
    code, said = verify(url)
    assert code == 1
    assert f"轨迹{trail}第{last // 2}条：记录被删除" in said


def test_a_tail_cut_off_after_a_seal_is_named(demo: Demo, verify: Verify) -> None:
    url = demo.copy()
    trail, last = tampered(
        url,
        "DELETE FROM event_payload WHERE trail_id = :trail AND seq > :last - 2",
        "DELETE FROM event WHERE trail_id = :trail AND seq > :last - 2",
    )
    code, said = verify(url)
    assert code == 1
    assert f"轨迹{trail}第{last - 1}条：封存之后，末尾的记录被截去" in said


def test_without_the_file_outside_it_is_said_that_a_tail_cut_off_is_not_seen(
    demo: Demo, verify: Verify
) -> None:
    outside = demo.home / "demo.checkpoints"
    kept = outside.read_bytes()
    outside.unlink()
    try:
        code, said = verify(demo.url)
    finally:
        outside.write_bytes(kept)
    assert code == 0
    assert "没有找到库外的封存文件" in said
    assert "没有找到库外的封存文件" not in verify(demo.url)[1]


def test_a_second_demo_is_refused_and_nothing_changed(demo: Demo, verify: Verify, call: Call) -> None:
    before = verify(demo.url)
    call("demo", "--database", demo.url).require_refused("空库")
    assert verify(demo.url) == before


def test_a_slip_kept_on_paper_proves_the_trail_and_tells_a_seal_that_was_put_in_its_place(
    demo: Demo, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AID595_HOME", str(demo.home))
    url = demo.copy()
    database = Database(url)
    with database.read() as conn:
        row = proof.last_seal(conn)
    database.dispose()
    assert row is not None
    where = ("audit", "verify", "--demo", "--database", url, "--slip", slips.write(row))
    done = call(*where)
    assert (done.code, f"第{row.n}次封存的凭证：与库中的封存一致" in done.out) == (0, True), done
    tampered(url, "UPDATE seal SET events = events - 1 WHERE n = (SELECT max(n) FROM seal)")
    done = call(*where)
    assert (done.code, "库中这一次封存与凭证不同" in done.out) == (1, True), done
    call(*where, "--slip", "12").require_refused("这不是封存凭证")
