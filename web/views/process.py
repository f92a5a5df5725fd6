"""Processes with their versions, and each version's diagram for reading."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, render_template, url_for

from engine.errors import NotFound
from tasks.queries import studio
from web import heatview, query, registerview
from web.clauses import clauses
from web.context import ctx
from web.words import process_code

views = Blueprint("process", __name__)


@views.get("/processes")
def index() -> str:
    """List the processes with the version in use and how many instances each version has."""
    with ctx().app.read() as conn:
        versions = studio.versions(conn)
    rows: dict[str, list[studio.Version]] = {}
    for version in sorted(versions, key=lambda one: (process_code(one.key), -one.version)):
        rows.setdefault(version.key, []).append(version)
    return render_template("processes.html", rows=rows)


@views.get("/processes/<key>/<int:version>")
def show(key: str, version: int) -> str:
    """Show one version: its diagram, its steps with role, deadline and clause."""
    context = ctx()
    with context.app.read() as conn:
        versions = studio.versions(conn, key)
    found = next((one for one in versions if one.version == version), None)
    if found is None:
        raise NotFound
    graph = context.graph(found.id)
    steps = [node for node in graph.nodes.values() if node.attrs.get("form")]
    told = [(node, clauses(node.attr_list("clauses"))) for node in steps]
    return render_template("process.html", process=found, versions=versions, steps=told, graph=graph)


@views.get("/processes/<key>/load")
def load(key: str) -> str:
    """Show how much work each step makes in an office and a period, as heat on the diagram and as numbers."""
    context = ctx()
    asked = registerview.of_address(context)
    heat = heatview.load(context, key, asked)
    way = query.one_of("by", heatview.WAYS, heatview.WAYS[0])
    return render_template(
        "process_load.html", process=heat.version, rows=heat.rows, asked=asked, way=way,
        ways=heatview.WAYS, units=registerview.units(context),
        marks_url=f"{url_for('process.load_marks', key=key)}?{asked.query(by=way)}",
    )  # fmt: skip


@views.get("/processes/<key>/load/marks")
def load_marks(key: str) -> Response:
    """Return the heat of each step for the viewer."""
    context = ctx()
    asked = registerview.of_address(context)
    way = query.one_of("by", heatview.WAYS, heatview.WAYS[0])
    query.insist()
    return jsonify(heatview.marks(heatview.load(context, key, asked), way))


@views.get("/definitions/<int:definition_id>.bpmn")
def xml(definition_id: int) -> Response:
    """Return a diagram as it was deployed."""
    with ctx().app.read() as conn:
        text = studio.diagram(conn, definition_id)
    if text is None:
        raise NotFound
    return _drawing(text, f"{definition_id}.bpmn")


@views.get("/processes/overview.bpmn")
def overview() -> Response:
    """Return the drawing of how the tiers work together, which itself is not run."""
    text = (ctx().app.library.folder / "overview.bpmn").read_text("utf-8")
    return _drawing(text, "overview.bpmn")


def _drawing(text: str, name: str) -> Response:
    response = make_response(text)
    response.content_type = "application/xml; charset=utf-8"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
