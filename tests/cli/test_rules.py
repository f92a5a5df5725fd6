"""`aid595 rules coverage` prints both directions and fails while something is open."""

from __future__ import annotations

import json

from tests.cli.conftest import Call


def test_what_is_open_is_printed_and_fails_the_command(call: Call) -> None:
    shown = call("rules", "coverage", "--json")
    data = json.loads(shown.out)
    assert shown.code == (0 if data["whole"] else 1)
    assert len(data["clauses"]) == 533
    assert len(data["deadlines"]) == 72


def test_reasons_are_printed_where_they_are_asked_for(call: Call) -> None:
    assert "没有约束力" in call("rules", "coverage", "--reasons").out
    assert "须落实的条款：" in call("rules", "coverage").out
