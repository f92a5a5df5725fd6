"""Random block-structured processes: each a tree of blocks, and the BPMN that draws it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Literal

from tests.engine.compile.diagrams import event, node, process, user

Mode = Literal["xor", "and", "or"]

#: When a branch of a gate is taken: one in three of an exclusive, two in three of an inclusive one.
TAKEN = {"xor": "== 0", "or": "!= 0"}


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


Block = Task | Seq | Gate | Loop | Sub | Guarded | Many | Wait

KINDS = (
    "task",
    "timed",
    "seq",
    "seq",
    "xor",
    "and",
    "or",
    "loop",
    "sub",
    "many",
    "wait",
    "guarded",
    "guarded_sub",
)
LEAVES = ("task", "task", "timed", "many", "guarded")
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
        if kind == "sub":
            return Sub(self.name("p"), self.block(depth - 1))
        if kind == "guarded_sub":
            name = self.name("p")
            return Sub(name, self.block(depth - 1), f"{name}_m", Task(self.name("u")))
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


@dataclass
class Drawing:
    """Draws a block: nodes and flows of one scope, and the messages it needs."""

    nodes: list[str] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def draw(self, block: Block) -> tuple[str, str]:
        """Draw a block; return the ids of its first and last node."""
        return getattr(self, f"_{type(block).__name__.lower()}")(block)  # type: ignore[no-any-return]

    def _task(self, block: Task) -> tuple[str, str]:
        self.nodes.append(user(block.id))
        if block.timer:
            self._border(block.id, block.timer, "timer", interrupting=False)
            end = f"{block.extra}_e"
            self.nodes += [user(block.extra), node("endEvent", end)]
            self.flows += [f"{block.timer}>{block.extra}", f"{block.extra}>{end}"]
        return block.id, block.id

    def _border(self, host: str, name: str, trigger: str, interrupting: bool) -> None:
        ref = "<bpmn:timeDuration>P1D</bpmn:timeDuration>"
        if trigger == "message":
            ref = self._message(name)
        cancel = "true" if interrupting else "false"
        self.nodes.append(
            event("boundaryEvent", name, trigger, ref, attachedToRef=host, cancelActivity=cancel)
        )

    def _message(self, name: str) -> str:
        self.messages.append(f'<bpmn:message id="M_{name}" name="M-{name}"/>')
        return f"M_{name}"

    def _seq(self, block: Seq) -> tuple[str, str]:
        ends = [self.draw(part) for part in block.parts]
        self.flows += [f"{a[1]}>{b[0]}" for a, b in zip(ends, ends[1:], strict=False)]
        return ends[0][0], ends[-1][1]

    def _gate(self, block: Gate) -> tuple[str, str]:
        kind = {"xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway"}[block.mode]
        split, join = f"{block.id}_s", f"{block.id}_j"
        default = {} if block.mode == "and" else {"default": f"{block.id}_0"}
        self.nodes += [node(kind, split, **default), node(kind, join)]
        for number, branch in enumerate(block.branches):
            first, last = self.draw(branch)
            conditional = number and block.mode != "and"
            condition = f":pick('{block.id}_{number}', 3) {TAKEN[block.mode]}" if conditional else ""
            self.flows += [f"{block.id}_{number}={split}>{first}{condition}", f"{last}>{join}"]
        return split, join

    def _loop(self, block: Loop) -> tuple[str, str]:
        merge, again, out = f"{block.id}_m", f"{block.id}_g", f"{block.id}_o"
        first, last = self.draw(block.body)
        self.nodes += [
            node("exclusiveGateway", merge),
            node("exclusiveGateway", again, default=f"{block.id}_d"),
        ]
        self.nodes.append(node("exclusiveGateway", out))
        self.flows += [f"{merge}>{first}", f"{last}>{again}", f"{again}>{merge}:pick('{block.id}', 4) != 0"]
        self.flows.append(f"{block.id}_d={again}>{out}")
        return merge, out

    def _inside(self, block: Block) -> str:
        inner = Drawing()
        first, last = inner.draw(block)
        self.messages += inner.messages
        start, end = f"{first}_is", f"{last}_ie"
        flows = [f"{start}>{first}", *inner.flows, f"{last}>{end}"]
        return body([node("startEvent", start), *inner.nodes, node("endEvent", end)], flows)

    def _sub(self, block: Sub) -> tuple[str, str]:
        self.nodes.append(node("subProcess", block.id, self._inside(block.body)))
        if block.instead is None:
            return block.id, block.id
        self._border(block.id, block.event, "message", interrupting=True)
        return block.id, self._merge(block.id, block.event, block.instead)

    def _guarded(self, block: Guarded) -> tuple[str, str]:
        self.nodes.append(user(block.id))
        self._border(block.id, block.event, "timer", interrupting=True)
        return block.id, self._merge(block.id, block.event, block.instead)

    def _merge(self, host: str, border: str, instead: Block) -> str:
        join = f"{host}_o"
        self.nodes.append(node("exclusiveGateway", join))
        first, last = self.draw(instead)
        self.flows += [f"{host}>{join}", f"{border}>{first}", f"{last}>{join}"]
        return join

    def _many(self, block: Many) -> tuple[str, str]:
        until = "<bpmn:completionCondition>numberOfCompletedInstances &gt;= 1</bpmn:completionCondition>"
        loop = (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(block.sequential).lower()}">'
            f"<bpmn:loopCardinality>{block.least} + pick('{block.id}', {3 - block.least})"
            "</bpmn:loopCardinality>"
            f"{until if block.until else ''}</bpmn:multiInstanceLoopCharacteristics>"
        )
        if len(block.body) == 1:
            self.nodes.append(user(block.body[0].id, loop))
            return block.body[0].id, block.body[0].id
        self.nodes.append(node("subProcess", block.id, loop + self._inside(Seq(block.body))))
        return block.id, block.id

    def _wait(self, block: Wait) -> tuple[str, str]:
        join = f"{block.id}_o"
        self.nodes += [node("eventBasedGateway", block.id), node("exclusiveGateway", join)]
        kinds = ("message", "timer")
        for name, branch, kind in zip(block.events, block.branches, kinds, strict=True):
            ref = self._message(name) if kind == "message" else "<bpmn:timeDuration>P1D</bpmn:timeDuration>"
            self.nodes.append(event("intermediateCatchEvent", name, kind, ref))
            first, last = self.draw(branch)
            self.flows += [f"{block.id}>{name}", f"{name}>{first}", f"{last}>{join}"]
        return block.id, join


def body(nodes: list[str], flows: list[str]) -> str:
    """Return the content of a scope."""
    from tests.engine.compile.diagrams import flow

    return "".join(nodes) + "".join(map(flow, flows))


def diagram(block: Block) -> bytes:
    """Return the BPMN file of a block."""
    drawing = Drawing()
    first, last = drawing.draw(block)
    nodes = [node("startEvent", "s"), *drawing.nodes, node("endEvent", "e")]
    return process(
        body(nodes, [f"s>{first}", *drawing.flows, f"{last}>e"]), outside="".join(drawing.messages)
    )
