"""What the revisits of a case said so far: the next form begins with it (17.D1b)."""

from __future__ import annotations

from typing import Any

from tasks.desk import Context, Desk
from tasks.labels import label
from tasks.paper_parts import date_of
from tasks.queries.registers import forms_on
from tasks.store import rows, tables

_REVISITS = ("P09_First", "P21_FollowUp")


def known(desk: Desk, context: Context, name: str) -> Any:
    """Return what a revisit would find of income, contributions or policies, as far as it is on record.

    Policies are those on record that run today; without one, and for the rest, the last revisit of this run
    counts.
    """
    running = _running(desk, context) if name == "policies" else ""
    return running or _last(desk, context, name)


def _last(desk: Desk, context: Context, name: str) -> Any:
    assert context.case_id is not None
    told = [one for said in forms_on(desk.conn, [context.case_id], _REVISITS).values() for one in said]
    since = [one for one in told if one.run == context.run_no and one.answers.get(name) not in (None, "", [])]
    return max(since, key=lambda one: one.at).answers[name] if since else None


def _running(desk: Desk, context: Context) -> str:
    """Return the benefits a person enjoys today as words."""
    today = desk.today.isoformat()
    running = [
        row for row in rows.rows(desk.conn, tables.benefit, "starts_on", person_id=context.person_id)
        if row["starts_on"] <= today and (row["ends_on"] is None or row["ends_on"] >= today)
    ]  # fmt: skip
    return "；".join(f"{label('benefit', row['code'])}（{date_of(row['starts_on'])}起）" for row in running)
