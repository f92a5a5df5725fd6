"""Draws blocks as BPMN."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.engine.compile.diagrams import definitions, event, flow, node, user
from tests.engine.differential.blocks import (
    Block,
    Called,
    Ending,
    Escalating,
    Gate,
    Guarded,
    Handled,
    Loop,
    Many,
    Repeating,
    Rounds,
    Seq,
    Sub,
    Task,
    Wait,
)

#: When a branch of a gate is taken: one in three of an exclusive, two in three of an inclusive one.
TAKEN = {"xor": "== 0", "or": "!= 0"}


@dataclass
class Drawing:
    """Draws a block: nodes and flows of one scope, and what it needs outside."""

    nodes: list[str] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)

    def draw(self, block: Block) -> tuple[str, str]:
        """Draw a block; return the ids of its first and last node."""
        return getattr(self, f"_{type(block).__name__.lower()}")(block)  # type: ignore[no-any-return]

    def _task(self, block: Task) -> tuple[str, str]:
        self.nodes.append(user(block.id))
        if block.timer:
            self._beside(block.id, block.timer, "timer", block.extra)
        return block.id, block.id

    def _border(self, host: str, name: str, trigger: str, interrupting: bool) -> None:
        ref = "<bpmn:timeDuration>P1D</bpmn:timeDuration>"
        if trigger != "timer":
            ref = self._declare(trigger, name)
        cancel = "true" if interrupting else "false"
        self.nodes.append(
            event("boundaryEvent", name, trigger, ref, attachedToRef=host, cancelActivity=cancel)
        )

    def _declare(self, kind: str, name: str) -> str:
        self.outside.append(f'<bpmn:{kind} id="M_{name}" name="M-{name}"/>')
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

    def add_process(self, name: str, first: str, last: str) -> None:
        """Close what was drawn into a process."""
        nodes = [node("startEvent", f"{name}_s"), *self.nodes, node("endEvent", f"{name}_e")]
        content = body(nodes, [f"{name}_s>{first}", *self.flows, f"{last}>{name}_e"])
        self.processes.append(f'<bpmn:process id="{name}" isExecutable="true">{content}</bpmn:process>')

    def _adopt(self, inner: Drawing) -> None:
        self.outside += inner.outside
        self.processes += inner.processes

    def _inside(self, block: Block) -> str:
        inner = Drawing()
        first, last = inner.draw(block)
        self._adopt(inner)
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

    def _beside(self, host: str, name: str, trigger: str, extra: str) -> None:
        self._border(host, name, trigger, interrupting=False)
        self.nodes += [user(extra), node("endEvent", f"{extra}_e")]
        self.flows += [f"{name}>{extra}", f"{extra}>{extra}_e"]

    def _rounds(self, block: Rounds) -> tuple[str, str]:
        condition = (
            f"<bpmn:loopCondition>pick('{block.id}', 3) != 0</bpmn:loopCondition>" if block.chosen else ""
        )
        loop = (
            f'<bpmn:standardLoopCharacteristics loopMaximum="{block.most}"'
            f' testBefore="{str(block.before).lower()}">{condition}</bpmn:standardLoopCharacteristics>'
        )
        self.nodes.append(user(block.id, loop))
        if block.timer:
            self._beside(block.id, block.timer, "timer", block.extra)
        return block.id, block.id

    def _repeating(self, block: Repeating) -> tuple[str, str]:
        self.nodes.append(user(block.id))
        self._beside(block.id, block.event, "message", block.extra)
        return block.id, block.id

    def _ending(self, block: Ending) -> tuple[str, str]:
        inner, name = Drawing(), block.id
        side, main = inner.draw(block.side), inner.draw(block.main)
        self._adopt(inner)
        nodes = [node("startEvent", f"{name}_s"), node("parallelGateway", f"{name}_f"), *inner.nodes]
        nodes.append(node("endEvent", f"{name}_e"))
        flows = [f"{name}_s>{name}_f", f"{name}_f>{side[0]}", f"{name}_f>{main[0]}", f"{side[1]}>{name}_e"]
        if block.instead is None:
            nodes.append(event("endEvent", f"{name}_t", "terminate"))
            flows.append(f"{main[1]}>{name}_t")
        else:
            code = self._declare("error", f"{name}_b")
            nodes += [node("exclusiveGateway", f"{name}_g"), event("endEvent", f"{name}_t", "error", code)]
            nodes.append(node("endEvent", f"{name}_n"))
            flows += [
                f"{main[1]}>{name}_g",
                f"{name}_g>{name}_t:pick('{name}', 2) == 0",
                f"{name}_g>{name}_n",
            ]
        self.nodes.append(node("subProcess", name, body(nodes, [*flows, *inner.flows])))
        if block.instead is None:
            return name, name
        self.nodes.append(event("boundaryEvent", f"{name}_b", "error", f"M_{name}_b", attachedToRef=name))
        return name, self._merge(name, f"{name}_b", block.instead)

    def _escalating(self, block: Escalating) -> tuple[str, str]:
        inner, name = Drawing(), block.id
        first, last = inner.draw(block.first), inner.draw(block.last)
        self._adopt(inner)
        self._beside(name, f"{name}_b", "escalation", block.extra)
        throw = event("intermediateThrowEvent", f"{name}_t", "escalation", f"M_{name}_b")
        nodes = [node("startEvent", f"{name}_s"), throw, node("endEvent", f"{name}_e"), *inner.nodes]
        flows = [f"{name}_s>{first[0]}", f"{first[1]}>{name}_t", f"{name}_t>{last[0]}", f"{last[1]}>{name}_e"]
        self.nodes.append(node("subProcess", name, body(nodes, [*flows, *inner.flows])))
        return name, name

    def _handled(self, block: Handled) -> tuple[str, str]:
        cancel = str(block.interrupting).lower()
        start = event(
            "startEvent", block.event, "message", self._declare("message", block.event), isInterrupting=cancel
        )
        nodes = [start, user(block.handler), node("endEvent", f"{block.handler}_e")]
        flows = [f"{block.event}>{block.handler}", f"{block.handler}>{block.handler}_e"]
        handler = node("subProcess", f"{block.id}_v", body(nodes, flows), triggeredByEvent="true")
        self.nodes.append(node("subProcess", block.id, self._inside(block.body) + handler))
        return block.id, block.id

    def _called(self, block: Called) -> tuple[str, str]:
        inner = Drawing()
        inner.add_process(f"C_{block.id}", *inner.draw(block.body))
        self._adopt(inner)
        self.nodes.append(node("callActivity", block.id, calledElement=f"C_{block.id}"))
        return block.id, block.id

    def _wait(self, block: Wait) -> tuple[str, str]:
        join = f"{block.id}_o"
        self.nodes += [node("eventBasedGateway", block.id), node("exclusiveGateway", join)]
        kinds = ("message", "timer")
        for name, branch, kind in zip(block.events, block.branches, kinds, strict=True):
            ref = (
                self._declare("message", name)
                if kind == "message"
                else "<bpmn:timeDuration>P1D</bpmn:timeDuration>"
            )
            self.nodes.append(event("intermediateCatchEvent", name, kind, ref))
            first, last = self.draw(branch)
            self.flows += [f"{block.id}>{name}", f"{name}>{first}", f"{last}>{join}"]
        return block.id, join


def body(nodes: list[str], flows: list[str]) -> str:
    """Return the content of a scope."""
    return "".join(nodes) + "".join(map(flow, flows))


def diagram(block: Block) -> bytes:
    """Return the BPMN file of a block; its process is P."""
    drawing = Drawing()
    first, last = drawing.draw(block)
    drawing.add_process("P", first, last)
    return definitions("".join(drawing.outside) + "".join(drawing.processes))
