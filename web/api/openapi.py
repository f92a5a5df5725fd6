"""The description of `/api/v1`; a test holds it to the routes."""

from __future__ import annotations

from functools import cache
from typing import Any

_ID = {"type": "string", "pattern": "^[0-9]+$"}
_TEXT = {"type": "string"}
_VALUES = {"type": "object", "additionalProperties": True}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "object", "properties": properties}
    return made | ({"required": list(required)} if required else {})


_DONE = _object(task_id=_ID, instance_id=_ID, case_id=_ID, person_id=_ID, next_task_id=_ID)
_PROBLEM = _object(
    ("type", "code", "title", "status", "detail"), type=_TEXT, code=_TEXT, title=_TEXT,
    status={"type": "integer"}, detail=_TEXT,
    fields={"type": "array", "items": _object(field=_TEXT, detail=_TEXT)}, data=_VALUES,
)  # fmt: skip


def _path(name: str, schema: dict[str, Any] = _ID) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema or _TEXT}


def _call(
    summary: str, answer: dict[str, Any] | None = None, *, status: int = 200,
    parameters: tuple[dict[str, Any], ...] = (), body: dict[str, Any] | None = None, public: bool = False,
) -> dict[str, Any]:  # fmt: skip
    made: dict[str, Any] = {
        "summary": summary,
        "parameters": list(parameters),
        "responses": {
            str(status): {"description": "OK"}
            | ({"content": {"application/json": {"schema": answer}}} if answer else {}),
            "default": {
                "description": "Refused: a stable code, a Chinese title and detail",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    if body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if public:
        made["security"] = []
    return made


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    task, case = _path("task_id"), _path("case_id")
    login = _object(("username", "password"), username=_TEXT, password=_TEXT)
    person = _object(
        ("name", "id_no", "community_id"), name=_TEXT, id_no=_TEXT, community_id=_ID, phone=_TEXT,
        address=_TEXT, facts=_VALUES,
    )  # fmt: skip
    messages = {"type": "string", "enum": ["MSG-16", "MSG-17", "MSG-23", "MSG-26"]}
    lists = {"type": "string", "enum": ["mine", "pool", "overdue", "week", "done"]}
    paths = {
        "/openapi.json": {"get": _call("This description", _VALUES, public=True)},
        "/session": {
            "post": _call("Open a session", _object(token=_TEXT, expires_at=_TEXT), status=201, body=login,
                          public=True),
            "delete": _call("End the session", status=204),
        },
        "/me": {"get": _call("Who is asking", _object(user_id=_ID, name=_TEXT))},
        "/tasks": {
            "get": _call(
                "One page of a list of the inbox", _object(tasks={"type": "array"}, next=_TEXT),
                parameters=(_query("list", **lists), _query("limit", type="integer"), _query("after")),
            )
        },
        "/tasks/{task_id}": {"get": _call("A task with its form", _VALUES, parameters=(task,))},
        "/tasks/{task_id}/claim": {"post": _call("Claim", _DONE, parameters=(task,))},
        "/tasks/{task_id}/unclaim": {"post": _call("Give back", _DONE, parameters=(task,))},
        "/tasks/{task_id}/complete": {
            "post": _call("Complete", _DONE, parameters=(task,), body=_object(values=_VALUES))
        },
        "/cases/{case_id}": {"get": _call("A case", _VALUES, parameters=(case,))},
        "/persons": {"post": _call("Open a person's file", _DONE, status=201, body=person)},
        "/processes/{process_id}/start": {
            "post": _call(
                "Start a process for a person", _DONE, status=201, parameters=(_path("process_id", _TEXT),),
                body=_object(("person_id",), person_id=_ID, values=_VALUES),
            )
        },
        "/cases/{case_id}/messages/{name}": {
            "post": _call(
                "Deliver a message from outside", _DONE, status=202,
                parameters=(case, _path("name", messages)),
                body=_object(values=_VALUES),
            )
        },
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "aid595", "version": "1",
            "description": "POST accepts an `Idempotency-Key`: the same key again gives the same answer.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}],
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM},
        },
        "paths": paths,
    }  # fmt: skip
