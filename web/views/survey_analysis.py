"""The analysis of a year's questionnaires, and the report to the street as a workbook."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from engine.errors import NotFound
from tasks import org
from tasks.access import Subject, authorize
from tasks.queries import areas
from tasks.queries.scope import reading_areas
from tasks.store import surveys
from tasks.survey.analysis import WAYS, Analysis, analyse
from tasks.survey.commands import NoteReport
from web import query
from web.context import Ctx, ctx
from web.surveyview import address, filters_of, group_word
from web.views.survey_import import workbook

views = Blueprint("survey_analysis", __name__, url_prefix="/surveys/analysis")


def _asked(context: Ctx) -> tuple[Analysis, dict[str, str], list[dict[str, str]], list[int]]:
    """Return the analysis of the year and area of the address; raise NotFound, OutOfArea."""
    reading = reading_areas(context.actor)
    with context.app.read() as conn:
        years = surveys.years(conn, reading)
        wanted = filters_of(years, context.today.year)
        units = [
            unit for level in ("district", "street", "community")
            for unit in areas.units_under(conn, reading, level)
        ]  # fmt: skip
        area = wanted.area or (str(units[0]["path"]) if units else "")
        if not any(area == unit["path"] for unit in units):
            raise NotFound
        authorize(context.actor, "report_survey", Subject(area))
        found = analyse(conn, wanted.year, area)
        names = areas.unit_names(conn, [one.path for one in found.communities])
    places = [{"path": str(unit["path"]), "name": str(unit["name"])} for unit in units]
    return found, names, places, years


@views.get("")
def show() -> str:
    """Show the counts by question, and by community, class of visits or category."""
    context = ctx()
    found, names, places, years = _asked(context)
    way = query.one_of("by", WAYS, "community")
    groups = found.groups(way)
    return render_template(
        "survey_analysis.html", found=found, places=places, years=years, way=way, ways=WAYS, groups=groups,
        heads=[group_word(way, group, names, context.lang) for group in groups],
        behind=lambda **more: address({"year": found.year, "area": found.area, **more}),
        place=next((one["name"] for one in places if one["path"] == found.area), ""),
    )  # fmt: skip


@views.get("/report.xlsx")
def download() -> Response:
    """Give the report as a workbook; who took it is written down."""
    from tasks.survey.report import report  # the library behind it is heavy

    context = ctx()
    found, names, places, _years = _asked(context)
    query.insist()
    context.app.do(NoteReport(found.area, found.year), context.actor)
    with context.app.read() as conn:
        place = org.full_name(conn, found.area)
    content = report(
        found, place, place, context.today, lambda way, group: group_word(way, group, names, "zh")
    )
    return workbook(make_response(content), f"百姓就业服务需求调查分析{found.year}{places and place}.xlsx")
