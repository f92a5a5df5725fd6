"""Which clause is done where, and which place rests on which clause (`aid595 rules coverage`).

`sources` reads what diagrams, rules, tables, settings and `bpmn/policy/places.toml` say; `trace` joins it
both ways; `report` puts it into lines. A clause whose process is only planned has no place yet.
"""

from tasks.traceability.trace import Clause, Deadline, Place, Trace, trace

__all__ = ["Clause", "Deadline", "Place", "Trace", "trace"]
