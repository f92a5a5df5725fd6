"""Makes the Flask application. It starts nothing and owns nothing: worker and clock belong to others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from tasks.accounts import Passwords
from web import auth, errors, present, query, security
from web.config import WebConfig
from web.numbers import IdConverter
from web.rights import LARGEST, RIGHTS, UPLOADS
from web.views import BLUEPRINTS

if TYPE_CHECKING:
    from tasks.app import App

_HERE = Path(__file__).parent
#: Routes that need neither a session nor a database.
_BARE = frozenset({"static", "health.healthz"})


class UncoveredRoute(Exception):
    """A route has no row in the table of rights."""


def create_app(app: App, config: WebConfig | None = None, passwords: Passwords | None = None) -> Flask:
    """Return the web application over an open `App`; raise UncoveredRoute where a route has no right.

    `passwords` is for tests, which hash cheaply.
    """
    config = config or WebConfig()
    flask = Flask("web", static_folder=str(_HERE / "static"), template_folder=str(_HERE / "templates"))
    flask.url_map.converters["int"] = IdConverter
    flask.config.update(
        TRUSTED_HOSTS=list(config.trusted_hosts),
        MAX_CONTENT_LENGTH=config.max_body,
        MAX_FORM_MEMORY_SIZE=config.max_form,
        MAX_FORM_PARTS=config.max_form_parts,
        SEND_FILE_MAX_AGE_DEFAULT=30 * 86_400,
        PROPAGATE_EXCEPTIONS=False,
    )
    flask.extensions["aid595"] = app
    flask.extensions["aid595.graphs"] = {}
    flask.extensions["aid595.passwords"] = passwords or Passwords.make()
    if config.proxies:
        flask.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            flask.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies
        )
    flask.jinja_env.undefined = jinja2.StrictUndefined
    flask.jinja_env.auto_reload = False
    flask.jinja_env.trim_blocks = flask.jinja_env.lstrip_blocks = True
    present.install(flask, config)
    for blueprint in BLUEPRINTS:
        flask.register_blueprint(blueprint)
    errors.install(flask)
    query.install(flask)
    _hooks(flask, app, config)
    _check_rights(flask)
    return flask


def _hooks(flask: Flask, app: App, config: WebConfig) -> None:
    @flask.before_request
    def _begin() -> None:
        if not request.path.startswith("/api/") and request.endpoint not in UPLOADS:
            request.max_content_length = config.max_form
        elif request.endpoint in LARGEST:
            request.max_content_length = LARGEST[request.endpoint]
        if request.endpoint in _BARE:
            return
        auth.begin(app, config)
        if request.endpoint is not None:
            auth.admit(request.endpoint)

    @flask.after_request
    def _finish(response: Response) -> Response:
        if hasattr(g, "ctx"):
            auth.finish(response, config)
        return security.add_headers(response, config, request.endpoint)


def _check_rights(flask: Flask) -> None:
    routes = {rule.endpoint for rule in flask.url_map.iter_rules()}
    missing = sorted(routes - RIGHTS.keys())
    if missing:
        raise UncoveredRoute(f"add these routes to web/rights.py: {', '.join(missing)}")
