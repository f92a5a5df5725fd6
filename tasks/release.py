"""What the gate may know of the 595: services, tables, roles, forms, clauses; and deploying what it admits."""

from __future__ import annotations

from engine.compile import compile_diagram
from tasks.library import Library


def admit(library: Library, name: str, data: bytes) -> list[tuple[str, str]]:
    """Return (process id, name) of the processes in a file; raise GateError for what cannot run."""
    diagram = compile_diagram(data)
    return [(process_id, graph.name) for process_id, graph in diagram.processes.items()]
