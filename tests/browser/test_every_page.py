"""No page is left out by the tests that look at pages: a new one fails here until a screen test opens it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Map

from tests.browser import test_screens, test_second_factor, test_studio_screens
from web.numbers import IdConverter
from web.views import BLUEPRINTS

#: An address of each kind that is found on another page, by its name in `PAGES`.
FOUND = {
    "person": "/people/1", "case": "/cases/1", "paper": "/papers/1", "draw_up": "/papers/new",
    "diagram": "/processes/P04/1", "duty": "/office/duties/1", "matter": "/matters/1",
    "check": "/matters/1", "conference": "/tasks/1", "instance": "/instances/1", "district_case": "/cases/1",
    "audit": "/audit/1", "account": "/accounts/1", "told": "/people/1/told/1",
    "month": "/registers/months/1",
}  # fmt: skip
#: What `test_survey` opens, with questionnaires and a workbook of its own.
SURVEY = ("/surveys/1", "/surveys/imports/1")
#: What is asked for by GET and is no page: files, diagrams, data of a script, signs of life, another page.
NO_PAGE = frozenset({
    "files.show", "paper.pdf", "offices.template", "survey_analysis.download", "survey_import.blank",
    "survey_import.mend", "process.load_marks", "process.overview", "process.xml", "editor.xml",
    "editor.model", "editor.vocabulary", "case.marks", "trial.coverage", "trial.failures", "trial.marks",
    "trial.release_marks", "health.healthz", "health.readyz", "health.metrics", "home.start",
})  # fmt: skip


def _routes() -> Map:
    flask = Flask(__name__, static_folder=None)
    flask.url_map.converters["int"] = IdConverter
    for blueprint in BLUEPRINTS:
        flask.register_blueprint(blueprint)
    return flask.url_map


def _looked_at() -> Iterator[str]:
    for pages in test_screens.PAGES.values():
        yield from (path.format(**FOUND) for path in pages.values())
    yield from (re.sub(r"{\w+}", "1", path) for path in test_studio_screens.PAGES.values())
    yield from (*SURVEY, *test_second_factor.PAGES)


def test_every_page_is_opened_by_a_test_that_looks_at_it() -> None:
    routes = _routes()
    bound = routes.bind("")
    seen = {bound.match(path.partition("?")[0], method="GET")[0] for path in _looked_at()}
    pages = {
        rule.endpoint for rule in routes.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith("api.")
    }  # fmt: skip
    assert pages - seen - NO_PAGE == set()
    assert pages - seen >= NO_PAGE
