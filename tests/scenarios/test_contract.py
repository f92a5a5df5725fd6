"""Every worked scenario of the contract is one file that tells its days, its way and all its deadlines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

BPMN = Path(__file__).parents[2] / "bpmn"
WORKED = json.loads((BPMN / "policy" / "scenarios.json").read_text("utf-8"))["scenarios"]
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _file(story: str) -> list[dict[str, Any]]:
    """Return the documents of the one file of a worked scenario."""
    paths = list((BPMN / "scenarios").glob(f"{story}_*.yaml"))
    assert len(paths) == 1, story
    return list(yaml.safe_load_all(paths[0].read_text("utf-8")))


def _expected(steps: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in steps:
        for due in step.get("expect", {}).get("due", ()):
            yield {key: str(value) for key, value in due.items()}


def faults(worked: dict[str, Any], documents: list[dict[str, Any]]) -> list[str]:
    """Return what a worked scenario says and its file does not tell; its comments count for nothing."""
    steps = [step for document in documents for step in document["steps"]]
    acts = [{key: value for key, value in step.items() if key != "expect"} for step in steps]
    dated = set(DAY.findall(json.dumps(acts, default=str)))
    told = json.dumps(steps, ensure_ascii=False, default=str)
    found = [] if documents[0]["id"] == worked["id"] else [f"id {documents[0]['id']}"]
    due = {(one["rule"], one.get("literal"), one.get("effective")) for one in _expected(steps)}
    for one in worked["deadlines"]:
        wanted = (one["deadline"], one["due_literal"], one["due_effective"])
        found += [] if wanted in due else [f"deadline {' '.join(wanted)}"]
        found += [] if one["trigger"] in {*dated, one["due_literal"]} else [f"trigger {one['trigger']}"]
    for day in DAY.findall(f"{worked['given']} {worked['when']}"):
        found += [] if day in dated else [f"day {day}"]
    way = set(re.findall(r"P\d\d[a-z]?(?:_\w+)?|END-[A-Z]+", worked["path"]))
    found += [f"way {part}" for part in sorted(way) if not re.search(rf"\b{part}", told)]
    for branch in set(re.findall(r"\b[A-Z][A-Z_]{3,}\b", re.sub(r"(END|MSG)-\w+", "", worked["path"]))):
        found += [] if branch in ("COUNT", "DEFECT") or f"={branch}" in told else [f"branch {branch}"]
    return found


@pytest.mark.parametrize("worked", WORKED, ids=lambda worked: worked["id"])
def test_a_worked_scenario_is_told_whole(worked: dict[str, Any]) -> None:
    assert faults(worked, _file(worked["id"])) == []


def test_the_contract_has_thirty_two_with_their_deadlines() -> None:
    assert len({one["id"] for one in WORKED}) == 32
    assert sum(len(one["deadlines"]) for one in WORKED) == 59


@pytest.mark.parametrize(
    ("took_out", "missing"),
    [
        ("2026-03-02", "day 2026-03-02"), ("2026-06-14", "deadline DL-027 2026-06-14"), ("P01", "way P01"),
        ("DL-004", "deadline DL-004"), ("THREE_FAILED", "branch THREE_FAILED"), ("GS46", "id "),
    ],
)  # fmt: skip
def test_what_a_file_leaves_out_is_named(took_out: str, missing: str) -> None:
    worked = next(one for one in WORKED if one["id"] == "GS46")
    instead = "2026-01-01" if took_out[0] == "2" else "X"
    hollow = json.loads(json.dumps(_file("GS46"), default=str).replace(took_out, instead))
    assert any(fault.startswith(missing) for fault in faults(worked, hollow))
