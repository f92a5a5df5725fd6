"""What the office has decided, and why the default is what it is; each administrator changes his own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, NotFound
from tasks import calendar_runs, commands
from tasks.access import Subject, allowed
from tasks.office_trail import ADMINISTRATION
from tasks.queries.office_trail import about
from tasks.readings import readings
from tasks.settings import Setting
from web.adminview import carry_out, field, refused, require, sentence_of
from web.context import ctx
from web.going import go
from web.officewords import lines

views = Blueprint("settings", __name__, url_prefix="/settings")


@views.get("")
def index() -> str:
    """List the settings with their values."""
    context = ctx()
    library = context.app.library
    with context.app.read() as conn:
        values = context.app.settings(conn)
    return render_template("settings.html", settings=library.settings.values(), values=values,
                           grounds=_grounds, decides=_decides, calendar=context.calendar,
                           run=calendar_runs.under_way(context.app))  # fmt: skip


def _decides(setting: Setting) -> bool:
    """Tell whether who asks may change a setting."""
    return allowed(ctx().actor, setting.right, Subject("/"))


def _grounds(setting: Setting) -> list[str]:
    """Return the rules a setting rests on, and the clauses that its deadlines and readings read."""
    library = ctx().app.library.shipped
    dated, read = library.policy.rules, readings(library)
    found = list(setting.rules)
    for rule in setting.rules:
        found += dated[rule].rule_ids if rule in dated else read[rule].clauses if rule in read else ()
    return list(dict.fromkeys(found))


def _setting(name: str) -> Setting:
    found = ctx().app.library.settings.get(name)
    if found is None:
        raise NotFound
    return found


@views.get("/<name>")
def show(name: str) -> str:
    """Show one setting with its changes, to be changed."""
    setting = _setting(name)
    require(setting.right)
    return _page(setting)


def _page(setting: Setting, refusal: AidError | None = None, typed: Any = None) -> str:
    context = ctx()
    with context.app.read() as conn:
        value = context.app.settings(conn)[setting.id]
        changes = about(conn, ADMINISTRATION, f"setting:{setting.id}")
    titles = {rule: known.title for rule in setting.rules if (known := context.rule(rule)) is not None}
    return render_template(
        "setting.html", setting=setting, value=value, shown=value if refusal is None else typed,
        changes=lines(context, changes), titles=titles, sentence=sentence_of(refusal, context.lang),
        reason=field("reason"), grounds=_grounds(setting),
    )  # fmt: skip


@views.post("/<name>")
def change(name: str) -> Response:
    """Change a setting; a refusal shows the page again with what was typed."""
    setting = _setting(name)
    require(setting.right)
    typed = _typed(setting)
    done = carry_out(commands.ChangeSetting(name, typed, field("reason")), f"setting:{name}")
    if isinstance(done, AidError):
        return refused(_page(setting, done, typed), done)
    return go(f"/settings/{name}", "setting_changed")


def _typed(setting: Setting) -> Any:
    """Return a value as typed; what cannot be read stays a text, which the setting refuses."""
    text = field("value")
    if setting.type == "bool":
        return {"yes": True, "no": False}.get(text, text)
    if setting.type == "multi":
        return [one for one in (setting.options or {}) if one in request.form.getlist("value")]
    if setting.type == "targets":
        given = {rule: field(f"target.{rule}") for rule in setting.rules}
        return {rule: _whole(days) for rule, days in given.items() if days}
    if not text:
        return None
    return _whole(text) if setting.type == "int" else text


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
