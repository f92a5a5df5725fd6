"""Clauses and deadline rules with their places, scenarios or reasons; and places that rest on no clause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from tasks.library import Library
from tasks.policy import DeadlinePolicy
from tasks.traceability import sources
from tasks.traceability.sources import Element, Named

PLACED, REASON, PLANNED, MISSING = "placed", "reason", "planned", "missing"
EXERCISED, NOT_EXERCISED = "exercised", "not_exercised"
#: A step of the product's own, for which no clause asks.
LOCAL = "LOCAL"
#: Ends the id of the service that marks the deadline of a step overdue.
_OVERDUE = "_Overdue_Svc"
#: Elements somebody or something does; gateways and events only lead on.
_WORK = frozenset({"userTask", "serviceTask", "businessRuleTask"})


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something is done: `element`, `field`, `deadline`, `table`, `setting`, `role`, `code`, `data`."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause and where it is done."""

    id: str
    seed: str
    step: str
    priority: str
    quote: str
    places: tuple[Place, ...]
    reason: str
    planned: tuple[str, ...]
    scenarios: tuple[str, ...]

    @property
    def state(self) -> str:
        """Return whether it has a place, a written reason, a planned place, or nothing."""
        if self.places:
            return PLACED
        return REASON if self.reason else PLANNED if self.planned else MISSING

    @property
    def answered(self) -> bool:
        """Tell whether it has a place or a written reason."""
        return self.state in (PLACED, REASON)


@dataclass(frozen=True, slots=True)
class Deadline:
    """One row of the table of deadlines, where it is kept, and which scenarios exercise it by its own id.

    That a step which stands for several rows is done somewhere says nothing of each of them.
    """

    id: str
    title: str
    kind: str
    seed: str
    clauses: tuple[str, ...]
    places: tuple[Place, ...]
    reason: str
    scenarios: tuple[str, ...]

    @property
    def state(self) -> str:
        """Return whether a scenario exercises it, a reason says why none does, or neither."""
        return EXERCISED if self.scenarios else REASON if self.reason else NOT_EXERCISED


@dataclass(frozen=True)
class Trace:
    """Both directions."""

    clauses: tuple[Clause, ...]
    deadlines: tuple[Deadline, ...]
    #: places that name no clause of the contract
    unfounded: tuple[Place, ...]
    #: what `places.toml` names and the tree does not have
    faults: tuple[str, ...]
    #: clauses that `places.toml` adds to those a diagram gives a step
    shown_at: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: what drawings call their elements, and tables themselves
    drawn: Mapping[str, str] = field(default_factory=dict)
    #: what the scenarios tell, by the name of their file
    stories: Mapping[str, str] = field(default_factory=dict)

    @property
    def required(self) -> list[Clause]:
        """Return the clauses that need a place or a reason: all of seed 004, core and users of the others."""
        return [one for one in self.clauses if one.seed == "004" or one.priority != "context"]

    @property
    def whole(self) -> bool:
        """Tell whether nothing is left open in either direction."""
        open_ = [one for one in self.clauses if not one.answered]
        return not open_ and not self.unfounded and not self.faults


@lru_cache(maxsize=2)
def trace(library: Library) -> Trace:
    """Join what the tree says about clauses, both ways."""
    folder = library.folder
    drawn = list(sources.elements(library.diagrams()))
    said, said_of_deadlines = sources.named(folder)
    tables = sources.tables(folder)
    seen = sources.scenarios(folder)
    kept = {rule: _kept_at(policy, drawn) for rule, policy in library.policy.rules.items()}
    places = _by_clause(library, drawn, tables, said, kept)
    reasons = {one: row.reason for row in said for one in row.ids}
    wanted = sources.planned(folder)
    known = sources.clauses(folder)
    ids = {row["id"] for row in known}
    return Trace(
        tuple(
            Clause(
                row["id"], row["seed"], row["step"], row["priority"], row["quote_zh"],
                tuple(sorted(places.get(row["id"], ()))), reasons.get(row["id"], ""),
                tuple(wanted.get(row["id"], ())), _seen(seen, row["id"], places.get(row["id"], ())),
            )
            for row in known
        ),
        tuple(_deadlines(library, drawn, said_of_deadlines, kept)),
        tuple(sorted(_unfounded(library, drawn, tables, ids, said))),
        tuple(_faults(library, drawn, tables, ids, [*said, *said_of_deadlines])),
        _shown(said, {one.id for one in drawn}),
        {one.id: one.name for one in drawn if one.name} | dict(sources.table_names(folder)),
        sources.titles(folder),
    )  # fmt: skip


def _kept_at(policy: DeadlinePolicy, drawn: Iterable[Element]) -> set[str]:
    """Return the drawn elements that open or meet a deadline rule, or carry it."""
    own = {opening.element for opening in policy.opens} | {policy.met_by}
    return {one.id for one in drawn if policy.id in one.deadlines or one.id in own}


def _by_clause(
    library: Library, drawn: list[Element], tables: Mapping[str, set[str]], said: Iterable[Named],
    kept: Mapping[str, set[str]],
) -> dict[str, set[Place]]:  # fmt: skip
    found: dict[str, set[Place]] = {}
    for clause, place in (*_own(library, drawn, tables, kept), *_added(said, {one.id for one in drawn})):
        found.setdefault(clause, set()).add(place)
    return found


def _own(
    library: Library, drawn: Iterable[Element], tables: Mapping[str, set[str]], kept: Mapping[str, set[str]]
) -> Iterable[tuple[str, Place]]:
    """Yield the clauses that places name by themselves."""
    for element in drawn:
        yield from ((clause, Place("element", element.id)) for clause in element.clauses)
    for policy in library.policy.rules.values():
        yield from ((one, Place("deadline", policy.id)) for one in policy.rule_ids if kept[policy.id])
    for table, named in tables.items():
        yield from ((clause, Place("table", table)) for clause in named)
    for setting in library.settings.values():
        yield from ((clause, Place("setting", setting.id)) for clause in setting.rules)


def _added(said: Iterable[Named], there: set[str]) -> Iterable[tuple[str, Place]]:
    """Yield the places that `places.toml` names; a step that is not drawn is none yet."""
    for row in said:
        for kind, name in row.places:
            if kind not in ("element", "field") or name.split(".")[0] in there:
                yield from ((clause, Place(kind, name)) for clause in row.ids)


def _seen(
    seen: Mapping[str, frozenset[str]], clause: str, places: Iterable[Place]
) -> tuple[str, ...]:
    """Return the scenarios that name a clause or one of its places."""
    names = {place.name.split(".")[0] for place in places if place.kind in ("element", "field", "deadline")}
    names.add(clause)
    return tuple(sorted({story for name in names for story in seen.get(name, ())}))


def _deadlines(
    library: Library, drawn: list[Element], said: Iterable[Named], kept: Mapping[str, set[str]]
) -> Iterable[Deadline]:
    proved = sources.rows_proved(library.folder)
    named = {one: row for row in said for one in row.ids}
    there = {one.id for one in drawn}
    for row in sources.deadlines(library.folder):
        policy, more = library.policy.rules.get(row["id"]), named.get(row["id"])
        places = {Place("element", one) for one in kept.get(row["id"], ())}
        places |= {Place("setting", one.id) for one in library.settings.values() if row["id"] in one.rules}
        for kind, name in more.places if more is not None else ():
            if kind != "element" or name in there:
                places.add(Place(kind, name))
        yield Deadline(
            row["id"], row["action"] if policy is None else policy.title, row["kind"], row["seed"],
            tuple(one.strip() for one in row["rule_ids"].split(";")), tuple(sorted(places)),
            "" if more is None else more.reason, tuple(sorted(proved.get(row["id"], ()))),
        )  # fmt: skip


def _unfounded(
    library: Library, drawn: list[Element], tables: Mapping[str, set[str]], ids: set[str],
    said: Iterable[Named],
) -> Iterable[Place]:  # fmt: skip
    """Yield the places for which no clause asks: their own words name none, and `places.toml` neither."""
    covered = {place for row in said for place in row.places}
    rules = library.policy.rules
    timed = {f"{one.id}{_OVERDUE}" for one in drawn if not rules.keys().isdisjoint(one.deadlines)}
    for element in drawn:
        founded = LOCAL in element.clauses or not ids.isdisjoint(element.clauses) or element.id in timed
        if element.kind in _WORK and not founded and ("element", element.id) not in covered:
            yield Place("element", element.id)
    for policy in rules.values():
        if ids.isdisjoint(policy.rule_ids):
            yield Place("deadline", policy.id)
    for table, named in tables.items():
        if ids.isdisjoint(named) and ("table", table) not in covered:
            yield Place("table", table)
    for setting in library.settings.values():
        amiss = [one for one in setting.rules if one.startswith(("R0", "DL-")) and one not in {*ids, *rules}]
        if len(amiss) == len(setting.rules):
            yield Place("setting", setting.id)


def _faults(
    library: Library, drawn: Iterable[Element], tables: Mapping[str, set[str]], ids: set[str],
    said: Iterable[Named],
) -> Iterable[str]:  # fmt: skip
    """Yield what `places.toml` names and the tree does not have; code is looked at by a test."""
    drawn_or_planned = {one.id for one in drawn}
    for wanted in sources.planned(library.folder).values():
        drawn_or_planned |= set(wanted)
    fields = sources.fields(library.folder)
    rows = {row["id"] for row in sources.deadlines(library.folder)}
    root = library.folder.parent
    there: dict[str, Callable[[str], bool]] = {
        "element": drawn_or_planned.__contains__, "field": fields.__contains__, "table": tables.__contains__,
        "setting": library.settings.__contains__, "data": lambda name: (root / name).exists(),
    }  # fmt: skip
    for row in said:
        yield from (f"places.toml：没有条款{one}" for one in row.ids if one not in ids and one not in rows)
        if bool(row.places) == bool(row.reason):
            yield f"places.toml：{row.ids[0]} 应写落点或理由，二者之一"
        for kind, name in row.places:
            if kind in there and not there[kind](name):
                yield f"places.toml：{row.ids[0]} 的落点 {kind} {name} 不存在"


def _shown(said: Iterable[Named], there: set[str]) -> dict[str, tuple[str, ...]]:
    """Return which clauses `places.toml` adds at which drawn step."""
    found: dict[str, list[str]] = {}
    for row in said:
        for kind, name in row.places:
            if kind == "element" and name in there:
                found.setdefault(name, []).extend(row.ids)
    return {name: tuple(clauses) for name, clauses in found.items()}
