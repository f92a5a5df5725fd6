"""Compiles gate-checked BPMN XML to `engine.graph`; what the graph cannot hold is refused, never skipped.

One file a concern: `elements` (what a file may be made of), `structure` (where it may stand), `size`,
`events`, `iso` (literal times), `loops`, `nodes`, `flows`, `process` (scopes, lanes, variables), `reach`
(inclusive joins), `diagram` (the whole).
"""

from engine.compile.diagram import Diagram, compile_diagram, read_diagram, read_file
from engine.compile.findings import Finding, Findings, GateError

__all__ = ["Diagram", "Finding", "Findings", "GateError", "compile_diagram", "read_diagram", "read_file"]
