"""Names a supervisor knows for what a scenario names by ids: steps, branches, deadlines, days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine.clock import local_date
from tasks.contract_names import chinese, english, rules_in_english
from tasks.phrases import Words, labelled, listed, sentence
from tasks.scenarios.faults import Difference
from tasks.scenarios.world import World


def say(code: str, /, **parts: Words | str | int) -> Words:
    """Return a sentence about a scenario."""
    return sentence("scenario", code, **parts)


def all_of(parts: Iterable[Words]) -> Words:
    """Return several phrases, or that there are none."""
    found = list(parts)
    return listed(found) if found else say("nothing")


def differs(line: int, words: Words, about: Iterable[str] = ()) -> Difference:
    """Return a difference in both languages, with the ids it is about."""
    return Difference(line, words.zh, words.en, about)


class Names:
    """The names of the diagrams and rules a scenario runs with."""

    def __init__(self, world: World) -> None:
        self._today = local_date(world.clock.now())
        with world.app.read() as conn:
            graphs = [made.graph for made in world.app.definitions.all_active(conn)]
            self._rules = world.app.in_force(conn).policy.rules
        self._nodes = {node.id: node for graph in graphs for node in graph.nodes.values()}

    def _named(self, element: str) -> Words:
        node = self._nodes.get(element)
        name = node.name if node is not None else ""
        name = name or chinese().get(element, element)
        return Words(name, english().get(element, name))

    def step(self, element: str) -> Words:
        """Return how a step is called."""
        return say("step", name=self._named(element))

    def steps(self, elements: Iterable[str]) -> Words:
        """Return how steps are called, or that there are none."""
        return all_of(map(self.step, elements))

    def branch(self, word: str) -> Words:
        """Return how a branch `gateway=KEY` is called: by the names on the drawing."""
        gateway, _, key = word.partition("=")
        node = self._nodes.get(gateway)
        flows = node.outgoing if node is not None else ()
        name = next((flow.name for flow in flows if flow.branch == key and flow.name), key)
        return say("branch", gateway=self._named(gateway), branch=name)

    def rule(self, rule_id: str) -> Words:
        """Return a deadline rule: its id and what it asks for."""
        known = self._rules.get(rule_id)
        title = known.title if known is not None else ""
        title = title or rule_id
        return say("rule", id=rule_id, title=Words(title, rules_in_english().get(rule_id, title)))

    def rules(self, rule_ids: Iterable[str]) -> Words:
        """Return deadline rules, or that there are none."""
        return all_of(map(self.rule, rule_ids))

    def day(self, on: date | None) -> Words:
        """Return a day, without the year where it is this one."""
        if on is None:
            return say("no_day")
        code = "day" if on.year == self._today.year else "day_year"
        return say(code, year=on.year, month=on.month, day=on.day, iso=on.isoformat())

    def process(self, process_id: str) -> Words:
        """Return how a process is called."""
        return self._named(process_id)


def coded(kind: str, codes: Iterable[object]) -> Words:
    """Return the labels of codes, or that there are none."""
    return all_of(labelled(kind, str(code)) for code in codes)
