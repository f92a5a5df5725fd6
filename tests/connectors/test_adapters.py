"""The two ways to a system, and what a stranger may answer."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from engine.compile import compile_diagram
from tasks.connectors.config import load_adapters
from tasks.connectors.files import FileAdapter
from tasks.connectors.http import HttpAdapter
from tasks.connectors.port import MOST_BYTES, Outgoing, Receipt, Unreachable, read_page, read_receipt
from tasks.library import Library
from tasks.selftest import NotReady

POLICY = Path(__file__).parents[2] / "bpmn" / "policy"
TODAY = date(2026, 3, 9)
SENT = Outgoing("77", "X01", "survey", "P01a_Enter", TODAY, {"name": "王秀英"})


def test_a_record_is_laid_out_once_and_its_receipt_read(tmp_path: Path) -> None:
    adapter = FileAdapter(tmp_path, lambda: TODAY)
    assert adapter.send(SENT).state == "pending"
    out = tmp_path / "out" / "77.json"
    before = out.stat().st_mtime_ns
    assert "王秀英" in out.read_text("utf-8")
    assert adapter.send(SENT).state == "pending"
    assert out.stat().st_mtime_ns == before
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "77.json").write_text('{"state":"accepted","number":"A1","on":"2026-03-09"}')
    assert adapter.send(SENT) == Receipt("accepted", "A1", TODAY)
    assert list(out.parent.iterdir()) == [out]


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(Unreachable, match="answer as agreed"):
        FileAdapter(blocked, lambda: TODAY).send(SENT)


def test_nobody_there_is_told_as_no_connection() -> None:
    with pytest.raises(Unreachable) as told:
        HttpAdapter("http://127.0.0.1:9", "", lambda: TODAY).send(SENT)
    assert "连接失败" in told.value.sentence("zh")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"ok", b"[]", b"\xff\xfe", b"{}", b'{"state":"done"}', b'{"state":"accepted","number":7}',
        b'{"state":"accepted","number":"1"}', b'{"state":"accepted","on":"2026-03-10"}',
        b'{"state":"accepted","on":"9.3.2026"}', b'{"state":"accepted","on":20260309}',
        b'{"state":"accepted","on":"2026-03-09","values":[]}',
        b'{"state":"accepted","on":"2026-03-09","values":{"a":{"b":1}}}', b"[" * 200_000,
        b'{"state":"pending","x":"' + b"y" * MOST_BYTES + b'"}',
    ],
)  # fmt: skip
def test_what_is_no_receipt_is_no_answer(raw: bytes) -> None:
    with pytest.raises(Unreachable):
        read_receipt(raw, TODAY)


@pytest.mark.parametrize("raw", [b"[]", b'{"items":{}}', b'{"items":[1]}', b'{"items":[],"cursor":5}'])
def test_what_is_no_list_is_no_answer(raw: bytes) -> None:
    with pytest.raises(Unreachable):
        read_page(raw)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[X99]\nurl='http://a'", "不是已知的系统"),
        ("[X01]\nurl='http://a'\nfolder='b'", "只写一个"),
        ("[X01]\n", "只写一个"),
        ("X01 = 5", "只写一个"),
        ("[X01]\nurl='ftp://a'", "https://"),
        ("[X01]\nurl='http://a'\ntoken_env='MISSING'", "MISSING"),
        ("[X01", "读不了"),
    ],
)
def test_a_wrong_file_stops_the_start_with_a_sentence(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "demo.connectors.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(NotReady) as stopped:
        load_adapters(path, Library().systems, lambda: TODAY, {})
    assert told in stopped.value.sentence("zh")


def test_a_good_file_connects_and_none_connects_nothing(tmp_path: Path) -> None:
    path = tmp_path / "demo.connectors.toml"
    assert load_adapters(path, Library().systems, lambda: TODAY, {}) == {}
    path.write_text(f"[X01]\nfolder='{tmp_path}'\n[X02]\nurl='https://a'\ntoken_env='T'\n", "utf-8")
    found = load_adapters(path, Library().systems, lambda: TODAY, {"T": "x"})
    assert [type(one).__name__ for one in found.values()] == ["FileAdapter", "HttpAdapter"]


def test_every_step_a_diagram_says_may_be_filled_has_its_system() -> None:
    library = Library()
    for system in library.systems.values():
        for element, fields in system.fills.items():
            form = library.forms[element]
            assert set(fields) <= set(form.fields), (system.id, element)
        assert set(system.rules) <= library.clauses, system.id


def test_every_system_that_a_diagram_or_the_contract_names_at_a_step_is_sent_something_there() -> None:
    """From the diagrams and tasks.json to the systems: a name with nothing behind it promises too much."""
    library = Library()
    contract = json.loads((POLICY / "tasks.json").read_text("utf-8"))["tasks"]
    named = {(row["id"], code) for row in contract for code in row["may_be_filled_by"]}
    drawn = {
        (node.id, code)
        for path in sorted(POLICY.parent.glob("*/*.bpmn"))
        for graph in compile_diagram(path.read_bytes()).processes.values()
        for node in graph.nodes.values()
        for code in node.attr_list("autofill")
    }
    served = {
        (element, system.id)
        for system in library.systems.values()
        for element in (*system.sends, *system.tells)
    }
    assert drawn == named
    assert named == served
    assert {("P06_Outcome", "X04"), ("P06_Advice", "X09")} <= served
