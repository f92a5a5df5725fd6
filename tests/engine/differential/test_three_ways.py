"""Our runtime, SpiffWorkflow and the reference agree on random processes; and a fault would be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from engine.compile.elements import NODES
from engine.compile.xml import BPMN
from engine.gate import Known, check
from engine.runtime import activities, gateways, machine, scopes
from tests.engine.differential import compare as comparing
from tests.engine.differential.blocks import KINDS, Rounds
from tests.engine.differential.compare import Outcome, build, compare, compare_block, save
from tests.engine.differential.drawing import diagram

SEED = 595_000
COUNT = 300
#: What the night adds.
LONG = 6_000
#: What may run zero times, and a call, is not taken for a wait in a loop by the gate.
SURE = tuple(kind for kind in KINDS if kind not in ("many", "called"))


def test_300_random_processes_run_the_same_three_ways() -> None:
    _agree(range(SEED, SEED + COUNT))


@pytest.mark.nightly
@pytest.mark.parametrize("first", range(SEED + COUNT, SEED + COUNT + LONG, LONG // 6))
def test_6000_further_ones_do_too(first: int) -> None:
    _agree(range(first, first + LONG // 6))


def _agree(seeds: range) -> None:
    outcome = Outcome()
    for seed in seeds:
        compare(seed, outcome)
    assert [(found.who, found.seed, str(save(found))) for found in outcome.differences] == []
    count = len(seeds)
    assert outcome.processes == count
    assert outcome.with_spiff > count / 2
    assert outcome.finished > count / 2
    assert outcome.steps > 5 * count


def test_the_gate_finds_nothing_wrong_with_the_random_processes() -> None:
    known = Known(
        functions=frozenset({"pick"}),
        roles=frozenset({"street_staff"}),
        forms={"form": ()},
        clauses=frozenset({"01.D1a"}),
    )
    for seed in range(SEED, SEED + 60):
        findings = check(diagram(build(seed, SURE)), known)
        wrong = [f for f in findings if f.severity == "error" and f.rule != "messages"]
        assert wrong == [], seed


def test_a_timer_on_a_loop_happens_once_for_the_whole_loop() -> None:
    outcome = Outcome()
    for seed in range(SEED, SEED + 20):
        compare_block(Rounds("u1", 3, False, False, "u1_b", "u1_x"), seed, outcome)
    assert outcome.differences == []


def _eager_join(original: Callable[..., Any]) -> Callable[..., Any]:
    def enter(engine: Any, token: Any, node: Any) -> None:
        if len(node.outgoing) == 1:
            engine.take(token, node.outgoing[0])
        else:
            original(engine, token, node)

    return enter


def _ignorant_inclusive(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda by_flows, by_borders, full, others: False


def _forgetful_cancel(original: Callable[..., Any]) -> Callable[..., Any]:
    def clear(engine: Any, token: Any, fired: str = "") -> None:
        scopes_before = dict(engine.state.scopes)
        original(engine, token, fired)
        for scope in scopes_before.values():
            if scope.owner == token.id and scope.id not in engine.state.scopes and scope.id:
                engine.state.tokens[scope.id * 1000] = type(token)(scope.id * 1000, token.node, token.scope)

    return clear


def _one_too_many(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda engine, token, node, multi: [*original(engine, token, node, multi), 0]


def _sticky_boundary(original: Callable[..., Any]) -> Callable[..., Any]:
    def leave(engine: Any, token: Any, node: Any) -> None:
        token.round = 0
        engine.leave(token, node)

    return leave


@pytest.mark.parametrize(
    ("where", "name", "spoil"),
    [
        (gateways, "enter_parallel", _eager_join),
        (gateways, "_must_wait", _ignorant_inclusive),
        (scopes, "clear", _forgetful_cancel),
        (activities, "_items", _one_too_many),
        (activities, "_leave", _sticky_boundary),
    ],
)
def test_a_fault_put_into_our_runtime_is_found(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, spoil: Callable[..., Any]
) -> None:
    spoilt = spoil(getattr(where, name))
    monkeypatch.setattr(where, name, spoilt)
    if name == "enter_parallel":
        monkeypatch.setitem(machine.ENTER, machine.Kind.PARALLEL, spoilt)  # type: ignore[arg-type]
    outcome = Outcome()
    for seed in range(SEED, SEED + 60):
        compare(seed, outcome)
    assert any(found.who == "ours" for found in outcome.differences)


def _described(data: bytes) -> bytes:
    """Write into every element what a tool of another product would write about it."""
    root = etree.fromstring(data)
    for element in list(root.iter(f"{{{BPMN}}}process", *(f"{{{BPMN}}}{name}" for name in NODES))):
        element.set("{urn:tool}colour", "blue")
        extensions = etree.Element(f"{{{BPMN}}}extensionElements")
        etree.SubElement(etree.SubElement(extensions, "{urn:tool}properties"), "{urn:tool}property")
        element.insert(0, extensions)
    for process in root.iter(f"{{{BPMN}}}process"):
        etree.SubElement(process, f"{{{BPMN}}}dataStoreReference", id=f"{process.get('id')}_store")
    written: bytes = etree.tostring(root)
    return written


def test_what_other_products_describe_changes_nothing_three_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "diagram", lambda block: _described(diagram(block)))
    outcome = Outcome()
    for seed in range(SEED, SEED + 60):
        compare(seed, outcome)
    assert [(found.who, found.seed, str(save(found))) for found in outcome.differences] == []
    assert outcome.processes == 60
    assert outcome.with_spiff > 20
