"""A real office for the tests of the web: database, diagrams, accounts, people, and browsers logged in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine import user_tasks
from engine.clock import SHANGHAI, VirtualClock
from engine.store.db import Database
from tasks import commands, demo, idno, prefill, worker
from tasks.accounts import Passwords, load_actor
from tasks.actor import Actor
from tasks.app import App
from tasks.crypto import Keys, new_keys
from tasks.forms.prefill import with_examples
from tasks.library import Library
from tasks.queries import case_page
from tasks.store import accounts as account_store
from tasks.store import all_tables
from tasks.store import org as org_store
from tests.prepared import Prepared
from web.config import WebConfig
from web.create_app import create_app

assert all_tables
CHEAP = Passwords.make(1, 8, 1)
MONDAY = datetime(2026, 3, 9, 9, tzinfo=SHANGHAI)
#: What every office has alike: the first one opened is kept, and its rows are those of all others.
KEYS, LIBRARY, prepared = new_keys(), Library(), Prepared()
APPLICATION = "P03_registration_recognition"
#: Who does the work of a role in 仁和镇河南村 and above.
STAFF = {
    "community_staff": "staff.hnc", "community_aide": "aide.hnc", "street_staff": "staff.rh",
    "street_officer": "officer.rh", "supervisor": "sup.rh", "district_staff": "staff.sy",
    "district_centre": "centre.sy", "district_expert": "expert.sy", "district_welfare": "welfare.sy",
    "auditor": "auditor.sy",
}  # fmt: skip


def id_number(n: int) -> str:
    """Return a valid identity number of a woman or man of the fitting age, a different one for each n."""
    first = f"110113{1974 + n % 8}{1 + n % 12:02d}{1 + n % 28:02d}{100 + n % 900:03d}"
    return first + idno.check_character(first)


@dataclass
class Office:
    """An App over real tables with the demo's units and accounts, and a clock of its own."""

    db: Database
    keys: Keys = field(default_factory=lambda: KEYS)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(MONDAY))

    def __post_init__(self) -> None:
        self.db.create_schema()
        self.app = App(self.db, self.clock, self.keys, LIBRARY, demo_settings=True)
        self.people = 0
        if self.keys is not KEYS or self.clock.now() != MONDAY:
            self._open()
        elif prepared.empty():
            self._open()
            prepared.keep(self.db)
        else:
            prepared.pour(self.db)

    def _open(self) -> None:
        demo.deploy_all(self.app)
        demo.make_accounts(self.app, CHEAP)

    @cached_property
    def flask(self) -> Flask:
        """The web application over this office."""
        return create_app(self.app, WebConfig(), CHEAP)

    def actor(self, username: str) -> Actor:
        """Return an account as who acts."""
        with self.app.read() as conn:
            row = account_store.account_by_username(conn, username)
            assert row is not None, username
            return load_actor(conn, row["id"], "test")

    def community(self, name: str = "河南村") -> int:
        """Return the id of a community."""
        with self.app.read() as conn:
            return int(org_store.units_named(conn, name, "community")[0]["id"])

    def register(self, name: str = "王秀英", community: str = "河南村", **facts: Any) -> int:
        """Open a person's file and return its id."""
        self.people += 1
        command = commands.RegisterPerson(
            name, id_number(self.people), self.community(community), f"1380000{self.people:04d}",
            "顺义区某街1号",
            {"urban": True, "labour_ability": True, "wish": True, "unemployed_since": "2024-11-01"} | facts,
            distinct_reason="证件不同，是另一人",
        )  # fmt: skip
        done = self.app.do(command, self.actor("staff.rh" if community == "河南村" else "staff.nfx"))
        assert done.person_id is not None
        return done.person_id

    def open_case(self, person_id: int) -> int:
        """Start an application and return the case."""
        done = self.app.do(commands.StartProcess(APPLICATION, person_id), self.actor("staff.rh"))
        assert done.case_id is not None
        return done.case_id

    def new_case(self, name: str = "王秀英") -> int:
        """Register a person and start an application."""
        return self.open_case(self.register(name))

    def open_tasks(self, case_id: int) -> dict[str, case_page.OpenTask]:
        """Return the open tasks of a case by element."""
        with self.app.read() as conn:
            return {task.element: task for task in case_page.open_tasks(conn, case_id)}

    def example(self, task_id: int, **given: Any) -> dict[str, Any]:
        """Return a form filled with its examples."""
        with self.app.read() as conn:
            unit, desk = self.app.desk(conn, self.actor("staff.rh"))
            task = user_tasks.read(unit, task_id)
            spec = desk.library_of(task.live).form_of(task.node)
            context = prefill.form_context(desk, task.live, spec)
            facts = prefill.facts(desk, desk.context(task.live))
            return with_examples(spec, given, context, facts, prefill.resolver(desk, task.live))

    def complete(self, case_id: int, element: str, username: str = "", **given: Any) -> None:
        """Complete an open task with examples, as its holder or by its role."""
        task = self.open_tasks(case_id)[element]
        actor = self.actor(username or self.worker_for(task))
        self.app.do(commands.CompleteTask(task.id, self.example(task.id, **given)), actor)
        self.clock.advance(timedelta(minutes=1))

    def worker_for(self, task: case_page.OpenTask) -> str:
        """Return the login name of who holds a task, or of one who may do it."""
        if task.assignee_id is not None:
            with self.app.read() as conn:
                row = account_store.account_by_id(conn, task.assignee_id)
            assert row is not None
            return str(row["username"])
        return STAFF[task.role]

    def reach(self, case_id: int, element: str, most: int = 60, **given: dict[str, Any]) -> None:
        """Complete whatever is open, with examples, until a task is open."""
        for _ in range(most):
            tasks = self.open_tasks(case_id)
            if element in tasks:
                return
            other = next((name for name in tasks if not name.startswith(("P21", "P03_Objection"))), None)
            if other is None:
                self.pass_days(1)
            else:
                self.complete(case_id, other, **given.get(other, {}))
        raise AssertionError(f"{element} was not reached: {sorted(self.open_tasks(case_id))}")

    def pass_days(self, days: int) -> None:
        """Let days go by, each with what falls due on it."""
        for _ in range(days):
            self.clock.advance(timedelta(days=1))
            worker.tick(self.app)

    def browser(self, username: str = "") -> Browser:
        """Return a browser, logged in where a name is given."""
        made = Browser(self.flask.test_client())
        if username:
            answer = made.post("/login", {"username": username, "password": demo.PASSWORD})
            assert answer.status_code == 303, answer.text
        return made


class Browser:
    """A browser without scripts: it follows the forms of the page it was shown."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> TestResponse:
        """Ask for a page."""
        return self.client.get(path, **more)

    def token(self, path: str = "/login") -> str:
        """Return the token that the forms of a page carry."""
        page = self.client.get(path, follow_redirects=True).text
        found = re.search(r'name="_csrf" value="([^"]+)"', page)
        return found[1] if found else ""

    def post(self, path: str, values: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form as a page of ours would."""
        data = {"_csrf": self.token("/notices"), **(values or {})}
        return self.client.post(path, data=data, **more)
