"""The port to an outside system: what goes through it, and what may come back. Adapters are beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from engine.codec import loads
from engine.errors import AidError

STATES = frozenset({"accepted", "refused", "pending"})
LONGEST = 2_000
MOST_BYTES = 1_000_000
_MOST_NUMBER = 10**15


class Unreachable(AidError):
    """A system did not answer, or not as agreed: it is tried again later."""

    code = "unreachable"
    zh = "外部系统没有按约定回应（{why}），稍后自动重试；也可以人工办理。"
    en = "The outside system did not answer as agreed ({why}); it is tried again."


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record on its way out; `key` is the same on every try, by which the receiver knows it again."""

    key: str
    system: str
    kind: str
    element: str
    sent_on: date
    record: Mapping[str, Any]
    #: It was taken along before, and only its receipt is waited for.
    asked_before: bool = False

    def body(self) -> dict[str, Any]:
        """Return it as it is sent."""
        return {
            "key": self.key, "system": self.system, "kind": self.kind, "step": self.element,
            "sent_on": self.sent_on.isoformat(), "record": dict(self.record),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a system answers: taken over (with its number), refused (with the reason), or not decided yet."""

    state: str
    number: str = ""
    on: date | None = None
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    #: A list the answer consists of, where one was asked for.
    items: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list a system offers; `cursor` asks for what comes after it, "" at the end."""

    items: tuple[Mapping[str, Any], ...]
    cursor: str


class Adapter(Protocol):
    """One way of reaching a system. Every method may raise Unreachable."""

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send a record, or ask again what became of it."""

    def fetch(self, what: str, cursor: str) -> Page:
        """Fetch a part of a list."""


def read_receipt(raw: bytes, today: date) -> Receipt:
    """Read a receipt; raise Unreachable where it is none. What it says is a stranger's: held to its types."""
    found = _object(raw)
    state = found.get("state")
    values = found.get("values", {})
    texts = [found.get("number", ""), found.get("reason", "")]
    if state not in STATES or not all(isinstance(text, str) for text in texts):
        raise Unreachable(why="回执格式不对")
    if not isinstance(values, dict) or not all(_plain(one) for one in values.values()):
        raise Unreachable(why="回执内容格式不对")
    items = found.get("items", [])
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise Unreachable(why="回执中的清单格式不对")
    try:
        on = date.fromisoformat(found["on"]) if found.get("on") else None
    except (TypeError, ValueError) as error:
        raise Unreachable(why="回执日期格式不对") from error
    if state == "accepted" and (on is None or on > today):
        raise Unreachable(why="回执没有日期，或日期晚于今天")
    number, reason = (text.strip()[:LONGEST] for text in texts)
    return Receipt(state, number[:60], on, reason, values, tuple(items))


def read_page(raw: bytes) -> Page:
    """Read a part of a list; raise Unreachable where it is none."""
    found = _object(raw)
    items, cursor = found.get("items"), found.get("cursor", "")
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise Unreachable(why="清单格式不对")
    if not isinstance(cursor, str) or len(cursor) > LONGEST:
        raise Unreachable(why="清单的续取标记不对")
    return Page(tuple(items), cursor)


def _plain(value: Any) -> bool:
    if isinstance(value, int):
        return abs(value) < _MOST_NUMBER
    return isinstance(value, str) and len(value) <= LONGEST


def _object(raw: bytes) -> dict[str, Any]:
    if len(raw) > MOST_BYTES:
        raise Unreachable(why="回应过大")
    try:
        found = loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unreachable(why="回应不是JSON") from error
    if not isinstance(found, dict):
        raise Unreachable(why="回应不是JSON对象")
    try:
        text = json.dumps(found, ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Unreachable(why="回应含有不能保存的字符或数字") from error
    if "\\u0000" in text:
        raise Unreachable(why="回应含有不能保存的字符或数字")
    return found
