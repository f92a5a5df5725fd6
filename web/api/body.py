"""The body of a request of the interface: one JSON object, strict, and nothing the store cannot hold."""

from __future__ import annotations

import json
from typing import Any

from flask import request

from engine.errors import AidError


class BadBody(AidError):
    """The body is no JSON object, or a member has the wrong type."""

    code = "bad_request"
    zh = "请求内容格式不对：{what}。"
    en = "The body is not as described: {what}."


class WrongType(AidError):
    """The body is of another media type."""

    code = "wrong_type"
    zh = "请求内容的类型不支持，请用 Content-Type: application/json。"
    en = "Send application/json."


def body() -> dict[str, Any]:
    """Return the JSON object of the request; raise BadBody or WrongType.

    Members named twice, NaN, nesting without end, half characters and NUL are refused.
    """
    if request.content_length and not request.is_json:
        raise WrongType
    if not request.get_data():
        return {}
    try:
        given = json.loads(
            request.get_data().decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
        text = json.dumps(given, ensure_ascii=False)
        text.encode("utf-8")
    except (ValueError, RecursionError):
        raise BadBody(what="JSON") from None
    if not isinstance(given, dict) or "\\u0000" in text:
        raise BadBody(what="JSON")
    return given


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is named twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)
