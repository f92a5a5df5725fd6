"""The answers of the household questionnaire as words, in the order of the paper form (RULES F).

Answers are codes by question. Details of an answer stand under the question's name and their own
(`health_disability_grade`), as do the parts of an address (`residence_town`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tasks import idno
from tasks.text import written

DEFAULT_FILE = Path(__file__).parent.parent / "bpmn" / "policy" / "survey.json"
_HEAD = ["问题", "回答"]


@cache
def _sections(file: Path = DEFAULT_FILE) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["sections"]
    return found


def answered(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one table a part of the questionnaire, with what was answered; the ID number is masked."""
    grids = []
    for section in _sections():
        rows = [line for field in section["fields"] for line in _lines(field, answers)]
        if rows:
            grids.append({"name": section["id"], "label": section["zh"], "head": _HEAD, "rows": rows})
    return grids


def _lines(field: Mapping[str, Any], answers: Mapping[str, Any]) -> Iterator[list[str]]:
    name, label = field["id"], _label(field)
    if field["type"] == "address":
        whole = str(answers.get(name) or "") or _address(field, answers)
        if whole:
            yield [label, whole]
        return
    value = answers.get(name)
    if value is not None and value not in ("", []):
        yield [label, _words(field, value)]
    for option in field.get("options", ()):
        for sub in option.get("subfields", ()):
            detail = answers.get(f"{name}_{sub['id']}")
            if detail is not None and detail not in ("", []):
                yield [f"{label}（{option['zh']}：{sub['label_zh']}）", _words(sub, detail)]


def _address(field: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    """Return an address joined from its parts; one of which only the fixed part is there is none."""
    name, parts = field["id"], field["parts"]
    told = [str(answers.get(f"{name}_{part['id']}") or "") for part in parts]
    if not any(told):
        return ""
    return "".join(said or str(part.get("fixed", "")) for said, part in zip(told, parts, strict=True))


def _label(field: Mapping[str, Any]) -> str:
    return f"{field['no']}. {field['label_zh']}" if field.get("no") else str(field["label_zh"])


def _words(field: Mapping[str, Any], value: Any) -> str:
    if field["type"] == "id_card":
        return idno.mask(str(value))
    names = {option["code"]: option["zh"] for option in field.get("options", ())}
    several = value if isinstance(value, list | tuple) else [value]
    said = "、".join(names.get(one) or written(field["type"], str(one)) for one in several)
    return said + str(field.get("unit", ""))
