"""Which messages really flow between the tiers, read from processes.json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

#: Reach every open process of a case at any moment (RULES.md J.0 EC-4); arrows for them would hide the rest.
ANY_MOMENT = frozenset({"MSG-14", "MSG-15", "MSG-24"})
#: A hand-over's answer is a command of the tier above, no element throws it (RULES.md J.2a).
ANSWERS = frozenset({"MSG-04", "MSG-19"})
ABOVE = {"P04": "P05", "P05": "P06"}


def _messages(text: str) -> list[str]:
    return re.findall(r"MSG-\d\d", text)


def _throws(processes: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for short, process in processes.items():
        for e in process["elements"]:
            if e["type"] == "MS":
                yield from ((m, short, e["msg"]) for m in _messages(e["msg"]))
            elif e["type"] == "EE":
                yield from ((m, short, e["end"]) for m in _messages(e.get("end", "")))
        if "found" in process["body"]:
            yield "MSG-09", short, ""


def _catches(processes: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, bool]]:
    for short, process in processes.items():
        for e in process["elements"]:
            if e["type"] in {"SE", "MC"}:
                yield from ((m, short, e["type"] == "SE") for m in _messages(e.get("msg", "")))


def between(
    all_processes: list[dict[str, Any]], steps: dict[str, tuple[int, int]], tiers: dict[int, str]
) -> set[tuple[str, int, int]]:
    """Return (message, from step, to step) for every message between steps of different tiers.

    `steps` gives the first and last step of each process drawn, `tiers` the tier of each step.
    """
    processes = {p["id"].split("_")[0]: p for p in all_processes if p["id"].split("_")[0] in steps}
    found: set[tuple[str, int, int]] = set()
    catches = list(_catches(processes))
    for message, catcher, _ in catches:
        if message in ANSWERS:
            found.add((message, steps[ABOVE[catcher]][0], steps[catcher][1]))
    for message, thrower, text in _throws(processes):
        for wanted, catcher, starts in catches:
            by_level = "entry tier = level" in text and processes[catcher]["tier"] not in {
                "street",
                "district",
            }
            if wanted == message and message not in ANY_MOMENT and not by_level:
                found.add((message, steps[thrower][1], steps[catcher][0 if starts else 1]))
    return {(m, a, b) for m, a, b in found if tiers[a] != tiers[b]}
