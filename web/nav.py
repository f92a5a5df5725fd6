"""The main navigation: what a role may open, in the order people use it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from web.context import Ctx
from web.rights import RIGHTS

_ITEMS = (
    ("inbox.index", "/inbox", "inbox", "nav.inbox"),
    ("person.index", "/people", "people", "nav.people"),
    ("offices.index", "/office", "flag", "nav.offices"),
    ("survey.index", "/surveys", "doc", "nav.surveys"),
    ("survey_import.index", "/surveys/imports", "doc", "nav.survey_import"),
    ("office_trail.index", "/trail", "doc", "nav.office_trail"),
    ("units.index", "/units", "map", "nav.units"),
    ("accounts.index", "/accounts", "people", "nav.accounts"),
    ("access.index", "/access", "shield", "nav.access"),
    ("audit_find.index", "/audit", "shield", "nav.audit"),
    ("registers.index", "/registers", "book", "nav.registers"),
    ("studio.index", "/studio", "flow", "nav.studio"),
    ("clauses.index", "/clauses", "book", "nav.coverage"),
    ("process.index", "/processes", "flow", "nav.processes"),
    ("incidents.index", "/incidents", "alert", "nav.incidents"),
    ("exchanges.index", "/exchanges", "doc", "nav.exchanges"),
    ("settings.index", "/settings", "gear", "nav.settings"),
)
#: Where pages belong that have no entry of their own: all of a blueprint, or one page of it.
_BELONGS = {
    "task": "inbox", "files": "inbox", "case": "person", "paper": "person", "instance": "person",
    "matters": "offices", "market": "offices", "notes": "person",
    "register_months": "registers", "register_exports": "registers", "papers": "registers",
    "editor": "studio", "release": "studio", "trial": "studio", "moves": "studio",
    "walk": "studio", "audit": "audit_find", "slip": "audit_find",
    "calendar": "settings", "tables": "clauses", "courses": "person", "survey_analysis": "survey",
    "notes.bodies": "offices",
}  # fmt: skip
#: Entries that another one, open to the same person, holds already.
_WITHIN = {"process.index": "studio.index", "survey_import.index": "survey.index"}


@dataclass(frozen=True, slots=True)
class Item:
    """One entry."""

    url: str
    icon: str
    text: str
    here: bool


def items(context: Ctx) -> list[Item]:
    """Return the entries that are open to who is logged in."""
    blueprint = _part(request.endpoint or "")
    if blueprint == "survey_import" and RIGHTS["survey.index"].allows(context.actor):
        blueprint = "survey"
    if blueprint == "process" and RIGHTS["studio.index"].allows(context.actor):
        blueprint = "studio"
    return [
        Item(url, icon, context.t(text), endpoint.split(".")[0] == blueprint)
        for endpoint, url, icon, text in _ITEMS
        if RIGHTS[endpoint].allows(context.actor) and not _held_elsewhere(endpoint, context)
    ]


def page_name(context: Ctx, endpoint: str) -> str:
    """Return what the navigation calls the part of the product a page is in; empty where it has no entry."""
    blueprint = _part(endpoint)
    words = (text for one, _url, _icon, text in _ITEMS if one.split(".")[0] == blueprint)
    return next((context.t(text) for text in words), "")


def _part(endpoint: str) -> str:
    """Return the part of the product a page is in: that of its own, or that of all beside it."""
    blueprint = endpoint.split(".")[0]
    return _BELONGS.get(endpoint, _BELONGS.get(blueprint, blueprint))


def _held_elsewhere(endpoint: str, context: Ctx) -> bool:
    holder = _WITHIN.get(endpoint)
    return holder is not None and RIGHTS[holder].allows(context.actor)


def first_page(context: Ctx) -> str:
    """Return where the work of a role begins."""
    for endpoint, url, _icon, _text in _ITEMS:
        if RIGHTS[endpoint].allows(context.actor):
            return url
    return "/notices"
