"""Gathers what the page of a person shows, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.errors import NotFound
from tasks import labels, people, privacy, retention
from tasks.access import Subject, allowed, classes_for, shown_person
from tasks.households import zero_employment
from tasks.nonlocals import FACT
from tasks.queries import areas, case_page, ledger_page, matters, notes, person_page, task_page
from tasks.queries.case_page import Duty
from tasks.queries.ledger_page import LedgerRow
from tasks.queries.scope import require_file
from tasks.store import surveys
from tasks.store.conn import Connection
from tasks.survey_round import INTERVIEW
from web.actions import PERSON_ACTIONS, Action
from web.audit.trails import of_person
from web.context import Ctx
from web.facts import clear_lines, fact_lines
from web.veil import veiled


def load_person(context: Ctx, person_id: int) -> dict[str, Any]:
    """Read a person's file; raise NotFound for what is not there or not the reader's."""
    with context.app.read() as conn:
        head = person_page.person_head(conn, person_id)
        if head is None:
            raise NotFound
        require_file(context.actor, head.area)
        cases = person_page.cases_of(conn, person_id)
        years = context.app.settings(conn)["retention_years"]
        active = next((one for one in cases if one.status == "active"), None)
        recorded = bool(head.facts)
        may_view_id = privacy.may_view(conn, context.actor, {"id": head.id, "area": head.area})
        ledger = ledger_page.ledger_of(conn, person_id)
        subject = person_page.subjects(conn, [(head.id, head.area)])[head.id]
        if active is None and ledger is not None and ledger.ended_on is None:
            subject = replace(subject, tier="community")  # who visits is at work on the person
        non_local = bool(head.facts.get(FACT))  # it says which counter to go to
        clear = clear_lines(context, head)  # that something is not known yet tells nothing of what is
        head = veiled(head, context.actor, subject)
        chain = areas.chain_of(head.area)
        names = areas.unit_names(conn, chain)
        works = bool({"P4", "P4*"} & classes_for(context.actor, subject))
        return {
            "ledger": ledger,
            "class_reason": class_reason(context, ledger) if works else "",
            "may_see_categories": works,
            "clears": clear,
            "zero_family": works and zero_employment(context.app.desk(conn, context.actor)[1], person_id),
            "person": head,
            "may_view_id": may_view_id,
            "covered": recorded and not fact_lines(head.facts, context.lang, context.t),
            "area_name": "".join(names.get(path, "") for path in chain[1:]),
            "cases": cases,
            "keeps": {one.id: retention.falls_due(one.closed_at, years) for one in cases},
            "active": active is not None,
            "non_local": non_local,
            "family_trail": matters.open_family(conn, head.household_id),
            "may_report_family": allowed(context.actor, "report_zero_family", Subject(head.area)),
            **_on_record(context, conn, person_id, head.area, works),
            "members": [
                shown_person(one, classes_for(context.actor, Subject(one["area"])))
                for one in people.household_members(conn, {"household_id": head.household_id, "id": head.id})
            ],
        }


def _on_record(
    context: Ctx, conn: Connection, person_id: int, area: str, works: bool
) -> dict[str, Any]:
    """Return what was done for a person, each part for readers who may see it."""
    own = ledger_page.own_tasks(conn, person_id)
    here = Subject(area)
    return {
        "visits": ledger_page.visits_of(conn, person_id),
        "own_tasks": own,
        "interviewed": any(task.process_id == INTERVIEW for task in own),
        "jobs": person_page.employments(conn, person_id),
        "benefits": person_page.benefits(conn, person_id),
        "told": notes.told_of(conn, person_id) if allowed(context.actor, "tell_policy", here) else None,
        "credit": notes.notes_of(conn, person_id) if works else None,
        "may_strike": allowed(context.actor, "strike_credit", here),
        "trails": of_person(context, person_id),
        "duties": case_page.duties(conn, person_id),
        "surveys": surveys.of_person(conn, person_id)
        if allowed(context.actor, "view_survey", here) else None,
        "deadlines": task_page.due_rows(conn, person_id=person_id),
    }  # fmt: skip


def class_reason(context: Ctx, row: LedgerRow | None) -> str:
    """Return in words how a visit class came about: the row of the table, or a worker's reason."""
    grounds = row.grounds if row is not None else {}
    if not grounds:
        return ""
    table = context.app.library.tables[grounds["table"]]
    found = next((one.annotation for one in table.rules if one.number == grounds["row"]), "")
    _clause, _, said = found.removeprefix("INFERRED ").partition(" ")
    basis = context.t(f"settings.basis_{'INFERRED' if found.startswith('INFERRED') else 'STATED'}")
    if grounds.get("override"):
        proposed = labels.label("visit_class", str(grounds["proposed"]), context.lang)
        return context.t("ledger.by_worker", reason=grounds["override"], proposed=proposed)
    if grounds.get("visit"):
        return context.t("ledger.by_visit", day=grounds["visit"], rule=said)
    return context.t("ledger.by_row", rule=said, basis=basis)


def offered(context: Ctx, area: str, duties: Sequence[Duty]) -> list[Action]:
    """Return what may be recorded for a person beside a case; `tasks` decides again."""
    missed = any(one.missed for one in duties)
    return [
        one for one in PERSON_ACTIONS.values()
        if allowed(context.actor, one.right, Subject(area)) and (missed or one.needs != "missed")
    ]  # fmt: skip
