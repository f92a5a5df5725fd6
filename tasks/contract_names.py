"""Names that the requirements give: processes, steps and deadline rules, in Chinese and English."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_POLICY = Path(__file__).parent.parent / "bpmn" / "policy"


def _processes() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((_POLICY / "processes.json").read_text("utf-8"))["processes"]
    return found


@cache
def english() -> Mapping[str, str]:
    """Return English names by process and task id."""
    tasks = json.loads((_POLICY / "tasks.json").read_text("utf-8"))["tasks"]
    return {row["id"]: row["name_en"] for row in (*_processes(), *tasks)}


@cache
def chinese() -> Mapping[str, str]:
    """Return Chinese names by process and element id."""
    rows = _processes()
    names = {row["id"]: row["name_zh"] for row in rows}
    return names | {element["id"]: element["name_zh"] for row in rows for element in row["elements"]}


@cache
def rules_in_english() -> Mapping[str, str]:
    """Return what each deadline rule asks for, in English."""
    with (_POLICY / "deadlines.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row["action"] for row in csv.DictReader(file)}
