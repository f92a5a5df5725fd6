"""The words in which `/api/v1` is described: objects, addresses, queries, calls."""

from __future__ import annotations

from typing import Any

ID = {"type": "string", "pattern": "^[0-9]+$"}
TEXT = {"type": "string"}
VALUES = {"type": "object", "additionalProperties": True}
NUMBER = {"type": "integer"}
YES = {"type": "boolean"}
LIST = {"type": "array"}
#: The content of a file.
BINARY = {"type": "string", "format": "binary"}


def members(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """Return an object with its members."""
    made: dict[str, Any] = {"type": "object", "properties": properties}
    return made | ({"required": list(required)} if required else {})


DONE = members(task_id=ID, instance_id=ID, case_id=ID, person_id=ID, next_task_id=ID)
PROBLEM = members(
    ("type", "code", "title", "status", "detail"), type=TEXT, code=TEXT, title=TEXT,
    status={"type": "integer"}, detail=TEXT,
    fields={"type": "array", "items": members(field=TEXT, detail=TEXT)}, data=VALUES,
)  # fmt: skip


def path(name: str, schema: dict[str, Any] = ID) -> dict[str, Any]:
    """Return a part of the address."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def query(name: str, **schema: Any) -> dict[str, Any]:
    """Return a member of the query; a text unless told otherwise."""
    return {"name": name, "in": "query", "required": False, "schema": schema or TEXT}


def call(
    summary: str, answer: dict[str, Any] | None = None, *, status: int = 200,
    parameters: tuple[dict[str, Any], ...] = (), body: dict[str, Any] | None = None, public: bool = False,
    media: str = "application/json", takes: str = "application/json",
) -> dict[str, Any]:  # fmt: skip
    """Return one method of an address: what it answers as which media type, what it takes, how it refuses."""
    made: dict[str, Any] = {
        "summary": summary,
        "parameters": list(parameters),
        "responses": {
            str(status): {"description": "OK"}
            | ({"content": {media: {"schema": answer}}} if answer else {}),
            "default": {
                "description": "Refused: a stable code, a Chinese title and detail",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    if body is not None:
        made["requestBody"] = {"required": True, "content": {takes: {"schema": body}}}
    if public:
        made["security"] = []
    return made
