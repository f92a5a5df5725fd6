"""The product itself over a fresh database: diagrams, demo accounts, web application, a clock of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from bench.workload_w import MONDAY
from engine.clock import VirtualClock
from engine.store.db import Database
from tasks import commands, demo, idno
from tasks.accounts import Passwords, load_actor
from tasks.actor import Actor
from tasks.app import App
from tasks.crypto import Keys, new_keys
from tasks.queries import case_page, prefilled
from tasks.store import accounts as account_store
from tasks.store import org as org_store
from web.config import WebConfig
from web.create_app import create_app

CHEAP = Passwords.make(1, 8, 1)
COMMUNITY = "河南村"
#: Who does the work of a role in 仁和镇河南村 and above.
STAFF = {
    "community_staff": "staff.hnc", "community_aide": "aide.hnc", "street_staff": "staff.rh",
    "street_officer": "officer.rh", "supervisor": "sup.rh", "district_staff": "staff.sy",
    "district_centre": "centre.sy", "district_expert": "expert.sy", "district_welfare": "welfare.sy",
}  # fmt: skip
_FACTS = {"urban": True, "labour_ability": True, "wish": True, "unemployed_since": "2024-11-01"}


@dataclass
class Office:
    """An installation at work."""

    db: Database
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(MONDAY))
    keys: Keys = field(default_factory=new_keys)
    #: the database already holds what a new installation does
    opened: bool = False

    def __post_init__(self) -> None:
        self.app = App(self.db, self.clock, self.keys, demo_settings=True)
        if not self.opened:
            demo.deploy_all(self.app)
            demo.make_accounts(self.app, CHEAP)
        self._actors: dict[str, Actor] = {}
        self._people = 0

    def web(self) -> Flask:
        """Return the web application over this installation."""
        return create_app(self.app, WebConfig(), CHEAP)

    def actor(self, username: str) -> Actor:
        """Return an account as who acts."""
        if username not in self._actors:
            with self.app.read() as conn:
                row = account_store.account_by_username(conn, username)
                assert row is not None, username
                self._actors[username] = load_actor(conn, row["id"], "bench")
        return self._actors[username]

    def community(self) -> dict[str, Any]:
        """Return the community whose people are helped."""
        with self.app.read() as conn:
            return dict(org_store.units_named(conn, COMMUNITY, "community")[0])

    def register(self) -> int:
        """Open the file of another person and return its id."""
        n = self._people = self._people + 1
        first = f"110113{1974 + n % 8}{1 + n % 12:02d}{1 + n % 28:02d}{n % 1000:03d}"
        command = commands.RegisterPerson(
            "王秀英", first + idno.check_character(first), self.community()["id"], facts=_FACTS,
            distinct_reason="bench",
        )
        done = self.app.do(command, self.actor("staff.rh"))
        assert done.person_id is not None
        return done.person_id

    def open_case(self) -> int:
        """Register a person, start the application and return the case."""
        start = commands.StartProcess("P03_registration_recognition", self.register())
        done = self.app.do(start, self.actor("staff.rh"))
        assert done.case_id is not None
        return done.case_id

    def open_tasks(self, case_id: int) -> list[case_page.OpenTask]:
        """Return the open tasks of a case."""
        with self.app.read() as conn:
            return case_page.open_tasks(conn, case_id)

    def form(self, task_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the form of a task filled by prefill and example."""
        return prefilled.example(self.app, self.actor("staff.rh"), task_id, lambda _spec, _shown: given)

    def worker(self, task: case_page.OpenTask) -> Actor:
        """Return who holds a task, or one who may do it."""
        if task.assignee_id is None:
            return self.actor(STAFF[task.role])
        with self.app.read() as conn:
            row = account_store.account_by_id(conn, task.assignee_id)
        assert row is not None
        return self.actor(str(row["username"]))

    def pass_time(self, **span: float) -> None:
        """Move the clock."""
        self.clock.advance(timedelta(**span))


def log_in(flask: Flask, username: str) -> FlaskClient:
    """Return a client with a session."""
    client = flask.test_client()
    token = csrf(client, "/login")
    answer = client.post("/login", data={"_csrf": token, "username": username, "password": demo.PASSWORD})
    assert answer.status_code == 303, answer.status
    return client


def csrf(client: FlaskClient, path: str) -> str:
    """Return the token that the forms of a page carry."""
    found = re.search(r'name="_csrf" value="([^"]+)"', client.get(path).text)
    assert found is not None, path
    return found[1]


def as_posted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as a browser posts them: lists by row, dates as text, choices repeated."""
    posted: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            for n, row in enumerate(value):
                posted |= {f"{name}__{n}__{column}": _text(cell) for column, cell in row.items()}
        elif isinstance(value, list):
            posted[name] = [_text(one) for one in value]
        else:
            posted[name] = _text(value)
    return posted


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
