"""The desk at which one command is carried out: the unit of work with its actor, calendar and settings.

Rooms of the domain are functions that get the desk first. Nothing here outlives the command.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine.calendar import WorkCalendar
from engine.clock import local_date, to_us
from engine.codec import dumps, loads
from engine.errors import NotFound
from engine.live import Live
from tasks import org, people
from tasks.actor import Actor
from tasks.crypto import Keys
from tasks.library import Library
from tasks.store import casework, rows, tables
from tasks.store.conn import Connection, RowMapping

if TYPE_CHECKING:
    from engine.unit import Unit

#: Which unit's staff share the work of a role.
LEVEL_OF_ROLE = {
    "community_staff": "community",
    "community_aide": "community",
    "street_staff": "street",
    "street_officer": "street",
    "district_staff": "district",
    "district_centre": "district",
    "district_expert": "district",
    "district_welfare": "district",
    "supervisor": "street",
}


#: The item of a multi-instance whose rounds are about one person each.
PERSON_ITEM = "person_id"


@dataclass(slots=True)
class Context:
    """What an instance is about; the business half of it, beside the engine's state."""

    case_id: int | None
    person_id: int | None
    area: str
    tier: str
    run_no: int = 1
    duty_id: int | None = None
    household_id: int | None = None
    #: correlation key of what is neither a case nor a person: the week of a street, a household, a complaint
    matter: str | None = None


class Desk:
    """One command at work in the domain."""

    def __init__(
        self, library: Library, keys: Keys, actor: Actor, settings: Mapping[str, Any], calendar: WorkCalendar
    ) -> None:
        self.library = library
        self.keys = keys
        self.actor = actor
        self.settings = settings
        self.calendar = calendar
        self.unit: Unit
        self.contexts: dict[int, Context] = {}
        self._cases: dict[int, dict[str, Any]] = {}
        self.form: Mapping[str, Any] = {}  #: values of the form being completed
        self.connected: Collection[str] = ()  #: outside systems this installation is connected to
        self.rehearsing = False  #: whatever is done will be taken back

    @property
    def conn(self) -> Connection:
        """Return the connection of the transaction."""
        return self.unit.conn

    @property
    def now(self) -> datetime:
        """Return the instant of the command (UTC)."""
        return self.unit.now

    @property
    def now_us(self) -> int:
        """Return the instant of the command as the store keeps it."""
        return to_us(self.unit.now)

    @property
    def today(self) -> date:
        """Return the civil date in Asia/Shanghai."""
        return local_date(self.unit.now)

    def library_of(self, live: Live) -> Library:
        """Return the library as an instance knows it: with the forms of the version it runs."""
        return self.library.with_forms(self.annex_of(live))

    def annex_of(self, live: Live) -> str:
        """Return what the version of an instance brings besides its drawing."""
        return self.unit.kernel.definitions.get(self.conn, live.definition_id).annex

    # contexts

    def context(self, live: Live) -> Context:
        """Return what an instance is about; raise NotFound when it is nobody's."""
        return self.context_of(live.id)

    def context_of(self, instance_id: int) -> Context:
        """Return what the instance of an id is about; raise NotFound when it is nobody's."""
        found = self.contexts.get(instance_id)
        if found is None:
            row = casework.context_of(self.conn, instance_id)
            if row is None:
                raise NotFound()
            found = self.contexts[instance_id] = Context(
                row["case_id"], row["person_id"], row["area"], row["tier"], row["run_no"], row["duty_id"],
                row["household_id"], row["matter"],
            )  # fmt: skip
        return found

    def context_at(self, live: Live, scope_id: int) -> Context:
        """Return what a step is about: inside a multi-instance over persons, the person of its round."""
        context = self.context(live)
        person_id = person_in_scope(live, scope_id)
        if person_id is None:
            return context
        return replace(context, person_id=person_id, area=self.person(person_id)["area"])

    def save_context(self, live: Live, context: Context) -> None:
        """Keep what a new instance is about."""
        self.contexts[live.id] = context
        rows.add(
            self.conn, tables.process_context, instance_id=live.id, case_id=context.case_id,
            person_id=context.person_id, household_id=context.household_id, area=context.area,
            tier=context.tier, run_no=context.run_no, duty_id=context.duty_id, matter=context.matter,
        )  # fmt: skip

    def start(
        self, process_id: str, context: Context, start_id: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Live:  # fmt: skip
        """Start a process for a case, a person or a matter."""
        trail, key = self.trail(context), self.key(context)

        def prepare(live: Live) -> None:
            # the row follows the instance row; until then the desk remembers
            self.contexts[live.id] = context

        return self.unit.start(
            process_id, trail, key, context.run_no, start_id, values, prepare=prepare
        )

    def trail(self, context: Context) -> int:
        """Return the trail of a context: the case's own, the matter's, or the person's."""
        if context.case_id is not None:
            return context.case_id
        if context.matter is not None:
            return self.matter_trail(context.matter, context.person_id)
        assert context.person_id is not None
        return self.person_trail(context.person_id)

    def key(self, context: Context) -> str:
        """Return the correlation key of a context."""
        if context.matter is not None:
            return context.matter
        return f"case:{context.case_id}" if context.case_id is not None else f"person:{context.person_id}"

    def person_trail(self, person_id: int) -> int:
        """Return the trail of a person outside any case, made when first needed."""
        row = rows.first(self.conn, tables.trail_owner, kind="person", person_id=person_id)
        if row is not None:
            return int(row["trail_id"])
        trail = self.unit.new_trail()
        rows.add(self.conn, tables.trail_owner, trail_id=trail, kind="person", person_id=person_id)
        return trail

    def trail_of_person(self, person_id: int) -> int:
        """Return the trail for what is noted of a person: the active case's, else the person's own."""
        active = casework.active_case(self.conn, person_id)
        return self.person_trail(person_id) if active is None else int(active["id"])

    def matter_trail(self, matter: str, person_id: int | None = None) -> int:
        """Return the trail of a matter, made when first needed."""
        row = rows.first(self.conn, tables.trail_owner, matter=matter)
        if row is not None:
            return int(row["trail_id"])
        trail = self.unit.new_trail()
        rows.add(
            self.conn, tables.trail_owner, trail_id=trail, kind="matter", matter=matter, person_id=person_id
        )
        return trail

    def process_trail(self, key: str) -> int:
        """Lock the trail of a process's releases and return it, made when first needed.

        Who holds it alone numbers versions and says which one is at work.
        """
        row = rows.first(self.conn, tables.trail_owner, kind="process", process_key=key)
        if row is not None:
            self.unit.lock(row["trail_id"])
            return int(row["trail_id"])
        trail = self.unit.new_trail()
        rows.add(self.conn, tables.trail_owner, trail_id=trail, kind="process", process_key=key)
        return trail

    # cases and persons

    def case(self, case_id: int) -> dict[str, Any]:
        """Return a case under its lock, its `data` decoded; raise NotFound."""
        found = self._cases.get(case_id)
        if found is None:
            self.unit.lock(case_id)
            row = rows.first(self.conn, tables.case, id=case_id)
            if row is None:
                raise NotFound()
            found = self._cases[case_id] = {**row, "data": loads(row["data"])}
        return found

    def change_case(self, case_id: int, data: Mapping[str, Any] | None = None, **columns: Any) -> None:
        """Change columns of a case, or entries of its data."""
        found = self.case(case_id)
        if data:
            found["data"] = {**found["data"], **data}
            columns["data"] = dumps(found["data"])
        found.update({name: value for name, value in columns.items() if name != "data"})
        rows.change(self.conn, tables.case, case_id, **columns)

    def remember_case(self, row: dict[str, Any]) -> None:
        """Take a case that was just opened."""
        self._cases[row["id"]] = row

    def person(self, person_id: int) -> RowMapping:
        """Return a person row; raise NotFound."""
        return people.get_person(self.conn, person_id)

    def emit(
        self, trail_id: int, kind: str, live: Live | None = None, element: str | None = None, **data: Any
    ) -> None:
        """Add a fact of the domain to a trail."""
        self.unit.emit(trail_id, kind, live=live, element=element, data=data)

    def deployed(self, process_id: str) -> bool:
        """Tell whether a process has an active version."""
        try:
            self.unit.kernel.definitions.active(self.conn, process_id)
        except NotFound:
            return False
        return True

    def setting(self, name: str) -> Any:
        """Return a setting of the office; raise KeyError for a name that does not exist."""
        return self.settings[name]

    # places

    def pool(self, role: str, area: str, tier: str) -> str:
        """Return the path of the unit whose staff share the work of a role for a person's area."""
        level = LEVEL_OF_ROLE.get(role, "district")
        if role == "supervisor" and tier == "district":
            level = "district"
        return org.path_at(area, level)


def person_in_scope(live: Live, scope_id: int) -> int | None:
    """Return the person a round of a multi-instance is about: its item is called `person_id`."""
    state = live.state
    while scope_id:
        scope = state.scopes[scope_id]
        found = (scope.vars or {}).get(PERSON_ITEM)
        if found is not None:
            return int(found)
        scope_id = state.tokens[scope.owner].scope
    return None


def with_tier(context: Context, tier: str, run_no: int | None = None) -> Context:
    """Return the context of another process of the same case."""
    return replace(context, tier=tier, run_no=run_no or context.run_no, duty_id=None)
