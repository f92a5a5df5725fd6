"""The state at rest: what any release saved loads for ever, and equal states are equal texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.clock import VirtualClock
from engine.errors import EngineFault
from engine.runtime.state import Scope, State, Token, dump, load
from engine.store.db import Database
from tests.engine.desk import Desk, line

GOLDEN = Path(__file__).parent / "golden"


def test_a_state_of_version_1_loads_as_it_was() -> None:
    state = load((GOLDEN / "state_v1.json").read_text(encoding="utf-8"))
    many = {"total": 2, "done": 1, "next": 2, "items": ["甲", "乙"]}
    assert state == State(
        tokens={
            1: Token(1, "A", 0, armed=["b1", "b2"]),
            2: Token(2, "join", 0, via="F_x_join"),
            3: Token(3, "sub", 0),
            5: Token(5, "many", 4, many=many),
            7: Token(7, "many", 6, inner=True),
            8: Token(8, "call", 4, called=595000000000000123, round=2),
        },
        scopes={
            0: Scope(0, "P", 0, None, ["es_start"]),
            4: Scope(4, "sub", 3),
            6: Scope(6, "many", 5, {"loopCounter": 0, "item": "甲"}),
        },
        vars={"amount": 7, "due_on": "2026-03-09", "name": "区级", "ok": True, "nothing": None},
        last=9,
    )


def test_what_is_saved_loads_as_the_same_text() -> None:
    text = dump(load((GOLDEN / "state_v1.json").read_text(encoding="utf-8")))
    assert dump(load(text)) == text
    assert json.loads(text) == json.loads((GOLDEN / "state_v1.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", ['{"v":2}', '{"v":0}', "{}"])
def test_a_state_of_another_version_is_refused_not_misread(text: str) -> None:
    with pytest.raises(ValueError, match="version"):
        load(text)


def test_an_armed_list_of_one_token_is_not_that_of_another() -> None:
    state = State(tokens={1: Token(1, "A", 0, armed=["b"])}, scopes={2: Scope(2, "P", 0, None, ["es"])})
    assert state.armed(1) == ["b"]
    assert state.armed(-3) == ["es"]
    assert state.armed(9) == state.armed(-9) == []


def test_a_state_that_grows_without_end_is_refused_and_says_where(
    database: Database, clock: VirtualClock
) -> None:
    desk = Desk(database, clock)
    desk.publish(line("A", "B"))
    desk.start()
    with pytest.raises(EngineFault, match="64 KB"):
        desk.complete("A", text="很" * 70_000)
    assert desk.elements() == ["A"]
