"""The description of `/api/v1`; a test holds it to the routes."""

from __future__ import annotations

from functools import cache
from typing import Any

from web.api.openapi_desks import desks
from web.api.openapi_records import records
from web.api.schema import DONE, ID, PROBLEM, TEXT, VALUES, call, members, path, query


def _work() -> dict[str, Any]:
    """Return the rest of the day's work."""
    task, case, person = path("task_id"), path("case_id"), path("person_id")
    action, values = path("action", TEXT), members(values=VALUES)
    reason = members(("reason",), reason=TEXT)
    to_person = members(("to", "reason"), to=ID, reason=TEXT)
    to_step = members(("to", "reason"), to=TEXT, reason=TEXT)
    page = members(events={"type": "array"}, next={"type": ["string", "null"]})
    offers = members(actions={"type": "array"})
    beyond = query("beyond", type="integer")
    return {
        "/tasks/{task_id}/draft": {
            "post": call("Keep what was typed so far", status=204, parameters=(task,), body=values)
        },
        "/tasks/{task_id}/reassign": {
            "post": call("Hand to another person", DONE, parameters=(task,), body=to_person)
        },
        "/tasks/{task_id}/send-back": {
            "post": call("Return to an earlier step", DONE, parameters=(task,), body=to_step)
        },
        "/tasks/{task_id}/withdraw": {
            "post": call("Take back one's own step", DONE, parameters=(task,), body=reason)
        },
        "/cases/{case_id}/events": {
            "get": call("What happened, newest first", page, parameters=(case, beyond, query("detail")))
        },
        "/cases/{case_id}/actions": {
            "get": call("What may be done beside the tasks", offers, parameters=(case,))
        },
        "/cases/{case_id}/actions/{action}": {
            "post": call("Do it", DONE, parameters=(case, action), body=values)
        },
        "/instances/{instance_id}/marks": {
            "get": call("Where a process stands in its diagram", VALUES,
                         parameters=(path("instance_id"), query("focus")))
        },
        "/persons/{person_id}": {"get": call("A person's file", VALUES, parameters=(person,))},
        "/persons/{person_id}/actions": {
            "get": call("What may be recorded without a case", offers, parameters=(person,))
        },
        "/persons/{person_id}/actions/{action}": {
            "post": call("Record it", DONE, parameters=(person, action), body=values)
        },
        "/papers/{paper_id}": {"get": call("A paper as issued", VALUES, parameters=(path("paper_id"),))},
    }  # fmt: skip


def _office() -> dict[str, Any]:
    """Return notices, incidents, processes and policy."""
    passwords = members(("old_password", "password"), old_password=TEXT, password=TEXT)
    return {
        "/me/password": {"put": call("Set a new password", status=204, body=passwords)},
        "/notices": {
            "get": call("Notices", members(notices={"type": "array"}), parameters=(query("all"),))
        },
        "/notices/read": {"post": call("Mark as read", status=204, body=members(notice=ID))},
        "/incidents": {
            "get": call("Incidents", members(incidents={"type": "array"}), parameters=(query("state"),))
        },
        "/incidents/{incident_id}/retry": {
            "post": call("Try again", DONE, parameters=(path("incident_id"),))
        },
        "/processes": {"get": call("Versions of processes", members(processes={"type": "array"}))},
        "/definitions/{definition_id}": {
            "get": call("A diagram as BPMN", parameters=(path("definition_id"),))
        },
        "/clauses/{clause_id}": {
            "get": call("A clause", VALUES, parameters=(path("clause_id", TEXT),))
        },
        "/settings": {"get": call("Settings", members(settings={"type": "array"}))},
    }  # fmt: skip


def _first() -> dict[str, Any]:
    """Return what a client needs first: a session, the inbox, tasks, cases and persons."""
    task, case = path("task_id"), path("case_id")
    login = members(("username", "password"), username=TEXT, password=TEXT, code=TEXT)
    person = members(
        ("name", "id_no", "community_id"), name=TEXT, id_no=TEXT, community_id=ID, phone=TEXT,
        address=TEXT, facts=VALUES, id_kind=TEXT, sex=TEXT, birth_date=TEXT,
        distinct_reason=TEXT,
    )  # fmt: skip
    messages = {"type": "string", "enum": ["MSG-16", "MSG-17", "MSG-23", "MSG-26"]}
    lists = {"type": "string", "enum": ["mine", "pool", "overdue", "week", "done"]}
    return {
        "/openapi.json": {"get": call("This description", VALUES, public=True)},
        "/session": {
            "post": call("Open a session", members(token=TEXT, expires_at=TEXT), status=201, body=login,
                          public=True),
            "delete": call("End the session", status=204),
        },
        "/me": {"get": call("Who is asking", members(user_id=ID, name=TEXT))},
        "/tasks": {
            "get": call(
                "One page of a list of the inbox", members(tasks={"type": "array"}, next=TEXT),
                parameters=(query("list", **lists), query("limit", type="integer"), query("after")),
            )
        },
        "/tasks/{task_id}": {"get": call("A task with its form", VALUES, parameters=(task,))},
        "/tasks/{task_id}/claim": {"post": call("Claim", DONE, parameters=(task,))},
        "/tasks/{task_id}/unclaim": {"post": call("Give back", DONE, parameters=(task,))},
        "/tasks/{task_id}/complete": {
            "post": call("Complete", DONE, parameters=(task,), body=members(values=VALUES))
        },
        "/cases/{case_id}": {"get": call("A case", VALUES, parameters=(case,))},
        "/persons": {
            "get": call("Find persons", members(persons={"type": "array"}), parameters=(query("q"),)),
            "post": call("Open a person's file", DONE, status=201, body=person),
        },
        "/processes/{process_id}/start": {
            "post": call(
                "Start a process for a person", DONE, status=201, parameters=(path("process_id", TEXT),),
                body=members(("person_id",), person_id=ID, values=VALUES),
            )
        },
        "/cases/{case_id}/messages/{name}": {
            "post": call(
                "Deliver a message from outside", DONE, status=202,
                parameters=(case, path("name", messages)),
                body=members(values=VALUES),
            )
        },
    }  # fmt: skip


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
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
            "schemas": {"Problem": PROBLEM},
        },
        "paths": {**_first(), **_work(), **_office(), **desks(), **records()},
    }  # fmt: skip
