"""Whether an entry of an annex has the shape that its loader reads: known names, each of its type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tasks.gate.problem import Problem

Test = Callable[[Any], bool]
Shape = Mapping[str, tuple[str, Test]]

_MOST_TEXT = 4_000
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}", re.ASCII)
#: Ids of forms and rules: they stand in addresses and files.
ID = re.compile(r"[A-Za-z_][\w-]{0,63}", re.ASCII)


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _MOST_TEXT and "\0" not in value


def _said(value: Any) -> bool:
    return _text(value) and bool(value.strip()) and len(value) <= 200


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 1_000_000_000


def _truth(value: Any) -> bool:
    return isinstance(value, bool)


def _name(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 40 and _NAME.fullmatch(value) is not None


def _codes(value: Any) -> bool:
    if (
        not isinstance(value, list)
        or not 1 <= len(value) <= 100
        or not all(isinstance(x, str) for x in value)
    ):
        return False
    return all(_CODE.fullmatch(code) for code in value) and len(set(value)) == len(value)


def _labels(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(said, dict) and said.keys() == {"zh", "en"} and all(_said(one) for one in said.values())
        for said in value.values()
    )


def _list(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 100 and all(isinstance(one, dict) for one in value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 100 and all(_text(one) for one in value)


def _anything(_value: Any) -> bool:
    return True


def _truth_or_text(value: Any) -> bool:
    return _truth(value) or _text(value)


SAID = ("不能为空，最多200字", _said)
TEXT = ("应当是文字", _text)
NUMBER = ("应当是整数", _number)
TRUTH = ("应当是“是”或“否”", _truth)
LIST = ("应当是逐行列出的项目，最多100行", _list)

FIELD: Shape = {
    "name": ("应以小写字母开头，只用小写字母、数字和单个下划线，最多40个字符", _name),
    "zh": SAID, "en": SAID, "type": TEXT, "required": ("应当是“是”“否”或条件", _truth_or_text),
    "show_if": TEXT, "routing": TRUTH, "options": ("应当是不重复的大写代码", _codes),
    "labels": ("应写明每个选项的中英文名称，各不超过200字", _labels), "set": TEXT, "of": TEXT,
    "item": LIST, "min_rows": NUMBER, "min": NUMBER, "max": NUMBER, "future": TRUTH, "prefill": TEXT,
    "example": ("", _anything), "example_from": TEXT, "help_zh": TEXT, "help_en": TEXT,
}  # fmt: skip
FORM: Shape = {"title_zh": SAID, "title_en": SAID, "fields": LIST, "groups": LIST, "checks": LIST}
GROUP: Shape = {"zh": TEXT, "en": TEXT, "fields": ("应当列出栏目名称", _texts)}
CHECK: Shape = {"refuse_if": SAID, "field": TEXT, "zh": SAID, "en": SAID}
RULE: Shape = {
    "id": TEXT, "title": SAID, "kind": TEXT, "rule_ids": ("应当列出条款编号", _texts), "seed": TEXT,
    "quote_zh": TEXT, "basis": TEXT, "unit": TEXT, "value": NUMBER, "roll": TRUTH, "earliest": TRUTH,
    "until": TEXT, "opens": LIST, "met_by": TEXT, "met_field": TEXT, "minimum": NUMBER, "lead_setting": TEXT,
    "recurrence": ("", _anything),
}  # fmt: skip
OPENING: Shape = {
    "element": SAID, "field": TEXT, "when": TEXT, "branch": TEXT, "pending": TRUTH, "fills_pending": TRUTH,
}  # fmt: skip


def hold(place: str, entry: Mapping[str, Any], shape: Shape, needed: tuple[str, ...]) -> Iterator[Problem]:
    """Yield every name that is unknown, missing, or of another type than its loader reads."""
    for name in sorted(entry.keys() - shape.keys()):
        yield Problem(f"{place}.{name[:40]}", f"没有“{name[:40]}”这一项。", f"There is no “{name[:40]}”.")
    for name in needed:
        if name not in entry:
            yield Problem(f"{place}.{name}", f"缺少“{name}”。", f"“{name}” is missing.")
    for name, value in entry.items():
        said, fits = shape.get(name, ("", _anything))
        if not fits(value):
            yield Problem(f"{place}.{name}", f"“{name}”{said}。", f"“{name}” is not as it should be.")
