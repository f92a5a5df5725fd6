"""What cannot be done is refused in one Chinese sentence, and nothing is changed."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.runtime import machine
from tasks.gate.opinion import Opinions
from tests.cli.conftest import Call, fingerprint

BPMN = Path(__file__).parents[2] / "bpmn"
FOLLOW_UP = BPMN / "community" / "P09_follow_up.bpmn"
STREET = BPMN / "street" / "P05_street_assistance.bpmn"
READERS = ("doctor", "audit verify", "audit seal", "worker --once", "serve", "backup copy.db")
BAD: dict[str, bytes] = {
    "empty": b"",
    "text": b"hello",
    "binary": bytes(range(256)) * 40,
    "another language": b"<html><body>hi</body></html>",
    "broken": FOLLOW_UP.read_bytes()[:5000],
    "big": b"<a>" + b" " * (3 * 1024 * 1024) + b"</a>",
    "many elements": b"<a>" + b"<b/>" * 60_000 + b"</a>",
    "an entity": b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    "a call into nothing": STREET.read_bytes().replace(b"P11_skills_training", b"P99_not_there"),
}


TABLES = BPMN / "decisions"
#: A row that begins to hold on a day.
SINCE = 'xmlns:aid595="urn:aid595:dmn:1" aid595:valid_from="2026-01-01"'


@pytest.fixture(params=sorted(BAD))
def bad_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = tmp_path / "bad.bpmn"
    made.write_bytes(BAD[request.param])
    return made


def test_a_bad_diagram_is_not_published(call: Call, office: Path, bad_file: Path) -> None:
    before = fingerprint(office)
    call("deploy", bad_file).require_refused("流程图有")
    assert fingerprint(office) == before


def test_lint_names_file_line_and_rule(call: Call, home: Path, bad_file: Path) -> None:
    found = call("lint", bad_file)
    assert found.code == 1
    assert found.err == ""
    for line in found.out.splitlines():
        name, number, severity, _rest = line.split(":", 3)
        assert (name, severity.strip()) == (str(bad_file), "error")
        assert int(number) >= 1
    as_json = json.loads(call("lint", "--json", bad_file).out)
    assert len(as_json) == len(found.out.splitlines())
    names = {"file", "line", "rule", "element", "severity", "zh", "en", "way_zh", "way_en", "place"}
    assert names == set(as_json[0])
    assert not home.exists()


def test_lint_of_a_good_diagram_says_nothing(call: Call) -> None:
    done = call("lint", FOLLOW_UP)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert json.loads(call("lint", "--json", FOLLOW_UP).out) == []


def test_lint_reads_a_decision_table_and_names_the_row_that_leaves_a_gap(call: Call, tmp_path: Path) -> None:
    assert call("lint", *sorted(TABLES.glob("*.dmn"))).code == 0
    text = (TABLES / "DT-18_welfare_priority.dmn").read_text("utf-8")
    gap = tmp_path / "DT-18.dmn"
    gap.write_text(text.replace('<rule id="DT-18_r3">', f'<rule id="DT-18_r3" {SINCE}>'), "utf-8")
    done = call("lint", gap)
    assert done.code == 1
    assert f"{gap}:" in done.out
    assert "第3行规则自2026-01-01起，在2025-12-31它所管的情形没有行可用" in done.out


def test_a_file_too_big_for_any_use_is_not_read(call: Call, office: Path, tmp_path: Path) -> None:
    huge = tmp_path / "huge.bpmn"
    with huge.open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    for command in ("lint", "deploy", "import people"):
        call(*command.split(), huge).require_refused("64 MB")


def test_a_diagram_the_second_opinion_refuses_is_not_published(
    call: Call, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = machine.Kind.EXCLUSIVE

    def enter_wrongly(engine: Any, token: Any, gateway: Any) -> None:
        engine.take(token, gateway.outgoing[-1])

    before = fingerprint(office)
    monkeypatch.setattr("tasks.release.OPINIONS", Opinions())  # nothing is remembered of the sound runtime
    monkeypatch.setitem(machine.ENTER, kind, enter_wrongly)  # type: ignore[arg-type]
    call("deploy", FOLLOW_UP).require_refused("流程图有")
    assert fingerprint(office) == before
    monkeypatch.undo()


@pytest.mark.parametrize("command", READERS)
def test_an_installation_that_is_not_there_is_not_made(call: Call, home: Path, command: str) -> None:
    call(*command.split()).require_refused("aid595 migrate")
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("url", ["mysql://a/b", "nonsense", "sqlite://", "postgresql://h:port/x", "sqlite:////proc/x/y.db"])
def test_an_unknown_database_is_refused(call: Call, url: str) -> None:
    for command in ("doctor", "migrate"):
        call(command, "--database", url).require_refused("数据库" if "proc" not in url else "/proc/x")


def test_a_server_that_does_not_answer_is_refused(call: Call) -> None:
    call("doctor", "--database", "postgresql://nobody@127.0.0.1:1/none").require_refused("数据库的连接")


def test_a_password_in_the_address_is_not_repeated(call: Call) -> None:
    said = call("doctor", "--database", "mysql://me:secret@host/x")
    said.require_refused()
    assert "secret" not in said.err


def test_a_home_that_cannot_be_made_is_refused(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AID595_HOME", "/proc/aid595")
    call("migrate").require_refused("AID595_HOME")


def test_a_file_that_is_no_database_is_refused(call: Call, office: Path) -> None:
    (office / "aid595.db").write_bytes(b"something else" * 1000)
    before = fingerprint(office)
    call("migrate").require_refused("不是SQLite数据库")
    assert fingerprint(office) == before


@pytest.mark.parametrize("command", [*READERS, "migrate", "run"])
def test_keys_of_another_database_are_refused(call: Call, office: Path, tmp_path: Path, command: str) -> None:
    keys = office / "aid595.keys"
    other = json.loads(keys.read_text("utf-8"))
    other["trail"], other["index"] = other["index"], other["trail"]
    keys.write_text(json.dumps(other), encoding="utf-8")
    before = fingerprint(office)
    call(*command.split()).require_refused("密钥与数据库不符", "trail")
    assert fingerprint(office) == before


def test_lost_and_damaged_keys_are_refused_and_no_new_ones_made(call: Call, office: Path) -> None:
    keys = office / "aid595.keys"
    keys.write_text("{", encoding="utf-8")
    call("doctor").require_refused("已损坏")
    keys.unlink()
    for command in ("doctor", "migrate"):
        call(command).require_refused("没有找到密钥文件")
    assert not keys.exists()


def test_a_database_of_a_newer_program_is_refused(call: Call, office: Path) -> None:
    with closing(sqlite3.connect(office / "aid595.db")) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
        conn.commit()
    before = fingerprint(office)
    for command in ("doctor", "migrate", "serve"):
        call(command).require_refused("9999")
    assert fingerprint(office) == before


def test_a_database_with_steps_missing_is_refused(call: Call, office: Path) -> None:
    with closing(sqlite3.connect(office / "aid595.db")) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '0001'")
        conn.commit()
    call("serve").require_refused("aid595 migrate")


def test_a_demo_is_loaded_into_an_empty_database_only(call: Call, office: Path) -> None:
    assert call("init").code == 0
    before = fingerprint(office)
    url = f"sqlite:///{office}/aid595.db"
    shutil.copy(office / "aid595.keys", office / "demo.keys")
    before = fingerprint(office)
    call("demo", "--database", url).require_refused("空数据库")
    call("run", "--demo", "--database", url).require_refused("--demo")
    call("init").require_refused("已有账号")
    assert fingerprint(office) == before


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org"])  # noqa: S104
def test_a_demo_answers_this_machine_only(call: Call, home: Path, host: str) -> None:
    for command in ("run", "serve"):
        call(command, "--demo", "--host", host).require_refused("本机")
    assert not home.exists()


def test_a_port_in_use_is_refused(call: Call, office: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        call("serve", "--port", port).require_refused(str(port), "--port")


@pytest.mark.parametrize("text", [b"", b"a: [", b"id: X\n", b"\xff\xfe\x00", b"- 1\n"])
def test_a_broken_scenario_is_named_with_its_line(call: Call, tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "broken.yaml"
    file.write_bytes(text)
    done = call("scenario", "run", file)
    assert done.code == 1
    assert f"{file}:" in done.out
    assert "Traceback" not in done.out + done.err


def test_a_report_that_cannot_be_written_is_refused(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("id: X\n", encoding="utf-8")
    call("scenario", "run", file, "--junit", tmp_path / "none" / "x.xml").require_refused("x.xml")


def test_the_real_program_ends_with_the_code_and_the_sentence(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "aid595"
    environment = {**os.environ, "AID595_HOME": str(tmp_path)}

    refused = subprocess.run(
        [program, "doctor"], env=environment, capture_output=True, text=True, check=False
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("没有数据库文件")
    assert len(refused.stderr.splitlines()) == 1


