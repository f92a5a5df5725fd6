"""The one-page picture shows the nineteen steps in their tiers and just the messages that really flow."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree

from tests.diagrams.files import AID, BPMN, ROOT, processes
from tests.diagrams.test_drawing import edges, overlap, shapes

STEPS = {
    "community": [1, 3, 4, 5, 17],
    "street": [2, 6, 7, 8, 9, 10, 16, 18, 19],
    "district": [11, 12, 13, 14, 15],
}
#: The steps a process works through (RULES.md A.0 and J.1).
OF_PROCESS = {
    "P01": {1}, "P01a": {1}, "P02": {1}, "P03": {2}, "P04": {3, 4, 5}, "P05": {6, 7, 8, 9, 10}, "P11": {9},
    "P06": {11, 12, 13, 14}, "P13": {15}, "P07": {16}, "P08": {16}, "P09": {17}, "P10": {18}, "P12": {19},
    "P14": {6},
}  # fmt: skip
#: Waiver, exit and found work reach every open process at any moment; the picture says so in words.
ANY_MOMENT = {"MSG-14", "MSG-15", "MSG-24"}
#: The answers to a hand-over are given by the process above, without an element that throws them.
ANSWERED_BY = {"P04": "P05", "P05": "P06"}


def overview() -> etree._Element:
    """Return the root of the overview."""
    return etree.parse(str(ROOT / "bpmn" / "overview.bpmn")).getroot()


def tier_of(step: int) -> str:
    """Return the tier a step belongs to."""
    (tier,) = [t for t, steps in STEPS.items() if step in steps]
    return tier


def real_messages() -> set[tuple[str, str, str]]:
    """Return (message, thrower, catcher) between processes of the nineteen steps in different tiers."""
    thrown: set[tuple[str, str]] = set()
    caught: set[tuple[str, str]] = set()
    by_level: set[str] = set()
    for process_id, process in processes().items():
        short = process_id.split("_")[0]
        if short not in OF_PROCESS:
            continue
        if "found" in process["body"]:
            thrown.add(("MSG-09", short))
        for e in process["elements"]:
            messages = re.findall(r"MSG-\d\d", e.get("msg", "") + e.get("end", ""))
            side = thrown if e["type"] in {"MS", "EE"} else caught
            side |= {(m, short) for m in messages}
            if "entry tier = level" in e.get("end", ""):
                by_level.add(short)
    flowing = {(m, a, b) for m, a in thrown for n, b in caught if m == n and m not in ANY_MOMENT}
    flowing |= {(m, ANSWERED_BY[b], b) for m, b in caught if m in {"MSG-04", "MSG-19"}}
    tiers = {p: tier_of(min(steps)) for p, steps in OF_PROCESS.items()}
    # A public-welfare post is of the street or of the district, so nobody goes back from it to the community.
    flowing -= {
        (m, a, b) for m, a, b in flowing if m == "MSG-13" and a in by_level and tiers[b] == "community"
    }
    return {(m, a, b) for m, a, b in flowing if tiers[a] != tiers[b]}


def drawn_messages() -> list[tuple[str, int, int]]:
    """Return (message, from step, to step) of the picture."""
    return [
        (message, int(flow.get("sourceRef", "")[-2:]), int(flow.get("targetRef", "")[-2:]))
        for flow in overview().iter(f"{BPMN}messageFlow")
        for message in (flow.get(f"{AID}message") or "").split()
    ]


def test_three_pools_hold_five_nine_and_five_steps() -> None:
    root = overview()
    for tier, steps in STEPS.items():
        (process,) = [p for p in root.iterfind(f"{BPMN}process") if p.get(f"{AID}tier") == tier]
        assert process.get("isExecutable") == "false"
        assert sorted(int(t.get(f"{AID}step", "0")) for t in process.iterfind(f"{BPMN}task")) == steps
        assert any(p.get("processRef") == process.get("id") for p in root.iter(f"{BPMN}participant"))


def test_the_arrows_between_tiers_are_the_messages_that_really_flow() -> None:
    by_steps = {
        (m, a, b)
        for m, source, target in drawn_messages()
        for a, a_steps in OF_PROCESS.items() if source in a_steps
        for b, b_steps in OF_PROCESS.items() if target in b_steps
        if (m, a, b) in real_messages()
    }  # fmt: skip
    assert by_steps == real_messages()
    assert len(drawn_messages()) == len(real_messages())


def test_no_arrow_stays_in_its_pool_or_is_drawn_twice() -> None:
    assert all(tier_of(a) != tier_of(b) for _, a, b in drawn_messages())
    assert [flow for flow, n in Counter(drawn_messages()).items() if n > 1] == []


def test_pools_wear_the_colours_of_the_manual() -> None:
    fills = {}
    for shape in overview().iter("{http://www.omg.org/spec/BPMN/20100524/DI}BPMNShape"):
        fills[shape.get("bpmnElement")] = shape.get(
            "{http://www.omg.org/spec/BPMN/non-normative/color/1.0}background-color", ""
        )
    red, green, blue = ({p: int(fills[f"Pool_{p}"][i : i + 2], 16) for p in STEPS} for i in (1, 3, 5))
    assert green["community"] > max(red["community"], blue["community"])
    assert min(red["street"], green["street"]) > blue["street"]
    assert red["district"] > max(green["district"], blue["district"])


def test_the_picture_is_complete_and_no_arrow_runs_through_a_step() -> None:
    root = overview()
    boxes, lines = shapes(root), edges(root)
    tasks = {t.get("id", "") for t in root.iter(f"{BPMN}task")}
    flows = [*root.iter(f"{BPMN}messageFlow"), *root.iter(f"{BPMN}sequenceFlow")]
    assert tasks <= set(boxes)
    assert {f.get("id") for f in flows} <= set(lines)
    for flow in flows:
        points = lines[flow.get("id", "")]
        for task in tasks - {flow.get("sourceRef"), flow.get("targetRef")}:
            for a, b in zip(points, points[1:], strict=False):
                thin = (min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]) + 0.1, max(a[1], b[1]) + 0.1)
                assert not overlap(thin, boxes[task]), (flow.get("id"), task)
