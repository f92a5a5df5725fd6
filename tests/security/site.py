"""An office with one person whose every text is an attack, to knock at and look through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from werkzeug.routing import Rule

from engine.store.db import Database
from engine.store.metadata import metadata
from engine.store.tables import event
from tasks import commands
from tasks.office_trail import ACCESS
from tasks.queries import case_page
from tasks.studio_commands import OpenDraft
from tests.web.office import STAFF, Browser, Office

SCRIPT = "<script>alert(1)</script>"
ATTACK = "\"'><img src=x onerror=alert(2)>" + SCRIPT
ID_NO = "110113198401010023"
OUTSIDE = ("aide.smy", "staff.nfx", "sup.nfx")
EVERYBODY = ("", *STAFF.values(), *OUTSIDE, "system.admin", "security.admin", "audit.admin")


@dataclass
class Site:
    """An office with one person of 河南村, whose every text is an attack, at work in the street."""

    office: Office
    person: int
    case: int

    def __post_init__(self) -> None:
        self.browsers: dict[str, Browser] = {}

    def browser(self, name: str) -> Browser:
        """Return a browser of an account, logged in once."""
        if name not in self.browsers:
            self.browsers[name] = self.office.browser(name)
        return self.browsers[name]

    def ids(self, table: str) -> list[int]:
        """Return the ids of a table, the earliest first."""
        rows = metadata.tables[table]
        with self.office.app.read() as conn:
            return list(conn.execute(sa.select(rows.c.id).order_by(rows.c.id)).scalars())

    def count(self) -> tuple[int, ...]:
        """Return how much is on record."""
        names = ("event", "person", "paper", "form_data", "referral", "case_file", "deadline", "user_task")
        counts = [sa.select(sa.func.count()).select_from(metadata.tables[one]) for one in names]
        # reading and trying are on record, and nothing more than that
        counts[0] = counts[0].where(
            event.c.trail_id != ACCESS, event.c.kind.not_in(("RecordViewed", "RecordExported"))
        )
        with self.office.app.read() as conn:
            return tuple(conn.execute(one).scalar_one() for one in counts)

    def tasks(self) -> dict[str, case_page.OpenTask]:
        """Return the open tasks of the person."""
        return self.office.open_tasks(self.case)


def attacks(office: Office, element: str) -> dict[str, Any]:
    """Return an attack for every text a task asks for."""
    return {
        field.name: ATTACK
        for field in office.app.library.forms[element]
        if field.type in ("text", "longtext") and field.required is True and not field.name.endswith("_no")
    }


def open_site(folder: Path) -> Iterator[Site]:
    """A person whose name, address, facts, plans, letters and papers all hold attacks."""
    database = Database(f"sqlite:///{folder}/office.db")
    office = Office(database)
    facts = {"urban": True, "labour_ability": True, "wish": True, "unemployed_since": "2024-11-01",
             "other_recognised": SCRIPT, "education": ATTACK}  # fmt: skip
    file = commands.RegisterPerson(
        "<b>坏名</b>\"'<i>", ID_NO, office.community(), "13800000000", ATTACK, facts
    )
    person = office.app.do(file, office.actor("staff.rh")).person_id
    assert person is not None
    case = office.open_case(person)
    road = {element: attacks(office, element) for element in office.app.library.forms}
    office.reach(case, "P04_Interview", **road)
    office.app.do(OpenDraft("P04_community_assistance", reason=ATTACK), office.actor("sup.rh"))
    yield Site(office, person, case)
    database.dispose()


def address(rule: Rule, parts: dict[str, Any]) -> str:
    """Return the address of a route, its parts as given and unescaped."""
    one_of = re.compile(r"<(?:any\(([^<>)]*)\):|[^<>:]*:)?([a-z_]+)>")

    def part(found: re.Match[str]) -> str:
        choices = [one.strip("' \"") for one in (found[1] or "").split(",") if one.strip()]
        given = str(parts.get(found[2], ""))
        return given if not choices or given in choices else choices[0]

    return one_of.sub(part, rule.rule)


def parts_of(site: Site) -> dict[str, Any]:
    """Return a part of every kind that exists."""
    return {
        "task_id": site.tasks()["P04_Interview"].id, "case_id": site.case, "person_id": site.person,
        "paper_id": site.ids("paper")[0], "instance_id": site.ids("instance")[0],
        "definition_id": site.ids("definition")[0], "incident_id": 1, "file_id": 1, "migration_id": 1,
        "exchange_id": 1, "duty_id": 1, "window_id": 1, "month_id": 1, "import_id": 1, "questionnaire_id": 1,
        "export_id": 1, "register": "E15", "kind": "DISABLED", "what": "go", "note_id": 1, "told_id": 1,
        "version": 1, "action": "waive", "draft_id": site.ids("draft")[0], "trail_id": site.case,
        "act": "approve", "side": "new", "clause_id": "R004-02.D1a",
        "key": "P04_community_assistance", "name": "MSG-16",
        "process_id": "P03_registration_recognition", "filename": "app.css", "year": 2027,
        "table_id": "DT-15",
        "user_id": site.ids("user_account")[0], "unit_id": site.ids("unit")[0],
    }  # fmt: skip
