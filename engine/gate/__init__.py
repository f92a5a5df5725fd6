"""The deploy gate: a diagram runs right, or it is refused by element and line, in Chinese.

A rule is one file in `rules/`, one page in `docs/gate/`, one good and one bad diagram in the tests.
To add one: write `check(subject)`, add it to `rules.RULES`, write the page and the two diagrams.
"""

from engine.compile import Diagram, Finding, GateError
from engine.gate.admission import admit, check, examine
from engine.gate.known import FormField, Known
from engine.gate.ways import WAYS

__all__ = ["WAYS", "Diagram", "Finding", "FormField", "GateError", "Known", "admit", "check", "examine"]
