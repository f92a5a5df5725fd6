"""YAML with line numbers, read as plain values. Only `true` and `false` are truths; dates stay dates.

Words such as NO, ON or 10:20 stay text: codes of the office look like them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml

from tasks.scenarios.faults import BadScenario

#: Nodes one file may have after its aliases are written out.
MOST_NODES = 50_000
#: The parser written in C where it is there; both only compose, nothing is constructed.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"-?(0|[1-9][0-9]{0,14})", re.ASCII)
_FLOAT = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,6}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Table(dict[str, Any]):
    """A mapping that knows the line it begins at and the line of each key."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def at(self, key: str) -> int:
        """Return the line of a key (of the mapping where the key is missing)."""
        return self.lines.get(key, self.line)


class Rows(list[Any]):
    """A sequence that knows the line it begins at and the line of each item."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class _Reader:
    def __init__(self) -> None:
        self.left = MOST_NODES

    def read(self, node: yaml.Node) -> Any:
        self.left -= 1
        line = node.start_mark.line + 1
        if self.left < 0:
            raise BadScenario(line, "文件过大。", "The file is too large.")
        if isinstance(node, yaml.MappingNode):
            return self.table(node, line)
        if isinstance(node, yaml.SequenceNode):
            rows = Rows(line)
            for child in node.value:
                rows.append(self.read(child))
                rows.lines.append(child.start_mark.line + 1)
            return rows
        return scalar(node, line)

    def table(self, node: yaml.MappingNode, line: int) -> Table:
        table = Table(line)
        for key_node, value_node in node.value:
            here = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise BadScenario(here, "键只能是文字。", "A key must be plain text.")
            key = key_node.value
            if key in table:
                raise BadScenario(here, f"“{key}”写了两次。", f"“{key}” stands twice.")
            table[key] = self.read(value_node)
            table.lines[key] = here
        return table


def scalar(node: yaml.Node, line: int) -> Any:
    """Return the value of a scalar; text in quotes stays text."""
    text = str(node.value)
    if not isinstance(node, yaml.ScalarNode) or node.style in ("'", '"', "|", ">"):
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BadScenario(line, f"“{text}”不是日期。", f"“{text}” is no date.") from None
    return text


def documents(text: str) -> Iterator[Table]:
    """Yield every scenario of a file; raise BadScenario with the line."""
    try:
        for node in yaml.compose_all(text, Loader=_LOADER):
            value = _Reader().read(node)
            if not isinstance(value, Table):
                raise BadScenario(node.start_mark.line + 1, "一个场景须是“键: 值”的表。",
                                  "A scenario must be a mapping.")  # fmt: skip
            yield value
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        problem = str(getattr(error, "problem", None) or "YAML")
        zh = "请检查这一行和上一行的缩进、括号、引号和冒号"
        if "tab" in problem or "cannot start" in problem:
            zh = "不能用制表符缩进，以@或`开头的文字须加引号"
        raise BadScenario(line, f"YAML格式不对：{zh}。", f"Not valid YAML: {problem}.") from error
    except RecursionError as error:
        raise BadScenario(1, "文件嵌套过深。", "The file is nested too deeply.") from error
