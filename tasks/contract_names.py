"""Names of processes, steps and deadline rules, Chinese and English: of the requirements, and our own."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tasks import labels

_POLICY = Path(__file__).parent.parent / "bpmn" / "policy"


def _processes() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((_POLICY / "processes.json").read_text("utf-8"))["processes"]
    return found


@cache
def english() -> Mapping[str, str]:
    """Return English names by process and task id."""
    tasks = json.loads((_POLICY / "tasks.json").read_text("utf-8"))["tasks"]
    return {row["id"]: row["name_en"] for row in (*_processes(), *tasks)} | _own("en")


@cache
def chinese() -> Mapping[str, str]:
    """Return Chinese names by process and element id."""
    rows = _processes()
    names = {row["id"]: row["name_zh"] for row in rows}
    found = {element["id"]: element["name_zh"] for row in rows for element in row["elements"]}
    return names | found | _own("zh")


def process_ids() -> list[str]:
    """Return the ids of all processes."""
    return [row["id"] for row in _processes()] + labels.catalogue().codes("own_process")


def _own(lang: str) -> dict[str, str]:
    """Return the names of our own processes and steps."""
    kinds = ("own_process", "own_step")
    return {code: labels.label(kind, code, lang) for kind in kinds for code in labels.catalogue().codes(kind)}


@cache
def rules_in_english() -> Mapping[str, str]:
    """Return what each deadline rule asks for, in English."""
    with (_POLICY / "deadlines.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row["action"] for row in csv.DictReader(file)}
