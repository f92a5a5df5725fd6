"""What a walk goes over, read from what is at work: the called drawings, the rules, the office's settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from engine.clock import local_date
from engine.definitions import NO_ANNEX
from engine.graph import Graph
from tasks.release import all_called
from tasks.walk.walk import Ground

if TYPE_CHECKING:
    from tasks.app import App


def ground_of(app: App, key: str, graphs: Mapping[str, Graph], annex: str, now: datetime) -> Ground:
    """Return the ground of a drawing with what it brings, beside the processes at work that it calls."""
    with app.read() as conn:
        calls = app.definitions.deployed(conn).with_graphs(graphs).calls
        at_work = [
            app.definitions.active(conn, one)
            for one in sorted(all_called(key, calls) - graphs.keys())
            if app.definitions.find_active(conn, one) is not None
        ]
        forms = {one.key: app.library_of(conn, one.id) for one in at_work}
        library, settings = app.in_force(conn), app.settings(conn)
    if annex != NO_ANNEX:
        library = library.with_forms(annex).with_rules((annex,))
    known = {**{one.key: one.graph for one in at_work}, **graphs}
    versions = {one.key: one.id for one in at_work}
    return Ground(key, known, library, now, local_date(now), settings, forms, versions)
