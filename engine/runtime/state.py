"""Where an instance stands: tokens, scopes and routing variables, and their compact form at rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.codec import canonical, loads

#: Version of the form at rest; `engine.runtime.upgrade` reads the older ones.
VERSION = 1
ROOT = 0


@dataclass(slots=True)
class Token:
    """One token. After a step every token rests on a node that waits for something."""

    id: int
    node: str
    scope: int
    via: str = ""  #: the flow it came by, where a join waits for others
    called: int = 0  #: the instance a call activity waits for
    round: int = 0  #: rounds of a standard loop done so far
    many: dict[str, Any] | None = None  #: multi-instance: total, done, next, items
    armed: list[str] = field(default_factory=list)  #: events that wait on this token, by element id
    inner: bool = False  #: one iteration of a multi-instance activity


@dataclass(slots=True)
class Scope:
    """The process, one run of a sub-process, or one iteration of a multi-instance activity."""

    id: int
    element: str
    owner: int  #: the token whose activity this scope is; 0 for the process
    vars: dict[str, Any] | None = None  #: own variables, if it has any
    armed: list[str] = field(default_factory=list)  #: starts of event sub-processes that wait


@dataclass(slots=True)
class State:
    """The whole of an instance between two steps."""

    tokens: dict[int, Token] = field(default_factory=dict)
    scopes: dict[int, Scope] = field(default_factory=dict)
    vars: dict[str, Any] = field(default_factory=dict)
    last: int = 0  #: last number given to a token or scope

    def armed(self, owner: int) -> list[str]:
        """Return the events that wait on a token, or (below zero) on the event sub-processes of a scope."""
        holder = self.scopes.get(-owner - 1) if owner < 0 else self.tokens.get(owner)
        return [] if holder is None else holder.armed

    def number(self) -> int:
        """Give the next number of a token or scope."""
        self.last += 1
        return self.last


def dump(state: State) -> str:
    """Return the state as text: sorted, compact, the same text for the same state."""
    tokens = []
    for t in state.tokens.values():
        row: list[Any] = [t.id, t.node, t.scope]
        extra: dict[str, Any] = {}
        if t.via:
            extra["v"] = t.via
        if t.called:
            extra["c"] = t.called
        if t.round:
            extra["r"] = t.round
        if t.many is not None:
            extra["m"] = t.many
        if t.armed:
            extra["a"] = t.armed
        if t.inner:
            extra["i"] = 1
        if extra:
            row.append(extra)
        tokens.append(row)
    scopes = []
    for s in state.scopes.values():
        scope_row: list[Any] = [s.id, s.element, s.owner]
        if s.vars is not None or s.armed:
            scope_row += [s.vars, s.armed]
        scopes.append(scope_row)
    return canonical({"v": VERSION, "n": state.last, "t": tokens, "s": scopes, "x": state.vars})


def outline(state: State) -> str:
    """Return where tokens and scopes stand, in the form of `dump`, without any value that work put there."""
    tokens = {}
    for t in state.tokens.values():
        many = None if t.many is None else {**t.many, "items": list(range(t.many["total"]))}
        tokens[t.id] = replace(t, called=int(t.called > 0), many=many)
    scopes = {s.id: replace(s, vars=None if s.vars is None else {}) for s in state.scopes.values()}
    return dump(State(tokens, scopes, {}, state.last))


def load(text: str) -> State:
    """Read a state of the current version; raise ValueError for any other."""
    raw: Mapping[str, Any] = loads(text)
    if raw.get("v") != VERSION:
        raise ValueError(f"state version {raw.get('v')!r} is not {VERSION}")
    state = State(vars=raw["x"], last=raw["n"])
    for row in raw["t"]:
        extra = row[3] if len(row) > 3 else {}
        state.tokens[row[0]] = Token(
            row[0],
            row[1],
            row[2],
            extra.get("v", ""),
            extra.get("c", 0),
            extra.get("r", 0),
            extra.get("m"),
            extra.get("a", []),
            bool(extra.get("i")),
        )
    for row in raw["s"]:
        more = len(row) > 3
        state.scopes[row[0]] = Scope(row[0], row[1], row[2], row[3] if more else None, row[4] if more else [])
    return state
