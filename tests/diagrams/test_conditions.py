"""At every exclusive gateway exactly one way is open, whatever the declared variables hold."""

from __future__ import annotations

from itertools import product

import pytest
from lxml import etree

from engine.expressions import compile_expr
from tests.diagrams.files import AID, BPMN, DRAWN, Diagram, diagram


def gateways() -> list[tuple[str, str]]:
    """Return (process, exclusive gateway) of all diagrams."""
    return [
        (p, i) for p in DRAWN for i, n in diagram(p).nodes.items() if n.tag == f"{BPMN}exclusiveGateway"
    ]  # fmt: skip


def domain(d: Diagram, name: str) -> list[object]:
    """Return the values a declared variable may take; a variable not declared is a KeyError."""
    declared: dict[str | None, etree._Element] = {
        v.get("name"): v for v in d.process.iterfind(f"{BPMN}dataObject")
    }
    variable = declared[name]
    if variable.get(f"{AID}type") == "bool":
        return [True, False]
    return list((variable.get(f"{AID}options") or "").split())


@pytest.mark.parametrize(("process_id", "gateway"), gateways())
def test_exactly_one_way_is_open(process_id: str, gateway: str) -> None:
    d = diagram(process_id)
    default = d.nodes[gateway].get("default")
    ways = {}
    for flow in d.out_of(gateway):
        text = flow.findtext(f"{BPMN}conditionExpression")
        assert (text is None) == (flow.get("id") == default), flow.get("id")
        if text is not None:
            ways[flow.get("id")] = compile_expr(text)
    names = sorted({name for way in ways.values() for name in way.names})
    assert names
    for values in product(*(domain(d, name) for name in names)):
        given = dict(zip(names, values, strict=True))
        open_ways = [i for i, way in ways.items() if way(given, {})]
        assert len(open_ways) == 1 or (not open_ways and default), (given, open_ways)


@pytest.mark.parametrize("process_id", DRAWN)
def test_only_exclusive_gateways_carry_conditions(process_id: str) -> None:
    d = diagram(process_id)
    for flow in d.flows.values():
        source = d.nodes[flow.get("sourceRef", "")]
        if flow.find(f"{BPMN}conditionExpression") is not None:
            assert source.tag == f"{BPMN}exclusiveGateway", flow.get("id")
        if flow.get(f"{AID}branch"):
            assert source.tag in {f"{BPMN}exclusiveGateway", f"{BPMN}eventBasedGateway"}


def test_an_objection_before_the_notice_sends_the_case_to_the_notice() -> None:
    d = diagram("P03_registration_recognition")
    held = {"upheld": False, "published": None}
    taken = [
        flow.get(f"{AID}branch")
        for flow in d.out_of("P03_Objection_GW")
        if compile_expr(flow.findtext(f"{BPMN}conditionExpression") or "")(held, {})
    ]
    assert taken == ["PUBLISH"]
