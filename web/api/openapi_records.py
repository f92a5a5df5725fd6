"""The description of `/api/v1` for vacancies, employers, registers and questionnaires."""

from __future__ import annotations

from typing import Any

from web.api.schema import BINARY, DONE, ID, LIST, NUMBER, TEXT, VALUES, YES, call, members, path, query

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SPAN = (query("unit"), query("from"), query("to"))
_TAKEN: dict[str, Any] = {"unit": TEXT, "from": TEXT, "to": TEXT, "under": TEXT, "whole": YES, "reason": TEXT}


def records() -> dict[str, Any]:
    """Return their addresses."""
    return {**_market(), **_registers(), **_exports(), **_surveys()}


def _market() -> dict[str, Any]:
    promised = query("promised", type="string", enum=["yes", "no"])
    return {
        "/vacancies": {
            "get": call("Open vacancies of the district", members(vacancies=LIST, more=YES),
                        parameters=(query("tag"), promised))
        },
        "/employers": {
            "get": call("An employer's vacancies and dealings; without a name, whom to ask for vacancies",
                        VALUES, parameters=(query("name"),))
        },
    }  # fmt: skip


def _registers() -> dict[str, Any]:
    numbers = members(unit=TEXT, units=LIST, sum=VALUES, registers=LIST, closed=LIST)
    page = members(register=TEXT, total=NUMBER, columns=LIST, lines=LIST, closed=LIST, next=TEXT)
    month = members(month_id=ID, register=TEXT, month=TEXT, hash=TEXT, previous=TEXT, intact=YES, heads=LIST,
                    lines=LIST, corrections=LIST)  # fmt: skip
    return {
        "/registers": {"get": call("The numbers of an office and its registers", numbers, parameters=_SPAN)},
        "/registers/{register}": {
            "get": call("A page of a register as the reader may see it", page,
                        parameters=(path("register", TEXT), *_SPAN, query("under"), query("before")))
        },
        "/registers/months/{month_id}": {
            "get": call("A closed month with its hash", month, parameters=(path("month_id"),))
        },
        "/registers/{register}/export": {
            "post": call("A register, or `SUM`, as a workbook; recorded. Many lines need a granted request",
                         BINARY, parameters=(path("register", TEXT),), body=members(**_TAKEN), media=_XLSX)
        },
    }  # fmt: skip


def _exports() -> dict[str, Any]:
    asked = members(("reason",), register=TEXT, month_id=ID, **_TAKEN)
    what = path("what", {"type": "string", "enum": ["grant", "refuse"]})
    return {
        "/registers/exports": {
            "get": call("Requests to take many lines along", members(exports=LIST)),
            "post": call("Ask a second person", members(export_id=ID), status=201, body=asked),
        },
        "/registers/exports/{export_id}/{what}": {
            "post": call("Grant or refuse a request of another", status=204,
                         parameters=(path("export_id"), what), body=members(note=TEXT))
        },
    }  # fmt: skip


def _surveys() -> dict[str, Any]:
    one = (path("questionnaire_id"),)
    asked = ("year", "area", "choice", "category", "visit_class", "before")
    kept = members(questionnaire_id=ID, person_id=ID, same=YES, beside=YES)
    return {
        "/surveys": {
            "get": call("Questionnaires that hold, and those beside another",
                        members(years=LIST, surveys=LIST, beside=LIST, next=ID),
                        parameters=tuple(query(name) for name in asked)),
            "post": call("Keep a questionnaire", kept, status=201,
                         body=members(("answers",), answers=VALUES, person_id=ID)),
        },
        "/surveys/{questionnaire_id}": {
            "get": call("A questionnaire; the look is recorded", VALUES, parameters=one)
        },
        "/surveys/{questionnaire_id}/settle": {
            "post": call("Decide which of two holds", DONE, parameters=one, body=members(holds=YES))
        },
    }  # fmt: skip
