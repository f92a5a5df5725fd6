"""Files of a step: take one from a page, give one back as a file to save, take one away."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, make_response, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from engine.errors import AidError, FormInvalid, NotFound
from tasks import commands, files
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go
from web.taskview import load_page
from web.views.task import refused_page

views = Blueprint("files", __name__)


@views.post("/tasks/<int:task_id>/files")
def add(task_id: int) -> Response:
    """Keep the files that were chosen; without scripts the page of the task comes again."""
    context = ctx()
    try:
        keep_files(context, task_id)
    except RequestEntityTooLarge:
        said = context.t("files.too_large", most=files.LARGEST >> 20)
        return _answer(context, task_id, FormInvalid([("file", said, said)]), 413)
    except NotFound:
        raise
    except AidError as refusal:
        return _answer(context, task_id, refusal, status_of(refusal))
    return _answer(context, task_id)


def keep_files(context: Ctx, task_id: int) -> None:
    """Keep the files of the request with a task; raise FormInvalid where there are none."""
    given = [one for one in request.files.getlist("file") if one.filename]
    if not given:
        raise FormInvalid([("file", context.t("files.none_chosen"), context.t("files.none_chosen"))])
    for one in given[: files.MOST]:
        content = one.stream.read(files.LARGEST + 1)
        context.app.do(commands.AddFile(task_id, one.filename or "", content), context.actor)


@views.post("/files/<int:file_id>/remove")
def remove(file_id: int) -> Response:
    """Take a file away while its step is open."""
    context = ctx()
    done = context.app.do(commands.RemoveFile(file_id), context.actor)
    return _answer(context, done.task_id or 0, ok="file_removed")


def _answer(
    context: Ctx, task_id: int, refusal: AidError | None = None, status: int = 200, ok: str = "file_added"
) -> Response:
    """Return the list alone to a script, else the page of the task."""
    if request.headers.get("HX-Request"):
        page = load_page(context, task_id)
        problem = _sentence(context, refusal) if refusal is not None else ""
        part = render_template("files_part.html", page=page, task=page.task, problem=problem)
        return make_response(part, status)
    if refusal is None:
        return go(f"/tasks/{task_id}", ok)
    return make_response(refused_page(context, task_id, _sentence(context, refusal)), status)


def _sentence(context: Ctx, refusal: AidError) -> str:
    if isinstance(refusal, FormInvalid):
        return " ".join(zh if context.lang == "zh" else en for _name, zh, en in refusal.problems)
    return refusal.sentence(context.lang)


@views.get("/files/<int:file_id>")
def show(file_id: int) -> Response:
    """Give a file back, to be saved and never run in the page of ours (THR-17)."""
    return download(ctx(), file_id)


def download(context: Ctx, file_id: int) -> Response:
    """Return a file as something to save, after writing down who opens it; raise NotFound."""
    found, content = files.open_file(context.app, context.actor, file_id)
    response = make_response(content)
    response.content_type = files.MEDIA[found.kind]
    plain = f"{found.id}.{found.kind}"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    response.headers["Content-Disposition"] = disposition
    return response
