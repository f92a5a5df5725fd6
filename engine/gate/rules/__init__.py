"""The rules, one a file. `engine.compile` holds further ones; `docs/gate/` has a page for each."""

from engine.gate.rules import (
    boundaries,
    calls,
    clauses,
    decisions,
    drawing,
    event_gateways,
    forms,
    gateways,
    ids,
    kinds,
    messages,
    names,
    reachable,
    roles,
    services,
    spelling,
    starts,
    waits,
)
from engine.gate.subject import Rule

RULES: tuple[Rule, ...] = (
    ids.check,
    starts.check,
    reachable.check,
    gateways.check,
    names.check,
    kinds.check,
    waits.check,
    calls.check,
    boundaries.check,
    event_gateways.check,
    messages.check,
    services.check,
    decisions.check,
    roles.check,
    forms.check,
    clauses.check,
    spelling.check,
    drawing.check,
)
