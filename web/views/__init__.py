"""One file a screen. A view reads a named query or gives one command, and renders; it decides nothing."""

from __future__ import annotations

from flask import Blueprint

from web.api import v1
from web.views import (
    audit,
    audit_find,
    auth,
    case,
    clauses,
    demo,
    health,
    home,
    inbox,
    incidents,
    notices,
    paper,
    person,
    process,
    settings,
    task,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    home.views, auth.views, inbox.views, task.views, person.views, case.views, paper.views, process.views,
    clauses.views, audit_find.views, audit.views, incidents.views, notices.views, settings.views, demo.views,
    health.views, v1.views,
)
