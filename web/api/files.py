"""`/api/v1`: files of a step: taken as a form with a file, listed, given back, taken away."""

from __future__ import annotations

from flask import jsonify, make_response, request
from werkzeug.wrappers import Response

from tasks import commands
from web.api.body import WrongType
from web.api.parts import instant
from web.api.v1 import views
from web.context import Ctx, ctx
from web.taskview import load_page
from web.views.files import download, keep_files


@views.get("/tasks/<int:task_id>/files")
def task_files(task_id: int) -> Response:
    """Return the files of a task's step that the reader may open."""
    return _listed(ctx(), task_id)


def _listed(context: Ctx, task_id: int, status: int = 200) -> Response:
    told = [
        {"file_id": str(one.id), "name": one.name, "kind": one.kind, "size": one.size, "sha256": one.hash,
         "added_at": instant(one.added_at), "added_by": one.adder}
        for one in load_page(context, task_id).files
    ]  # fmt: skip
    return make_response(jsonify(files=told), status)


@views.post("/tasks/<int:task_id>/files")
def add_files(task_id: int) -> Response:
    """Keep the files of a form (`multipart/form-data`, each as `file`) with a task; the same twice is one."""
    if request.mimetype != "multipart/form-data":
        raise WrongType(
            zh="请用 multipart/form-data 上传，文件放在 file 字段。",
            en="Send multipart/form-data, each file as `file`.",
        )
    keep_files(ctx(), task_id)
    return _listed(ctx(), task_id, 201)


@views.get("/files/<int:file_id>")
def file(file_id: int) -> Response:
    """Give a file back; the look is recorded."""
    return download(ctx(), file_id)


@views.delete("/files/<int:file_id>")
def remove_file(file_id: int) -> Response:
    """Take a file away while its step is open."""
    ctx().app.do(commands.RemoveFile(file_id), ctx().actor)
    return make_response("", 204)
