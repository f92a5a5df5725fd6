"""The description of `/api/v1` for the desks: studio, releases, migrations, audit, files of a task."""

from __future__ import annotations

from typing import Any

from web.api.schema import BINARY, ID, LIST, NUMBER, TEXT, VALUES, YES, call, members, path, query

_REASON = members(("reason",), reason=TEXT)
_FOUND = members(passes=YES, findings=LIST)
_OPENED = members(draft_id=ID, rev=NUMBER)
_RELEASED = members(definition_id=ID, version=NUMBER)
_CHANGED = members(base_definition_id=ID, base_version=NUMBER, runs_alike=YES, difference=VALUES)
_MOVING = members(migration_id=ID, state=TEXT, progress=VALUES, items=LIST, next=NUMBER)


def desks() -> dict[str, Any]:
    """Return the addresses of the desks."""
    return {**_studio(), **_releases(), **_moves(), **_audit(), **_files()}


def _studio() -> dict[str, Any]:
    draft, definition = (path("draft_id"),), (path("definition_id"),)
    drawn = members(("process_id", "xml"), process_id=TEXT, xml=TEXT, annex=TEXT)
    begun = members(("process_id",), process_id=TEXT, base_definition_id=ID, xml=TEXT, reason=TEXT)
    saved = members(("xml", "rev"), xml=TEXT, annex=TEXT, rev=NUMBER)
    tried = members(trial_id=ID, state=TEXT, total=NUMBER, passed=NUMBER, failed=NUMBER, of_saved=YES,
                    results=LIST, coverage=VALUES)  # fmt: skip
    return {
        "/gate": {"post": call("What the gate says of a drawing; nothing is kept", _FOUND, body=drawn)},
        "/definitions/{definition_id}/annex": {
            "get": call("Forms and deadline rules of a version", VALUES, parameters=definition)
        },
        "/drafts": {
            "get": call("Drafts", members(drafts=LIST)),
            "post": call("Begin a draft from a version or a drawing", _OPENED, status=201, body=begun),
        },
        "/drafts/{draft_id}": {
            "get": call("A draft with drawing, annex, base and revision", VALUES, parameters=draft),
            "put": call("Save over the revision seen; 409 where somebody saved since", members(rev=NUMBER),
                        parameters=draft, body=saved),
        },
        "/drafts/{draft_id}/discard": {
            "post": call("Throw away", status=204, parameters=draft, body=_REASON)
        },
        "/drafts/{draft_id}/check": {"post": call("What the gate says of it", _FOUND, parameters=draft)},
        "/drafts/{draft_id}/difference": {
            "get": call("What it changes over its base", _CHANGED, parameters=draft)
        },
        "/definitions/{definition_id}/difference": {
            "get": call("What a version changes over another or the one before", _CHANGED,
                        parameters=(*definition, query("base", type="integer")))
        },
        "/drafts/{draft_id}/impact": {
            "get": call("What it would mean for open cases", VALUES, parameters=draft)
        },
        "/definitions/{definition_id}/impact": {
            "get": call("What a version would mean for open cases", VALUES, parameters=definition)
        },
        "/drafts/{draft_id}/trial": {
            "post": call("Run the scenarios against it", members(trial_id=ID), status=202, parameters=draft),
            "get": call("How the latest trial went, or how far it is", tried, parameters=draft),
        },
    }  # fmt: skip


def _releases() -> dict[str, Any]:
    definition = (path("definition_id"),)
    acts = path("act", {"type": "string", "enum": ["reject", "retire", "take-back"]})
    return {
        "/drafts/{draft_id}/submit": {
            "post": call("Submit as its author saw it", _RELEASED, status=201,
                         parameters=(path("draft_id"),),
                         body=members(("rev", "reason"), rev=NUMBER, reason=TEXT))
        },
        "/definitions/{definition_id}/approve": {
            "post": call("Sign as the second person", _RELEASED, parameters=definition,
                         body=members(("reason",), reason=TEXT, activate=YES))
        },
        "/definitions/{definition_id}/activate": {
            "post": call("Put to work", _RELEASED, parameters=definition)
        },
        "/definitions/{definition_id}/{act}": {
            "post": call("Reject, retire or take back", VALUES, parameters=(*definition, acts), body=_REASON)
        },
    }  # fmt: skip


def _moves() -> dict[str, Any]:
    process = path("process_id", TEXT)
    batch = (process, path("migration_id"))
    wanted = members(
        ("from_version", "to_version"), from_version=NUMBER, to_version=NUMBER, mapping=VALUES, recompute=YES,
        dry=YES, reason=TEXT,
    )  # fmt: skip
    plan = members(from_version=NUMBER, to_version=NUMBER, planned=YES, questions=LIST, mapping=VALUES)
    return {
        "/processes/{process_id}/migration-plan": {
            "get": call("Steps without a place, and where their cases could go", plan,
                        parameters=(process, query("from", type="integer"), query("to", type="integer")))
        },
        "/processes/{process_id}/migrations": {
            "get": call("The latest batches", members(migrations=LIST), parameters=(process,)),
            "post": call("Begin a batch; dry unless `dry` is false", _MOVING, status=202,
                         parameters=(process,), body=wanted),
        },
        "/processes/{process_id}/migrations/{migration_id}": {
            "get": call("How far it is, and what became of each case", _MOVING,
                        parameters=(*batch, query("state"), query("beyond", type="integer")))
        },
        "/processes/{process_id}/migrations/{migration_id}/stop": {
            "post": call("Go no further", _MOVING, parameters=batch)
        },
    }  # fmt: skip


def _audit() -> dict[str, Any]:
    trail = (path("trail_id"),)
    whole = {"type": "integer"}
    asked = ("clause", "step", "worker", "unit", "from", "to", "deadline", "version", "status")
    found = members(cases=LIST, next=ID)
    proof = members(whole=YES, events=NUMBER, outside=YES, faults=LIST)
    return {
        "/audit/cases": {
            "get": call("Find cases", found,
                        parameters=(*(query(one) for one in asked), query("before", **whole)))
        },
        "/audit/persons": {
            "post": call("Find the cases of a person; recorded", found,
                         body=members(("person",), person=TEXT))
        },
        "/audit/{trail_id}": {
            "get": call("A trail, now or after the event `at`; recorded", VALUES,
                        parameters=(*trail, query("at", **whole)))
        },
        "/audit/{trail_id}/events": {
            "get": call("Its events with their links", members(events=LIST, next=TEXT),
                        parameters=(*trail, query("beyond", **whole)))
        },
        "/audit/{trail_id}/verify": {"post": call("Prove the chain", proof, parameters=trail)},
        "/audit/{trail_id}/unmask": {
            "post": call("Uncover the person for a while", status=204, parameters=trail, body=_REASON)
        },
        "/audit/{trail_id}/bundle": {
            "post": call("The evidence in one file", BINARY, parameters=trail, body=_REASON,
                         media="application/zip")
        },
    }  # fmt: skip


def _files() -> dict[str, Any]:
    task, file = (path("task_id"),), (path("file_id"),)
    form = members(("file",), file={"type": "array", "items": BINARY})
    listed = members(files=LIST)
    return {
        "/tasks/{task_id}/files": {
            "get": call("Files of a step", listed, parameters=task),
            "post": call("Keep files with a task", listed, status=201, parameters=task, body=form,
                         takes="multipart/form-data"),
        },
        "/files/{file_id}": {
            "get": call("A file; the look is recorded", BINARY, parameters=file,
                        media="application/octet-stream"),
            "delete": call("Take it away while its step is open", status=204, parameters=file),
        },
    }  # fmt: skip
