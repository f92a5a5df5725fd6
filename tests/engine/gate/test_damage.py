"""A damaged diagram is answered with findings or accepted; the gate itself never breaks."""

from __future__ import annotations

import random
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree

from engine.compile import GateError, compile_diagram
from engine.gate import admit, check
from engine.xmlsafe import load
from tests.engine.gate.cases import KNOWN

ROOT = Path(__file__).parents[3]
DIAGRAMS = sorted((ROOT / "bpmn").glob("*/P*.bpmn"))
ROUNDS = 15


def damage(data: bytes, chance: random.Random) -> bytes:
    """Change one to four things in a file at random: remove, repeat, move, rename, empty."""
    root = load(data)
    for _ in range(chance.randint(1, 4)):
        elements = [element for element in root.iter() if element.getparent() is not None]
        victim, other = chance.choice(elements), chance.choice(elements)
        parent = victim.getparent()
        assert parent is not None
        act = chance.randrange(6)
        if act == 0:
            parent.remove(victim)
        elif act == 1:
            parent.append(deepcopy(victim))
        elif act == 2 and victim not in other.iterancestors() and victim is not other:
            other.append(victim)
        elif act == 3 and victim.attrib:
            victim.attrib.pop(chance.choice(list(victim.attrib)))
        elif act == 4 and victim.attrib:
            key = chance.choice(list(victim.attrib))
            victim.set(key, chance.choice(["", "x", "true", other.get("id", ""), "é" * 100]))
        else:
            victim.text = chance.choice(["", "(", "x == 1", "PT0S", "R9/P1D"])
    return etree.tostring(root)


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_a_damaged_diagram_never_breaks_the_gate(path: Path) -> None:
    data = path.read_bytes()
    refused, missed = 0, set()
    for seed in range(ROUNDS):
        spoilt = damage(data, random.Random(f"{path.stem}/{seed}"))
        findings = check(spoilt, KNOWN)
        assert all(finding.zh and finding.en and finding.rule for finding in findings)
        errors = [finding for finding in findings if finding.severity == "error"]
        if errors:
            with pytest.raises(GateError):
                admit(spoilt, KNOWN)
        try:
            compile_diagram(spoilt)
        except GateError as refusal:
            refused += 1
            missed |= set(refusal.findings) - set(findings)
    assert missed == set()
    assert 0 < refused < ROUNDS
