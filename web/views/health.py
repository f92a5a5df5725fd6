"""Whether the process is alive, whether it can work, and what an operator counts."""

from __future__ import annotations

import logging
from ipaddress import ip_address

from flask import Blueprint, jsonify, make_response, request
from werkzeug.exceptions import NotFound as NoPage
from werkzeug.wrappers import Response

from engine.clock import to_us
from tasks.queries import office
from web.context import ctx

views = Blueprint("health", __name__)
log = logging.getLogger("aid595.web")


@views.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return jsonify(status="ok")


@views.get("/readyz")
def readyz() -> Response:
    """Say whether the database answers."""
    context = ctx()
    try:
        with context.app.read() as conn:
            office.pulse(conn, to_us(context.now))
    except Exception:
        log.exception("not ready", extra={"action": "readyz"})
        return make_response(jsonify(status="unavailable"), 503)
    return jsonify(status="ok")


@views.get("/metrics")
def metrics() -> Response:
    """Return figures in the Prometheus text format, to this machine unless the office opens it."""
    context = ctx()
    if not context.config.metrics_open and not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104
        raise NoPage
    with context.app.read() as conn:
        pulse = office.pulse(conn, to_us(context.now))
    lines = []
    for name, value in pulse._asdict().items():
        lines += [f"# TYPE aid595_{name} gauge", f"aid595_{name} {value}"]
    response = make_response("\n".join(lines) + "\n")
    response.content_type = "text/plain; version=0.0.4; charset=utf-8"
    return response
