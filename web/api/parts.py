"""What every call of the interface shares: members of a body, keys, ids and instants as JSON has them."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import jsonify, make_response, request
from werkzeug.wrappers import Response

from engine.clock import NO_DUE, from_us
from tasks import commands
from web.api.body import BadBody
from web.context import ctx
from web.numbers import LIMIT, whole


def member(given: dict[str, Any], name: str, kind: type, otherwise: Any = None) -> Any:
    """Return a member of a body; raise BadBody where it is missing or of another kind."""
    value = given.get(name, otherwise)
    if kind is int and isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    beyond = kind is int and isinstance(value, int) and not 0 <= value < LIMIT
    if not isinstance(value, kind) or isinstance(value, bool) or beyond:
        raise BadBody(what=name)
    return value


def flag(given: dict[str, Any], name: str, otherwise: bool) -> bool:
    """Return a yes or no of a body; raise BadBody for anything else."""
    value = given.get(name, otherwise)
    if not isinstance(value, bool):
        raise BadBody(what=name)
    return value


def key_of(what: str) -> str | None:
    """Return the key of a command: the same key with another body is another command, never its answer."""
    given = request.headers.get("Idempotency-Key", "")
    if not given:
        return None
    told = hashlib.sha256(given.encode() + b"\0" + request.get_data()).hexdigest()
    return ctx().command_key(told, what)


def instant(us: int | None) -> str | None:
    """Return microseconds as an ISO text in UTC, None for never."""
    return None if us is None or us >= NO_DUE else from_us(us).isoformat()


def id_text(value: int | None) -> str | None:
    """Return an id as JSON carries it: a text."""
    return None if value is None else str(value)


def answer(done: commands.Done, status: int = 200) -> Response:
    """Return what a command answers; ids are strings."""
    names = ("task_id", "instance_id", "case_id", "person_id", "next_task_id")
    return make_response(jsonify({name: id_text(getattr(done, name)) for name in names}), status)


def query_number(name: str) -> int | None:
    """Return a whole number of the query, None where it is not given; raise BadBody."""
    given = request.args.get(name, "")
    try:
        return whole(given) if given else None
    except ValueError:
        raise BadBody(what=name) from None
