"""One file a screen. A view reads a named query or gives one command, and renders; it decides nothing."""

from __future__ import annotations

from flask import Blueprint

from web.api import audit as audit_api
from web.api import files as files_api
from web.api import moves as moves_api
from web.api import office, releases, v1, work
from web.api import records as records_api
from web.api import studio as studio_api
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
    exchanges,
    factor,
    files,
    health,
    home,
    id_number,
    inbox,
    incidents,
    instance,
    market,
    matters,
    moves,
    notes,
    notices,
    office_trail,
    offices,
    paper,
    papers,
    person,
    process,
    register_exports,
    register_months,
    registers,
    release,
    settings,
    slip,
    studio,
    survey,
    survey_analysis,
    survey_import,
    tables,
    task,
    trial,
    units,
    walk,
)

#: They add their routes to those of `v1`.
_API = (office, work, studio_api, releases, moves_api, audit_api, files_api, records_api)
assert all(one.views is v1.views for one in _API)
BLUEPRINTS: tuple[Blueprint, ...] = (
    home.views, auth.views, factor.views, inbox.views, task.views, files.views, person.views, id_number.views,
    courses.views, case.views, paper.views, papers.views, registers.views,
    register_months.views, register_exports.views,
    process.views, clauses.views, tables.views, audit_find.views, slip.views, audit.views,
    incidents.views, exchanges.views,
    instance.views, notices.views, settings.views, demo.views, health.views, studio.views, editor.views,
    release.views, trial.views, walk.views, moves.views, units.views, accounts.views,
    access.views, office_trail.views, offices.views, notes.views, market.views, matters.views, calendar.views,
    survey.views, survey_import.views, survey_analysis.views, v1.views,
)
