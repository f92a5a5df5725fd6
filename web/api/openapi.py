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


def _work() -> dict[str, Any]:
    """Return the rest of the day's work."""
    task, case, person = _path("task_id"), _path("case_id"), _path("person_id")
    action, values = _path("action", _TEXT), _object(values=_VALUES)
    reason = _object(("reason",), reason=_TEXT)
    to_person = _object(("to", "reason"), to=_ID, reason=_TEXT)
    to_step = _object(("to", "reason"), to=_TEXT, reason=_TEXT)
    page = _object(events={"type": "array"}, next={"type": ["string", "null"]})
    offers = _object(actions={"type": "array"})
    beyond = _query("beyond", type="integer")
    return {
        "/tasks/{task_id}/draft": {
            "post": _call("Keep what was typed so far", status=204, parameters=(task,), body=values)
        },
        "/tasks/{task_id}/reassign": {
            "post": _call("Hand to another person", _DONE, parameters=(task,), body=to_person)
        },
        "/tasks/{task_id}/send-back": {
            "post": _call("Return to an earlier step", _DONE, parameters=(task,), body=to_step)
        },
        "/tasks/{task_id}/withdraw": {
            "post": _call("Take back one's own step", _DONE, parameters=(task,), body=reason)
        },
        "/cases/{case_id}/events": {
            "get": _call("What happened, newest first", page, parameters=(case, beyond, _query("detail")))
        },
        "/cases/{case_id}/actions": {
            "get": _call("What may be done beside the tasks", offers, parameters=(case,))
        },
        "/cases/{case_id}/actions/{action}": {
            "post": _call("Do it", _DONE, parameters=(case, action), body=values)
        },
        "/instances/{instance_id}/marks": {
            "get": _call("Where a process stands in its diagram", _VALUES,
                         parameters=(_path("instance_id"), _query("focus")))
        },
        "/persons/{person_id}": {"get": _call("A person's file", _VALUES, parameters=(person,))},
        "/persons/{person_id}/actions": {
            "get": _call("What may be recorded without a case", offers, parameters=(person,))
        },
        "/persons/{person_id}/actions/{action}": {
            "post": _call("Record it", _DONE, parameters=(person, action), body=values)
        },
        "/papers/{paper_id}": {"get": _call("A paper as issued", _VALUES, parameters=(_path("paper_id"),))},
    }  # fmt: skip


def _office() -> dict[str, Any]:
    """Return notices, incidents, processes, policy and the trail."""
    case, beyond = _path("case_id"), _query("beyond", type="integer")
    passwords = _object(("old_password", "password"), old_password=_TEXT, password=_TEXT)
    proof = _object(whole={"type": "boolean"}, events={"type": "integer"}, faults={"type": "array"})
    return {
        "/me/password": {"put": _call("Set a new password", status=204, body=passwords)},
        "/notices": {
            "get": _call("Notices", _object(notices={"type": "array"}), parameters=(_query("all"),))
        },
        "/notices/read": {"post": _call("Mark as read", status=204, body=_object(notice=_ID))},
        "/incidents": {
            "get": _call("Incidents", _object(incidents={"type": "array"}), parameters=(_query("state"),))
        },
        "/incidents/{incident_id}/retry": {
            "post": _call("Try again", _DONE, parameters=(_path("incident_id"),))
        },
        "/processes": {"get": _call("Versions of processes", _object(processes={"type": "array"}))},
        "/definitions/{definition_id}": {
            "get": _call("A diagram as BPMN", parameters=(_path("definition_id"),))
        },
        "/clauses/{clause_id}": {
            "get": _call("A clause", _VALUES, parameters=(_path("clause_id", _TEXT),))
        },
        "/settings": {"get": _call("Settings", _object(settings={"type": "array"}))},
        "/audit/{case_id}/events": {
            "get": _call("The trail with its links", _VALUES, parameters=(case, beyond))
        },
        "/audit/{case_id}/verify": {"post": _call("Prove the chain", proof, parameters=(case,))},
    }  # fmt: skip


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
        "/persons": {
            "get": _call("Find persons", _object(persons={"type": "array"}), parameters=(_query("q"),)),
            "post": _call("Open a person's file", _DONE, status=201, body=person),
        },
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
        "paths": {**paths, **_work(), **_office()},
    }  # fmt: skip
