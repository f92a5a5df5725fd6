"""One file a screen. A view reads a named query or gives one command, and renders; it decides nothing."""

from __future__ import annotations

from flask import Blueprint

from web.api import v1
from web.views import (
    audit,
    auth,
    case,
    clauses,
    demo,
    files,
    health,
    home,
    id_number,
    inbox,
    incidents,
    instance,
    notices,
    paper,
    person,
    process,
    settings,
    task,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    home.views, auth.views, inbox.views, task.views, files.views, person.views, id_number.views, case.views,
    paper.views, process.views, clauses.views, audit.views, incidents.views, instance.views, notices.views,
    settings.views, demo.views, health.views, v1.views,
)
