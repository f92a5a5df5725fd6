"""The editor of one draft, and what its script asks for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from engine.clock import SHANGHAI
from engine.codec import dumps
from engine.errors import FormInvalid
from engine.layout import laid_out
from tasks import studio_commands as commands
from web.context import ctx
from web.previews import preview_of
from web.studioview import check_of, draft_of, told_findings
from web.vocabulary import vocabulary
from web.words import process_code

#: No whole number that the script sends is larger.
_MOST = 2**31
views = Blueprint("editor", __name__, url_prefix="/studio")


def data(found: Any) -> Response:
    """Return an answer to the editor's script."""
    response = make_response(dumps(found))
    response.content_type = "application/json; charset=utf-8"
    return response


def body_of(**kinds: type) -> dict[str, Any]:
    """Return what the script sent, each part of its kind; raise FormInvalid."""
    sent = request.get_json(silent=True)
    found = sent if isinstance(sent, dict) else {}
    wrong = [name for name, kind in kinds.items() if type(found.get(name)) is not kind]
    wrong += [name for name, value in found.items() if type(value) is int and not 0 <= value < _MOST]
    if wrong:
        again = "请刷新页面后重试。"
        raise FormInvalid([(name, f"缺少{name}，{again}", f"{name} is missing.") for name in wrong])
    return {name: found[name] for name in kinds}


@views.get("/drafts/<int:draft_id>")
def show(draft_id: int) -> str:
    """Show the editor of a draft; for one that was submitted, the drawing for reading."""
    draft, _source = draft_of(ctx(), draft_id)
    file = f"{process_code(draft.key)}-{draft.base_version or 0}-{draft.id}"
    return render_template("studio_editor.html", draft=draft, file=file)


@views.get("/drafts/<int:draft_id>.bpmn")
def xml(draft_id: int) -> Response:
    """Return the drawing of a draft."""
    _draft, source = draft_of(ctx(), draft_id)
    response = make_response(source.xml)
    response.content_type = "application/xml; charset=utf-8"
    response.headers["Content-Disposition"] = f'inline; filename="{draft_id}.bpmn"'
    return response


@views.get("/drafts/<int:draft_id>/model")
def model(draft_id: int) -> Response:
    """Return drawing, annex and revision of a draft."""
    draft, source = draft_of(ctx(), draft_id)
    return data({"xml": source.xml, "annex": source.annex, "rev": draft.rev})


@views.put("/drafts/<int:draft_id>/model")
def save(draft_id: int) -> Response:
    """Save a draft over the revision its editor saw."""
    context = ctx()
    sent = body_of(xml=str, annex=str, rev=int)
    command = commands.SaveModel(draft_id, sent["rev"], _bytes(sent["xml"]), sent["annex"])
    done = context.app.do(command, context.actor)
    return data({"rev": done.extra["rev"], "at": f"{context.now.astimezone(SHANGHAI):%H:%M}"})


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        zh = "文字中有不能保存的字符，请删除后重试。"
        raise FormInvalid([("xml", zh, "A character cannot be kept.")]) from error


@views.post("/drafts/<int:draft_id>/check")
def check(draft_id: int) -> Response:
    """Return what the check says of the draft as it is saved, with the way out of each finding.

    The second interpreter, which takes seconds, is heard where `?wait=1` asks for it, or was before.
    """
    context = ctx()
    _draft, source = draft_of(context, draft_id)
    checked = check_of(context, source, wait=request.args.get("wait") == "1")
    told = told_findings(checked.findings, context.lang)
    return data({"findings": told, "heard": checked.heard or checked.refused})


@views.post("/layout")
def layout() -> Response:
    """Return a diagram with a new drawing; nothing else of it is touched and nothing is stored."""
    return data({"xml": laid_out(_bytes(body_of(xml=str)["xml"])).decode()})


@views.post("/preview")
def preview() -> Response:
    """Return a form as its page will draw it, or a deadline rule counted from today."""
    return data({"html": preview_of(ctx(), request.get_json(silent=True))})


@views.get("/vocabulary", endpoint="vocabulary")
def vocabulary_of_the_office() -> Response:
    """Return what the editor chooses from, in the language of the page."""
    context = ctx()
    return data(vocabulary(context.app.library, context.lang))
