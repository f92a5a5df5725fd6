"""`/api/v1`: the way of a draft to work and back: submitted, signed by another, retired, taken back."""

from __future__ import annotations

from collections.abc import Callable

from flask import jsonify, make_response
from werkzeug.wrappers import Response

from engine.errors import NotFound
from tasks import studio_commands as commands
from tasks.commands import Command
from web.api.body import body
from web.api.parts import flag, key_of
from web.api.studio import reason_of, rev_of
from web.api.v1 import views
from web.context import ctx


@views.post("/drafts/<int:draft_id>/submit")
def submit_draft(draft_id: int) -> Response:
    """Make a draft, as its author saw it, a version that waits for the signature of a colleague."""
    given = body()
    command = commands.SubmitRelease(draft_id, rev_of(given), reason_of(given))
    done = ctx().app.do(command, ctx().actor, key_of(f"submit:{draft_id}"))
    return make_response(jsonify(**done.extra), 201)


def _do(command: Command, what: str) -> Response:
    return jsonify(**ctx().app.do(command, ctx().actor, key_of(what)).extra)


@views.post("/definitions/<int:definition_id>/approve")
def approve(definition_id: int) -> Response:
    """Sign a submitted version; it goes to work at once unless `activate` is false."""
    given = body()
    command = commands.ApproveRelease(definition_id, reason_of(given), flag(given, "activate", True))
    return _do(command, f"approve:{definition_id}")


@views.post("/definitions/<int:definition_id>/activate")
def activate(definition_id: int) -> Response:
    """Put a signed version to work."""
    body()
    return _do(commands.ActivateRelease(definition_id), f"activate:{definition_id}")


#: Acts that take a reason.
_ACTS: dict[str, Callable[[int, str], Command]] = {
    "reject": commands.RejectRelease, "retire": commands.RetireRelease, "take-back": commands.TakeBack,
}  # fmt: skip


@views.post("/definitions/<int:definition_id>/<act>")
def release_act(definition_id: int, act: str) -> Response:
    """Refuse, retire or take back a version, with a reason."""
    if act not in _ACTS:
        raise NotFound
    return _do(_ACTS[act](definition_id, reason_of(body())), f"{act}:{definition_id}")
