"""What a reader asks for on the search page, as a query; and what the page offers to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from engine.clock import start_of_day, to_us
from engine.graph import HUMAN, Kind
from tasks import people
from tasks.queries import areas, audit_find
from tasks.queries.audit_find import Wanted
from web import words
from web.context import Ctx

#: Roles whose areas bound what may be found.
_ROLES = ("auditor", "audit_admin")
_ID_LENGTH = 18
MOST_PERSONS = 50
FIELDS = ("clause", "step", "worker", "unit", "from", "to", "deadline", "version", "status")
#: Fields searched by what is typed: that nothing is found is an answer.
SEARCHED = frozenset({"clause", "worker"})
_DECIDING = HUMAN | {Kind.EXCLUSIVE, Kind.INCLUSIVE, Kind.EVENT, Kind.RULE}


@dataclass(slots=True)
class Search:
    """A search as typed, what it means, and what could not be understood."""

    typed: dict[str, str]
    wanted: Wanted
    problems: dict[str, str] = field(default_factory=dict)
    elements: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """Tell whether anything was asked for."""
        return any(self.typed.values())


def mandate(context: Ctx) -> tuple[str, ...]:
    """Return the areas over which the reader checks."""
    found = {area for role in _ROLES for area in context.actor.areas(role)}
    return tuple(areas.outermost(sorted(found)))


def read(context: Ctx, given: Mapping[str, str]) -> Search:
    """Understand a search; what makes no sense is said at its field and finds nothing."""
    typed = {name: given.get(name, "").strip()[:60] for name in FIELDS}
    problems: dict[str, str] = {}
    own = mandate(context)
    unit = typed["unit"]
    if unit and not any(unit.startswith(area) for area in own):
        problems["unit"] = context.t("find.bad_unit")
    elements = _elements(context, typed, problems)
    wanted = Wanted(
        areas=own, unit="" if "unit" in problems else unit,
        workers=_workers(context, typed["worker"], problems), elements=elements or None,
        since=_instant(context, typed, "from", problems), until=_instant(context, typed, "to", problems),
        deadline=_one_of(context, typed, "deadline", audit_find.DEADLINE_STATES, problems),
        definition_id=_version(context, typed["version"], problems),
        status=_one_of(context, typed, "status", ("active", "closed"), problems),
    )  # fmt: skip
    if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
        problems["to"] = context.t("registers.bad_period")
    return Search(typed, wanted, problems, elements)


def _elements(context: Ctx, typed: Mapping[str, str], problems: dict[str, str]) -> tuple[str, ...]:
    clause, step = typed["clause"], typed["step"]
    if not clause:
        return (step,) if step else ()
    found = {element for element, clauses in steps(context).items() if clause in clauses}
    if step:
        found &= {step}
    if not found:
        problems["clause"] = context.t("find.no_step_of_clause")
    return tuple(sorted(found))


def steps(context: Ctx) -> dict[str, frozenset[str]]:
    """Return the clauses of every step of every version that was ever in use."""
    with context.app.read() as conn:
        versions = audit_find.versions(conn)
    found: dict[str, frozenset[str]] = {}
    for version in versions:
        for node in context.graph(version.id).nodes.values():
            found[node.id] = found.get(node.id, frozenset()) | frozenset(node.attr_list("clauses"))
    return found


def choices(context: Ctx) -> dict[str, list[tuple[str, str]]]:
    """Return what may be chosen: units, steps by process, versions, as (value, words)."""
    with context.app.read() as conn:
        versions = audit_find.versions(conn)
        units = [
            unit for level in ("street", "community")
            for unit in areas.units_under(conn, list(mandate(context)), level)
        ]  # fmt: skip
        names = areas.unit_names(conn, [areas.parent_of(unit["path"]) for unit in units])
    newest = {version.key: version for version in reversed(versions)}
    steps_ = [
        (node.id, " ".join((words.process_code(key),
                            words.element_name(context, version.id, node.id, context.lang))))
        for key, version in sorted(newest.items())
        for node in context.graph(version.id).nodes.values() if node.kind in _DECIDING and node.name
    ]  # fmt: skip
    places = [
        (str(unit["path"]), f"{names.get(areas.parent_of(unit['path']), '')} {unit['name']}".strip())
        for unit in units
    ]
    ran = [
        (f"{one.key}:{one.version}",
         f"{words.process_code(one.key)} {words.process_name(one.key, context.lang)} v{one.version}")
        for one in versions
    ]  # fmt: skip
    return {"unit": sorted(places), "step": steps_, "version": ran}


def _workers(context: Ctx, text: str, problems: dict[str, str]) -> tuple[int, ...] | None:
    if not text:
        return None
    with context.app.read() as conn:
        found = audit_find.workers_named(conn, text)
    if not found:
        problems["worker"] = context.t("find.no_worker")
    return tuple(found)


def _instant(context: Ctx, typed: Mapping[str, str], name: str, problems: dict[str, str]) -> int | None:
    text = typed[name]
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        return to_us(start_of_day(day + timedelta(days=1) if name == "to" else day))
    except (ValueError, OverflowError):
        problems[name] = context.t("find.bad_day")
        return None


def _one_of(
    context: Ctx, typed: Mapping[str, str], name: str, known: tuple[str, ...], problems: dict[str, str]
) -> str:
    if typed[name] and typed[name] not in known:
        problems[name] = context.t("find.bad_choice")
        return ""
    return typed[name]


def _version(context: Ctx, text: str, problems: dict[str, str]) -> int | None:
    if not text:
        return None
    with context.app.read() as conn:
        rows = audit_find.versions(conn)
    found = next((row.id for row in rows if f"{row.key}:{row.version}" == text), None)
    if found is None:
        problems["version"] = context.t("find.bad_choice")
    return found


def persons(context: Ctx, text: str) -> tuple[str, tuple[int, ...]]:
    """Return (how it was looked for, persons) of a name, telephone or identity number."""
    with context.app.read() as conn:
        keys = context.app.keys
        if len("".join(text.split())) == _ID_LENGTH:
            row = people.find_by_id_no(conn, keys, text)
            inside = row is not None and any(row["area"].startswith(area) for area in mandate(context))
            return "id_no", (row["id"],) if row is not None and inside else ()
        rows = people.search(conn, keys, text, list(mandate(context)), MOST_PERSONS)
    return "name", tuple(row["id"] for row in rows)
