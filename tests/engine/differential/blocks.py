"""Random block-structured processes: each a tree of blocks."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Mode = Literal["xor", "and", "or"]


@dataclass(frozen=True)
class Task:
    """A user task; `timer` is a non-interrupting timer that brings a second task `extra`."""

    id: str
    timer: str = ""
    extra: str = ""


@dataclass(frozen=True)
class Seq:
    """One block after the other."""

    parts: tuple[Block, ...]


@dataclass(frozen=True)
class Gate:
    """A split of a mode, its branches, and the join."""

    id: str
    mode: Mode
    branches: tuple[Block, ...]


@dataclass(frozen=True)
class Loop:
    """A body repeated while a choice says so."""

    id: str
    body: Block


@dataclass(frozen=True)
class Sub:
    """A sub-process; `event` is an interrupting message on its border that leads to `instead`."""

    id: str
    body: Block
    event: str = ""
    instead: Block | None = None


@dataclass(frozen=True)
class Guarded:
    """A user task with an interrupting timer that leads to `instead`."""

    id: str
    event: str
    instead: Block


@dataclass(frozen=True)
class Many:
    """A task or sub-process done up to twice, one after the other or side by side."""

    id: str
    sequential: bool
    body: tuple[Task, ...]  #: the steps of one item; one step is the activity itself
    until: bool = False  #: done as soon as one item is
    least: int = 0  #: items there are at least; a loop around it needs one to wait for


@dataclass(frozen=True)
class Wait:
    """An event-based gateway: the first event decides which block follows."""

    id: str
    events: tuple[str, ...]
    branches: tuple[Block, ...]


@dataclass(frozen=True)
class Rounds:
    """A user task in a standard loop; `timer` is a non-interrupting timer on the whole of it."""

    id: str
    most: int
    chosen: bool  #: goes on only while a choice says so
    before: bool  #: asks before the first round too
    timer: str = ""
    extra: str = ""


@dataclass(frozen=True)
class Repeating:
    """A user task with a non-interrupting message that may come again and again."""

    id: str
    event: str
    extra: str


@dataclass(frozen=True)
class Ending:
    """A sub-process with two lines; the end of the second ends both.

    It terminates the sub-process, or it fails, if a choice says so, and leads to `instead`.
    """

    id: str
    side: Block
    main: Block
    instead: Block | None


@dataclass(frozen=True)
class Escalating:
    """A sub-process that escalates between two blocks to a task beside it."""

    id: str
    first: Block
    last: Block
    extra: str


@dataclass(frozen=True)
class Handled:
    """A sub-process with an event sub-process inside, interrupting or not, that brings one task."""

    id: str
    body: Block
    event: str
    handler: str
    interrupting: bool


@dataclass(frozen=True)
class Called:
    """A call activity; the body is a process of its own."""

    id: str
    body: Block


Block = (
    Task
    | Seq
    | Gate
    | Loop
    | Sub
    | Guarded
    | Many
    | Wait
    | Rounds
    | Repeating
    | Ending
    | Escalating
    | Handled
    | Called
)

KINDS = (
    "task", "timed", "seq", "seq", "xor", "and", "or", "loop", "sub", "many", "wait", "guarded",
    "guarded_sub", "rounds", "repeating", "failing", "terminating", "escalating", "handled", "called",
)  # fmt: skip
LEAVES = ("task", "task", "timed", "many", "guarded", "rounds", "repeating")
SCOPES = ("sub", "guarded_sub", "terminating", "failing", "escalating", "handled", "called")
COMPOSITES = tuple(kind for kind in KINDS if kind not in LEAVES)


@dataclass
class Generator:
    """Makes blocks out of chance; names are numbered in the order they are made."""

    chance: random.Random
    kinds: tuple[str, ...] = KINDS
    count: int = 0
    loops: int = 0  #: loops around the block that is being made

    def name(self, prefix: str) -> str:
        """Return a fresh id."""
        self.count += 1
        return f"{prefix}{self.count}"

    def block(self, depth: int) -> Block:
        """Return a random block at most `depth` deep."""
        among = LEAVES if depth <= 0 else COMPOSITES if self.count == 0 else self.kinds
        return self.make(self.chance.choice([kind for kind in among if kind in self.kinds]), depth)

    def make(self, kind: str, depth: int) -> Block:
        """Return a block of a kind."""
        if kind in SCOPES:
            return self._scope(kind, depth)
        if kind == "task":
            return Task(self.name("u"))
        if kind == "timed":
            name = self.name("u")
            return Task(name, f"{name}_b", f"{name}_x")
        if kind == "seq":
            return Seq((self.block(depth - 1), self.block(depth - 1)))
        if kind in ("xor", "and", "or"):
            number = self.chance.choice([3, 3, 4] if kind == "or" else [2, 2, 3])
            branches = tuple(self.block(depth - 1) for _ in range(number))
            return Gate(self.name("g"), kind, branches)  # type: ignore[arg-type]
        if kind == "loop":
            self.loops += 1
            loop = Loop(self.name("l"), self.block(depth - 1))
            self.loops -= 1
            return loop
        if kind == "rounds":
            name, before = self.name("u"), not self.loops and self.chance.random() < 0.5
            chosen, most = self.chance.random() < 0.5, self.chance.choice([1, 2, 3])
            return Rounds(name, most, chosen, before, f"{name}_b", f"{name}_x")
        if kind == "repeating":
            name = self.name("u")
            return Repeating(name, f"{name}_n", f"{name}_x")
        if kind == "guarded":
            name = self.name("u")
            return Guarded(name, f"{name}_t", Task(self.name("u")))
        if kind == "many":
            name = self.name("m")
            steps = tuple(Task(self.name("u")) for _ in range(self.chance.choice([1, 1, 2])))
            sequential, until = self.chance.random() < 0.5, self.chance.random() < 0.3
            return Many(name, sequential, steps, until, 1 if self.loops else 0)
        name = self.name("w")
        branches = tuple(self.block(depth - 1) for _ in range(2))
        return Wait(name, (f"{name}_a", f"{name}_b"), branches)

    def _scope(self, kind: str, depth: int) -> Block:
        name = self.name("p")
        body = self.block(depth - 1)
        if kind == "sub":
            return Sub(name, body)
        if kind == "guarded_sub":
            return Sub(name, body, f"{name}_m", Task(self.name("u")))
        if kind == "terminating":
            return Ending(name, self.block(depth - 1), body, None)
        if kind == "failing":
            return Ending(name, self.block(depth - 1), body, Task(self.name("u")))
        if kind == "escalating":
            return Escalating(name, body, self.block(depth - 2), f"{name}_x")
        if kind == "handled":
            return Handled(name, body, f"{name}_h", f"{name}_u", self.chance.random() < 0.5)
        return Called(name, body)
