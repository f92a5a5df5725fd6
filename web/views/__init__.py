"""One file a screen. A view reads a named query or gives one command, and renders; it decides nothing."""

from __future__ import annotations

from flask import Blueprint

from web.api import office, v1, work
from web.views import (
    access,
    accounts,
    audit,
    audit_find,
    auth,
    calendar,
    case,
    clauses,
    courses,
    demo,
    editor,
    files,
    health,
    home,
    id_number,
    inbox,
    incidents,
    instance,
    moves,
    notices,
    office_trail,
    paper,
    person,
    process,
    release,
    settings,
    studio,
    survey,
    survey_analysis,
    survey_import,
    task,
    trial,
    units,
)

#: They add their routes to those of `v1`.
assert office.views is work.views is v1.views
BLUEPRINTS: tuple[Blueprint, ...] = (
    home.views, auth.views, inbox.views, task.views, files.views, person.views, courses.views,
    id_number.views, case.views, paper.views, process.views, clauses.views, audit_find.views, audit.views,
    incidents.views, instance.views, notices.views, settings.views, demo.views, health.views,
    studio.views, editor.views, release.views, trial.views, moves.views, units.views, accounts.views,
    access.views, office_trail.views, calendar.views, survey.views,
    survey_import.views, survey_analysis.views, v1.views,
)
