"""What a case looks like at a moment: read once for an expectation, each part when first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from engine.codec import loads
from engine.decisions import DecisionUnmatched
from tasks import benefits, decide, duties, ledger
from tasks.actor import SYSTEM
from tasks.desk import Context
from tasks.scenarios.world import World
from tasks.store import registers, stories
from tasks.store.conn import RowMapping

#: Ledgers with one row a person, however often they are written (RULES E, kind L); all others are records.
ONE_ROW = frozenset({"E03", "E07", "E15", "E36", "E50"})
#: Steps of no person of their own whose form lists the persons they enter in a register (tasks.courses).
OF_A_LIST = frozenset({"P12_Publicity"})


class Look:
    """One person and one of his cases, now."""

    def __init__(self, world: World, person_id: int, case: RowMapping | None) -> None:
        self.world = world
        self.person_id = person_id
        self.case = case

    @property
    def case_id(self) -> int | None:
        """Return the case looked at."""
        return None if self.case is None else int(self.case["id"])

    @cached_property
    def tasks(self) -> list[RowMapping]:
        """Return the open user tasks."""
        with self.world.app.read() as conn:
            return stories.tasks_of(conn, self.person_id, self.case_id)

    @cached_property
    def deadlines(self) -> list[RowMapping]:
        """Return the deadlines of the case, and those of the person outside any case."""
        with self.world.app.read() as conn:
            return stories.deadlines_of(conn, self.case_id, self.person_id)

    @cached_property
    def duties(self) -> list[RowMapping]:
        """Return the open recurring duties of the case and of its person outside any.

        What waits for a birthday or a benefit's end does not recur.
        """
        with self.world.app.read() as conn:
            found = stories.open_duties(conn, self.case_id, self.person_id)
        return [row for row in found if row["frequency"] not in (duties.AGE, duties.ONCE)]

    @cached_property
    def events(self) -> list[RowMapping]:
        """Return the events of the case, and of the person outside any case, in order."""
        with self.world.app.read() as conn:
            if self.case_id is None:
                trails = stories.trails_of(conn, self.person_id)
            else:
                trails = [self.case_id, *stories.own_trails(conn, self.person_id)]
            return stories.events_of(conn, trails)

    @cached_property
    def failures(self) -> dict[str, int]:
        """Return the counters of the present run by tier."""
        if self.case is None:
            return {}
        with self.world.app.read() as conn:
            return stories.failures(conn, self.case["id"], self.case["run_no"])

    @cached_property
    def papers(self) -> dict[str, int]:
        """Return the papers issued in the case, and to the person outside any case, by kind."""
        with self.world.app.read() as conn:
            return stories.papers_of(conn, self.case_id, self.person_id)

    @cached_property
    def registers(self) -> dict[str, int]:
        """Return the rows of the person in each register."""
        with self.world.app.read() as conn:
            rows = registers.of_person(conn, self.person_id, ONE_ROW)
            told = stories.events_of(conn, stories.trails_of(conn, self.person_id), ["RegisterWritten"])
        found: dict[str, set[tuple[Any, ...]]] = {}
        for row in rows:
            kind = row["register"]
            place = (row["trail_id"],) if kind in ONE_ROW else (row["trail_id"], row["id"])
            found.setdefault(kind, set()).add(place)
        for row in told:
            if row["element"] in OF_A_LIST:
                kind = str(loads(row["data"])["register"])
                found.setdefault(kind, set()).add((row["trail_id"], row["seq"]))
        return {kind: len(places) for kind, places in found.items()}

    @cached_property
    def alarms(self) -> list[dict[str, str]]:
        """Return the open calendar alarms: one for each year that deadlines wait for."""
        with self.world.app.read() as conn:
            rows = stories.pending_years(conn)
        years = sorted({str(row["trigger_on"])[:4] for row in rows})
        return [{"kind": "calendar", "since": year} for year in years]

    def branches(self) -> list[str]:
        """Return every branch taken in the case, in order, as `gateway=KEY`."""
        return [
            f"{row['element']}={loads(row['data'])['branch']}"
            for row in self.events
            if row["kind"] == "BranchTaken"
        ]

    def categories(self) -> list[str]:
        """Return the Shunyi categories of the person on this day (DT-01)."""
        with self.world.app.read() as conn:
            _unit, desk = self.world.app.desk(conn, SYSTEM)
            return decide.categories(desk, self.person_id)

    def national(self) -> list[str]:
        """Return the situations of the national definition on this day (DT-02)."""
        with self.world.app.read() as conn:
            _unit, desk = self.world.app.desk(conn, SYSTEM)
            return decide.national_categories(desk, self.person_id)

    def visit_class(self) -> int | None:
        """Return the visit class on this day: what a worker decided instead stands, else DT-05 (AMB-15)."""
        with self.world.app.read() as conn:
            _unit, desk = self.world.app.desk(conn, SYSTEM)
            row = ledger.open_row(desk, self.person_id)
        if row is not None and "override" in loads(row["grounds"]):
            return int(row["visit_class"])
        output = self._decided("DT-05")
        return int(output["visit_class"]) if output.get("visit_class") is not None else None

    def followup_class(self) -> str | None:
        """Return the class of the running follow-up duty, else what DT-07 gives on this day."""
        running = [row for row in self.duties if row["kind"] == "P21_FollowUp"]
        if running:
            return str(running[-1]["frequency"])
        with self.world.app.read() as conn:
            _unit, desk = self.world.app.desk(conn, SYSTEM)
            area = desk.person(self.person_id)["area"]
            return decide.followup_class(desk, Context(self.case_id, self.person_id, area, "community"))

    def hints(self) -> list[str]:
        """Return the benefit hints on this day (DT-15)."""
        with self.world.app.read() as conn:
            _unit, desk = self.world.app.desk(conn, SYSTEM)
            return benefits.hints(desk, self.person_id, self.case_id)

    def _decided(self, table: str) -> dict[str, Any]:
        with self.world.app.read() as conn:
            _unit, desk = self.world.app.desk(conn, SYSTEM)
            try:
                output = decide.ask(desk, table, decide.person_inputs(desk, self.person_id)).output
            except DecisionUnmatched:  # too little is known of the person
                return {}
        return output if isinstance(output, dict) else {}


def short(process_id: str) -> str:
    """Return the short name of a process: `P04`."""
    return process_id.split("_")[0]


def is_duty(row: RowMapping) -> bool:
    """Tell whether a task belongs to a recurring duty."""
    return bool(row["process_id"] == duties.PROCESS)
