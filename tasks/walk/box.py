"""The sandbox of the engine as a walk uses it: it asks where nothing is known, and tells what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.decisions import Decision, DecisionTable, DecisionUnmatched
from engine.errors import EngineFault
from engine.expressions import Expr
from engine.graph import EventDef, Graph, Node
from engine.runtime.host import Values
from engine.runtime.machine import Machine
from engine.runtime.sandbox import BoxHost, BoxLog, Run, Sandbox
from engine.runtime.state import Token
from tasks.decide import ABOUT_PERSON
from tasks.forms.spec import FormSpec
from tasks.phrases import Words, labelled, listed
from tasks.walk import ask
from tasks.walk.naming import process_called, say, step_called, table_called, way_called
from tasks.world import given_back

if TYPE_CHECKING:
    from tasks.walk.walk import Ground

#: Flows a whole walk may take, and instances it may start: an endless loop ends here.
MOST_FLOWS, MOST_RUNS = 10_000, 200
_ANY = ("", "-")

Answer = Callable[[ask.Question], dict[str, Any]]


class Box(Sandbox):
    """Instances in memory that ask."""

    def __init__(self, ground: Ground, answer: Answer) -> None:
        super().__init__(ground.graphs)
        self.ground = ground
        self.answer = answer
        self.said: list[Words] = []
        self.flows: dict[int, list[str]] = {}
        self.visits: dict[int, Counter[str]] = {}
        #: number of the act under way: what was set by hand holds for the act in which it was set
        self.act = 0
        self.settled: set[tuple[int, str]] = set()
        self.set_by_hand: dict[tuple[int, str, str], int] = {}
        #: with which values a condition of a node was evaluated last, by its text
        self.read: dict[tuple[int, str, str], Mapping[str, Any]] = {}

    def host(self, run: Run) -> BoxHost:
        """Return the world of an instance."""
        return _Host(self, run)

    def machine(self, run: Run) -> Machine:
        """Return what takes the next step of an instance."""
        return Walking(self, run)

    def tell(self, code: str, /, **parts: Words | str | int) -> None:
        """Add a sentence to what happened."""
        self.said.append(say(code, **parts))

    def filled_in(self, run: int, values: Mapping[str, Any]) -> None:
        """Note what a completed form settles, answered or not."""
        self.settled |= {(run, name) for name in values}
        stale = [key for key in self.set_by_hand if key[0] == run and key[2] in values]
        for key in stale:
            del self.set_by_hand[key]

    def unknown(self, run: Run, node: Node, name: str, value: Any) -> bool:
        """Tell whether a variable has to be asked for: never filled in, or set here for an earlier act."""
        at = self.set_by_hand.get((run.id, node.id, name))
        if at is not None:
            return at != self.act
        return value is None and (run.id, name) not in self.settled

    def ask(self, run: Run, node: Node, spec: FormSpec, lead: Words) -> dict[str, Any]:
        """Return the answers to a question; raise Needed where there are none yet."""
        return self.answer(ask.Question(run.id, node, lead, spec))

    def set_by(self, run: Run, node: Node, spec: FormSpec, lead: Words) -> dict[str, Any]:
        """Ask for variables, remember that they were set here, and tell it."""
        naming = self.ground.naming(run.graph)
        found = {**dict.fromkeys(spec.fields), **self.ask(run, node, spec, lead)}
        self.settled |= {(run.id, name) for name in found}
        self.set_by_hand |= {(run.id, node.id, name): self.act for name in found}
        self.tell("given", facts=naming.facts(found))
        return found


class Walking(Machine):
    """The machine of the product, which asks before it evaluates what nobody has filled in."""

    def __init__(self, box: Box, run: Run) -> None:
        super().__init__(run.graph, run.state, box.host(run), _Log(box, run))
        self.box = box
        self.at = run
        self.asking: tuple[Token, Node] | None = None

    def names(self, scope_id: int, extra: Values | None = None) -> dict[str, Any]:
        """Return the variables a scope sees; while a condition is evaluated they ask when they are read."""
        known = super().names(scope_id, extra)
        return known if self.asking is None else _Asking(known, self)

    def evaluate(self, expr: Expr, token: Token, node: Node, extra: Values | None = None) -> Any:
        """Evaluate an expression; what it lacks is asked for."""
        many = node.multi
        if many is not None and (expr is many.collection or expr is many.cardinality):
            known = super().names(token.scope, extra)
            if expr.calls or any(known.get(name) is None for name in expr.names):
                return self._count(node, listed=expr is many.collection)
        if expr.calls:
            lead = say("ask_condition", step=step_called(node), condition=expr.text.strip())
            return self.box.ask(self.at, node, ask.of_condition(node), lead)["holds"]
        self.asking = (token, node)
        try:
            return super().evaluate(expr, token, node, extra)
        finally:
            self.asking = None

    def _count(self, node: Node, listed: bool) -> Any:
        lead = say("ask_count", step=step_called(node), most=ask.MOST_ITEMS)
        count = self.box.ask(self.at, node, ask.of_count(node), lead)["count"]
        self.box.tell("counted", step=step_called(node), n=count)
        return list(range(1, count + 1)) if listed else count

    def known(self, name: str, value: Any) -> Any:
        """Return the value of a variable that a condition reads, asking for it where nobody has set it."""
        token, node = self.asking or (None, None)
        if token is None or node is None or not self.box.unknown(self.at, node, name, value):
            return value
        naming = self.box.ground.naming(self.graph)
        lead = say("ask_variable", step=step_called(node), name=naming.variable(name))
        spec = ask.of_variables(node, [name], naming)
        found = self.box.set_by(self.at, node, spec, lead)
        self.assign(token.scope, found)
        return found[name]

    def holds(self, condition: Expr, token: Token, node: Node, extra: Values | None = None) -> bool:
        """Tell whether a condition is true, and keep with which values."""
        found = super().holds(condition, token, node, extra)
        known = self.names(token.scope, extra)
        self.box.read[self.at.id, node.id, condition.text] = {one: known.get(one) for one in condition.names}
        return found


class _Asking(dict[str, Any]):
    def __init__(self, known: Mapping[str, Any], machine: Walking) -> None:
        super().__init__(known)
        self._machine = machine

    def __getitem__(self, name: str) -> Any:
        return self._machine.known(name, super().__getitem__(name))


class _Host(BoxHost):
    box: Box

    def service(self, machine: Machine, token: Token, node: Node) -> Values | None:
        self.box.tell("automatic", step=step_called(node))
        return None

    def decide(self, machine: Machine, token: Token, node: Node) -> Values | None:
        routed: dict[str, Any] = {}
        for table_id in node.attr_list("decision"):
            table = self.box.ground.library.tables[table_id]
            if table.hit_policy == "COLLECT":
                continue
            given = self._decide(machine, token, node, table, routed)
            found = {name: value for name, value in given.items() if name in self.run.graph.variables}
            routed |= found
            if found:
                words = table_called(table_id)
                self.box.tell("table", step=step_called(node), table=words, facts=self._given(table, found))
        return routed

    def _given(self, table: DecisionTable, found: Values) -> Words:
        """Say what a table gave, in its own words for it."""
        codes = {(name, value) for name, value in found.items() if isinstance(value, str)}
        own = {value: ask.result_called(table, name, value) for name, value in codes}
        return self.box.ground.naming(self.run.graph).facts(found, own)

    def _decide(
        self, machine: Machine, token: Token, node: Node, table: DecisionTable, routed: Values
    ) -> dict[str, Any]:
        """Return what a table gives: by its rows where the process holds its inputs, else as it is chosen."""
        naming, words = self.box.ground.naming(self.run.graph), table_called(table.id)
        if not any(output.name in self.run.graph.variables for output in table.outputs):
            return {}
        if table.id in ABOUT_PERSON:
            lead = say("ask_result", step=step_called(node), table=words)
            return ask.results(table, self.box.ask(self.run, node, ask.of_results(node, table, naming), lead))
        known = {**machine.names(token.scope), **routed}
        missing = [
            name for name in sorted(table.names & self.run.graph.variables.keys())
            if self.box.unknown(self.run, node, name, known[name])
        ]  # fmt: skip
        try:
            made = self._ask(table, {**known, **dict.fromkeys(missing)})
            if not missing or not _reads(table, made, missing):
                return dict(made.output)
        except DecisionUnmatched as fault:
            if not missing:
                raise _unmatched(node, fault) from fault
        lead = say("ask_inputs", step=step_called(node), table=words)
        found = self.box.set_by(self.run, node, ask.of_variables(node, missing, naming), lead)
        machine.assign(token.scope, found)
        try:
            return dict(self._ask(table, {**known, **found}).output)
        except DecisionUnmatched as fault:
            raise _unmatched(node, fault) from fault

    def _ask(self, table: DecisionTable, values: Values) -> Decision:
        ground = self.box.ground
        return table.decide(values, {"setting": ground.settings.__getitem__}, on=ground.today)

    def throw(self, machine: Machine, token: Token, node: Node, event: EventDef, heard: bool) -> None:
        self.box.tell("sent", step=step_called(node), names=labelled("message", event.name))
        super().throw(machine, token, node, event, heard)

    def call(self, machine: Machine, token: Token, node: Node) -> int:
        called = self.box.graphs.get(node.called or "")
        if called is None:
            raise _fault(node, say("not_at_work"))
        if len(self.box.runs) >= MOST_RUNS:
            raise _fault(node, say("too_many", most=MOST_RUNS))
        self.box.tell("called", step=step_called(node), process=process_called(called))
        return super().call(machine, token, node)

    def given(self, called: Graph, values: Values) -> Values:
        return called.given(values)

    def answer(self) -> Values:
        self.box.tell("returned", process=process_called(self.run.graph))
        return given_back(self.run.state.vars)


def _reads(table: DecisionTable, made: Decision, missing: list[str]) -> bool:
    """Tell whether the row that was hit looks at one of the inputs that nobody filled in."""
    rows = [row for row in table.rules if row.number in made.rules_hit]
    return any(
        cell.text not in _ANY and column.expression.names & set(missing)
        for row in rows
        for column, cell in zip(table.inputs, row.cells, strict=True)
    )


def _fault(node: Node, words: Words) -> EngineFault:
    return EngineFault(element=node.name or node.id, element_id=node.id, detail=words.zh, detail_en=words.en)


def _unmatched(node: Node, fault: DecisionUnmatched) -> EngineFault:
    return _fault(node, Words(fault.sentence("zh").rstrip("。"), fault.sentence("en").rstrip(".")))


class _Log(BoxLog):
    box: Box

    def took(self, flow_id: str) -> None:
        super().took(flow_id)
        box, graph = self.box, self.run.graph
        box.flows.setdefault(self.run.id, []).append(flow_id)
        flow = graph.flows[flow_id]
        node = graph.nodes[flow.source]
        if sum(map(len, box.flows.values())) > MOST_FLOWS:
            raise _fault(node, say("too_far", most=MOST_FLOWS))
        if len(node.outgoing) < 2 or (flow.condition is None and flow.id != node.default):
            return
        asked = [flow] if flow.condition is not None else list(node.outgoing)
        texts = [one.condition.text for one in asked if one.condition is not None]
        why = self._why(node, texts)
        code = "way" if flow.condition is not None else "way_other"
        box.tell(code, step=step_called(node), way=way_called(graph, flow), facts=why)

    def _why(self, node: Node, texts: list[str]) -> Words:
        """Say with which values the conditions of a node were evaluated."""
        naming = self.box.ground.naming(self.run.graph)
        read: dict[str, Any] = {}
        for text in texts:
            read |= self.box.read.get((self.run.id, node.id, text), {})
        plain = [say("way_plain", condition=text.strip()) for text in texts]
        branches = {one.branch: Words(one.name, one.name) for one in node.outgoing if one.branch and one.name}
        return naming.facts(read, branches) if read else listed(plain, "，", ", ")

    def task_closed(self, token: Token, node: Node, completed: bool) -> None:
        super().task_closed(token, node, completed)
        if completed:
            self.box.visits.setdefault(self.run.id, Counter())[node.id] += 1
        else:
            self.box.tell("dropped", step=step_called(node))

    def ended(self, node: Node) -> None:
        self.box.tell("ended", step=step_called(node))

    def finished(self, failed: EventDef | None) -> None:
        super().finished(failed)
        if failed is not None:
            self.box.tell("failed")

