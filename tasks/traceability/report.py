"""The trace in lines for the command line, and as data for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tasks.traceability.trace import (
    EXERCISED,
    MISSING,
    PLACED,
    PLANNED,
    REASON,
    Clause,
    Trace,
)

STATES = (PLACED, REASON, PLANNED, MISSING)
_ZH = {PLACED: "有落点", REASON: "有理由", PLANNED: "流程待绘制", MISSING: "没有落点"}


def counts(clauses: Iterable[Clause]) -> dict[tuple[str, str], Counter[str]]:
    """Return for each seed and priority how many clauses are in each state."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for one in clauses:
        found.setdefault((one.seed, one.priority), Counter())[one.state] += 1
    return dict(sorted(found.items()))


def lines(trace: Trace, reasons: bool = False) -> Iterator[str]:
    """Yield the report: counts, what is open in both directions, and, if asked for, the written reasons."""
    for (seed, priority), found in counts(trace.clauses).items():
        states = "，".join(f"{_ZH[state]}{found[state]}" for state in STATES if found[state])
        yield f"{seed} {priority}：{sum(found.values())}条，{states}"
    required = trace.required
    done = sum(one.answered for one in required)
    yield f"须落实的条款：{done}/{len(required)}（{percent(done, len(required))}）"
    for state in (MISSING, PLANNED):
        for one in trace.clauses:
            if one.state == state:
                more = f"（{'、'.join(one.planned)}）" if state == PLANNED else ""
                yield f"  {_ZH[state]} {one.id}{more} {one.quote[:40]}"
    yield f"没有依据的落点：{len(trace.unfounded)}"
    yield from (f"  {place.kind} {place.name}" for place in trace.unfounded)
    yield from (f"  有误 {fault}" for fault in trace.faults)
    yield from _deadlines(trace)
    if reasons:
        yield "不需要软件的条款和理由："
        yield from (f"  {one.id} {one.reason}" for one in trace.clauses if one.state == REASON)


def _deadlines(trace: Trace) -> Iterator[str]:
    every = trace.deadlines
    done = [one for one in every if one.state == EXERCISED]
    yield f"场景检验过的期限规则：全部{len(every)}条中的{len(done)}条（{percent(len(done), len(every))}）"
    for one in trace.deadlines:
        if one.state == REASON:
            yield f"  不检验 {one.id} {one.title}：{one.reason}"
        elif one.state != EXERCISED:
            yield f"  没有场景 {one.id} {one.title}"


def percent(part: int, whole: int) -> str:
    """Return a share as text with one decimal, a dash where there is nothing to share."""
    return f"{part * 100 / whole:.1f}%" if whole else "—"


def as_data(trace: Trace) -> dict[str, Any]:
    """Return the trace as plain data."""
    return {
        "clauses": [
            {"id": one.id, "seed": one.seed, "priority": one.priority, "state": one.state,
             "places": [f"{place.kind}:{place.name}" for place in one.places], "reason": one.reason,
             "planned": list(one.planned), "scenarios": list(one.scenarios)}
            for one in trace.clauses
        ],
        "deadlines": [
            {"id": one.id, "state": one.state, "places": [f"{p.kind}:{p.name}" for p in one.places],
             "reason": one.reason, "scenarios": list(one.scenarios)}
            for one in trace.deadlines
        ],
        "unfounded": [f"{place.kind}:{place.name}" for place in trace.unfounded],
        "faults": list(trace.faults), "whole": trace.whole,
    }  # fmt: skip
