"""What the tree itself says about clauses: diagrams, tables, forms, scenarios, and `places.toml`."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import xmlsafe

_OURS = "{urn:aid595:bpmn:1}"
_CLAUSE = re.compile(r"R\d{3}-[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*")
_TOKEN = re.compile(r"\b(?:P\d\d[a-z]?_\w+|DL-\d+|R\d{3}-\w+(?:\.\w+)*)")
_ROW = re.compile(r"\bDL-\d+")
#: The `rules:` of a scenario, and a row of what it expects to be due.
_PROVED = re.compile(r"^rules: .*$|\{rule: *DL-\d+", re.MULTILINE)
#: Kinds of places that `places.toml` may name.
KINDS = ("element", "field", "table", "setting", "role", "code", "data")


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a drawn diagram."""

    id: str
    #: the tag of BPMN, such as `userTask`
    kind: str
    clauses: tuple[str, ...]
    deadlines: tuple[str, ...]
    #: what the drawing calls it
    name: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """Places that `places.toml` names for some clauses or deadline rules, or why none is needed."""

    ids: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    reason: str


def clauses(folder: Path) -> list[dict[str, Any]]:
    """Return every clause as the contract has it."""
    found: list[dict[str, Any]] = json.loads((folder / "policy" / "rules.json").read_text("utf-8"))
    return found


def deadlines(folder: Path) -> list[dict[str, str]]:
    """Return every row of the table of deadlines."""
    with (folder / "policy" / "deadlines.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def planned(folder: Path) -> Mapping[str, list[str]]:
    """Return the elements that the contract wants for each clause, drawn or not."""
    text = (folder / "policy" / "processes.json").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for process in json.loads(text)["processes"]:
        for element in process["elements"]:
            for clause in element.get("clauses", ()):
                found.setdefault(clause, []).append(element["id"])
    return found


def elements(diagrams: list[Path]) -> Iterator[Element]:
    """Yield the elements of drawn diagrams that carry words of ours."""
    for path in diagrams:
        for node in xmlsafe.load(path.read_bytes()).iter("{*}*"):
            identity = node.get("id")
            if identity is None or not identity.startswith(path.stem.split("_")[0]):
                continue
            tag = str(node.tag).rpartition("}")[2]
            yield Element(
                identity, tag, _listed(node.get(f"{_OURS}clauses")), _listed(node.get(f"{_OURS}deadline")),
                node.get("name", ""),
            )  # fmt: skip


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(filter(None, re.split(r"[\s,]+", text or "")))


def tables(folder: Path) -> Mapping[str, set[str]]:
    """Return the clauses that each decision table names."""
    return {
        path.stem.split("_")[0]: set(_CLAUSE.findall(path.read_text("utf-8")))
        for path in sorted((folder / "decisions").glob("*.dmn"))
    }


def table_names(folder: Path) -> Mapping[str, str]:
    """Return what each decision table is called."""
    text = "".join(path.read_text("utf-8") for path in sorted((folder / "decisions").glob("*.dmn")))
    return dict(re.findall(r'<decision id="(DT-\d+)" name="([^"]+)"', text))


def fields(folder: Path) -> set[str]:
    """Return every field of every task's form as `P04_Plan.steps`."""
    found = set()
    for path in sorted((folder / "forms").glob("P*.json")):
        for task, form in json.loads(path.read_text("utf-8"))["tasks"].items():
            found |= {f"{task}.{field['name']}" for field in form["fields"]}
    return found


def scenarios(folder: Path) -> Mapping[str, frozenset[str]]:
    """Return for each element, duty, deadline rule and clause the scenarios that name it."""
    found: dict[str, set[str]] = {}
    for path in sorted((folder / "scenarios").rglob("*.yaml")):
        for token in set(_TOKEN.findall(path.read_text("utf-8"))):
            found.setdefault(token, set()).add(path.stem)
    return {token: frozenset(names) for token, names in found.items()}


def rows_proved(folder: Path) -> Mapping[str, frozenset[str]]:
    """Return for each deadline rule the scenarios that say they prove it, or expect it among what is due."""
    found: dict[str, set[str]] = {}
    for path in sorted((folder / "scenarios").rglob("*.yaml")):
        for said in _PROVED.finditer(path.read_text("utf-8")):
            for row in _ROW.findall(said[0]):
                found.setdefault(row, set()).add(path.stem)
    return {row: frozenset(names) for row, names in found.items()}


def titles(folder: Path) -> Mapping[str, str]:
    """Return what each scenario tells, by the name of its file."""
    found = {}
    for path in sorted((folder / "scenarios").rglob("*.yaml")):
        title = re.search(r"^title: *(.+?) *$", path.read_text("utf-8"), re.MULTILINE)
        if title is not None:
            found[path.stem] = title[1].strip("\"'")
    return found


def named(folder: Path) -> tuple[list[Named], list[Named]]:
    """Return what `places.toml` says of clauses, and of deadline rules."""
    data = tomllib.loads((folder / "policy" / "places.toml").read_text("utf-8"))
    return [_named(row, "rules") for row in data["place"]], [_named(row, "ids") for row in data["deadline"]]


def _named(row: Mapping[str, Any], key: str) -> Named:
    wrong = row.keys() - {key, "reason", *KINDS}
    if wrong:
        raise ValueError(f"places.toml: {row[key]}: {sorted(wrong)}")
    places = tuple((kind, name) for kind in KINDS for name in row.get(kind, ()))
    return Named(tuple(row[key]), places, str(row.get("reason", "")))
