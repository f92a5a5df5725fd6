"""People at work over HTTP: each request goes to another web process; one that is gone is passed over."""

from __future__ import annotations

import http.client
import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from engine import user_tasks
from engine.clock import to_us
from tasks import demo, prefill
from tasks.accounts import load_actor
from tasks.actor import SYSTEM
from tasks.app import App
from tasks.due_work import due_now
from tasks.forms.prefill import with_examples
from tasks.store import accounts, org
from tests.processes.programs import Program, wait_until

APPLICATION = "P03_registration_recognition"
#: Who does the work of a role in 仁和镇河南村 and above.
STAFF = {
    "community_staff": ("staff.hnc",), "community_aide": ("aide.hnc",), "street_staff": ("staff.rh",),
    "street_officer": ("officer.rh",), "supervisor": ("sup.rh", "sup.sy"), "district_staff": ("staff.sy",),
    "district_centre": ("centre.sy",), "district_expert": ("expert.sy",), "district_welfare": ("welfare.sy",),
}  # fmt: skip
#: What no road waits for.
BESIDE = ("P21", "P03_Objection")


@dataclass
class People:
    """The staff of an office. `app` reads the same database, to know examples and what is due."""

    webs: list[Program]
    app: App
    tokens: dict[str, str] = field(default_factory=dict)
    _turns: itertools.count[int] = field(default_factory=itertools.count)
    _keys: itertools.count[int] = field(default_factory=itertools.count)

    def turn(self) -> Program:
        """Return the next web process that runs."""
        alive = [web for web in self.webs if web.process.poll() is None]
        return alive[next(self._turns) % len(alive)]

    def ask(
        self, who: str, method: str, path: str, body: Any = None, key: str = "", web: Program | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Ask the interface for programs; return status and answer."""
        headers = {"Content-Type": "application/json"}
        if who:
            headers["Authorization"] = f"Bearer {self.token(who)}"
        if key:
            headers["Idempotency-Key"] = key
        chosen = web or self.turn()
        line = http.client.HTTPConnection("127.0.0.1", chosen.port, timeout=60)
        try:
            text = None if body is None else json.dumps(body, ensure_ascii=False, default=_plain).encode()
            line.request(method, f"/api/v1{path}", text, headers)
            answer = line.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        finally:
            line.close()

    def do(self, who: str, path: str, body: Any = None) -> dict[str, Any]:
        """Have something done that has to succeed."""
        status, answer = self.ask(who, "POST", path, body, f"key-{next(self._keys)}")
        assert status in (200, 201, 202), (path, status, answer)
        return answer

    def token(self, who: str) -> str:
        """Return somebody's session, opened at the first call."""
        if who not in self.tokens:
            given = {"username": who, "password": demo.PASSWORD}
            status, answer = self.ask("", "POST", "/session", given)
            assert status == 201, answer
            self.tokens[who] = answer["token"]
        return self.tokens[who]

    def open_case(self, name: str, id_no: str, **facts: Any) -> str:
        """Enter a person and an application; return the case."""
        with self.app.read() as conn:
            community = org.units_named(conn, "河南村", "community")[0]["id"]
        body = {"name": name, "id_no": id_no, "community_id": str(community), "facts": facts}
        person = self.do("staff.rh", "/persons", body)["person_id"]
        started = self.do("staff.rh", f"/processes/{APPLICATION}/start", {"person_id": person})
        return str(started["case_id"])

    def case(self, case_id: str) -> dict[str, Any]:
        """Return a case as its page would show it."""
        status, answer = self.ask("staff.rh", "GET", f"/cases/{case_id}")
        assert status == 200, answer
        return answer

    def open_tasks(self, case_id: str) -> dict[str, dict[str, Any]]:
        """Return the open tasks of a case by element."""
        return {task["element"]: task for task in self.case(case_id)["open"]}

    def holder(self, task: Mapping[str, Any]) -> str:
        """Return the login name of who holds a task, or of one who may do it."""
        with self.app.read() as conn:
            if task["assignee_id"]:
                row = accounts.account_by_id(conn, int(task["assignee_id"]))
                assert row is not None
                return str(row["username"])
            unit, _desk = self.app.desk(conn, SYSTEM)
            area = user_tasks.read(unit, int(task["id"])).row.area
            for name in STAFF[task["role"]]:
                row = accounts.account_by_username(conn, name)
                if row is not None and load_actor(conn, row["id"], "lab").has(task["role"], area):
                    return name
        raise AssertionError(f"nobody may do {task['element']} in {area}")

    def example(self, task_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a form filled with its examples."""
        with self.app.read() as conn:
            unit, desk = self.app.desk(conn, SYSTEM)
            task = user_tasks.read(unit, int(task_id))
            spec = desk.library_of(task.live).form_of(task.node)
            context = prefill.form_context(desk, task.live, spec)
            facts = prefill.facts(desk, desk.context(task.live))
            return with_examples(spec, given, context, facts, prefill.resolver(desk, task.live))

    def complete(self, task: Mapping[str, Any], **given: Any) -> None:
        """Complete a task with examples."""
        values = self.example(task["id"], given)
        self.do(self.holder(task), f"/tasks/{task['id']}/complete", {"values": values})

    def reach(self, case_id: str, *elements: str, most: int = 60, **given: dict[str, Any]) -> dict[str, Any]:
        """Complete whatever is open until one of some tasks is; let days go by where nothing is to do."""
        for _ in range(most):
            tasks = self.open_tasks(case_id)
            for element in elements:
                if element in tasks:
                    return tasks[element]
            name = next((name for name in tasks if not name.startswith(BESIDE)), None)
            if name is None:
                self.pass_days(7)
            else:
                self.complete(tasks[name], **given.get(name, {}))
        raise AssertionError(f"{elements} was not reached: {sorted(self.open_tasks(case_id))}")

    def pass_days(self, days: int) -> None:
        """Move the demo's clock with the form of its banner; wait until the workers did what is due."""
        opener = build_opener(HTTPCookieProcessor(CookieJar()))
        address = self.turn().address

        def send(path: str, **values: str) -> None:
            page = opener.open(f"{address}/login", timeout=60).read().decode()
            found = re.search(r'name="_csrf" value="([^"]+)"', page)
            assert found is not None
            body = urlencode({"_csrf": found[1], **values}).encode()
            opener.open(f"{address}{path}", body, timeout=60).close()

        send("/login", username="staff.rh", password=demo.PASSWORD)
        send("/demo/shift", days=str(days), back="/inbox")
        assert self.app.demo is not None
        self.app.demo.refresh()
        wait_until("everything due is done", self._nothing_due)

    def _nothing_due(self) -> bool:
        with self.app.read() as conn:
            return not due_now(conn, to_us(self.app.clock.now()))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
