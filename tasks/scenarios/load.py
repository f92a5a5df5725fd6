"""From a file to scenarios: the head, the world it needs, and its steps in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from datetime import date
from pathlib import Path
from typing import Any

from engine.errors import AidError
from tasks import idno
from tasks.actor import ROLES
from tasks.facts import FACTS, stored
from tasks.library import Library
from tasks.scenarios import reading as read
from tasks.scenarios.catalogue import Catalogue, catalogue
from tasks.scenarios.faults import BadScenario, near
from tasks.scenarios.load_steps import StepReader
from tasks.scenarios.model import Area, Household, Opening, Person, Scenario, Staff, Step, day
from tasks.scenarios.nodes import Table, documents
from tasks.vacancies import TAGS

_HEAD = (
    "id", "title", "rules", "calendars", "settings", "area", "staff", "people", "households", "vacancies",
    "posts", "steps", "strict", "note",
)  # fmt: skip
_AREA = ("district", "street", "community")
_DERIVED = ("sex", "birth_date")  #: of a person without a number; they may stand beside the facts
_PERSON = (
    "name", "id_no", "phone", "address", "facts", "benefits", "note", "area", "on_file", *_DERIVED, *_AREA,
)  # fmt: skip
_BENEFIT = ("code", "starts_on", "ends_on")


def load(path: Path, library: Library) -> list[Scenario]:
    """Return the scenarios of a file; raise BadScenario with the line."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadScenario(1, "文件须以UTF-8编码保存。", "The file must be saved as UTF-8.") from error
    except OSError as error:
        raise BadScenario(1, f"无法读取文件（{error}）。", f"The file cannot be read ({error}).") from error
    found = [_scenario(path, table, library) for table in documents(text)]
    if not found:
        raise BadScenario(1, "文件中没有场景。", "The file holds no scenario.")
    return found


def _scenario(path: Path, head: Table, library: Library) -> Scenario:
    known = catalogue(library)
    read.only(head, _HEAD, "场景 scenario")
    area = _area(head.get("area"), head.at("area"), Area())
    staff = _staff(head, area)
    people = _people(head, area, library)
    handles = {person.handle for person in people}
    areas = [area, *(one.area for one in staff), *(one.area for one in people)]
    places = {name for one in areas for name in astuple(one)}
    steps = StepReader(library, known, handles, {one.handle for one in staff}, places).read(head)
    _require_files(people, steps)
    return Scenario(
        path=path,
        id=read.text(head, "id") or path.stem,
        title=read.text(head, "title"),
        rules=_rules(head, known),
        calendars=_calendars(head, library),
        settings=_settings(head, library),
        area=area,
        staff=staff,
        people=people,
        households=_households(head, handles),
        vacancies=_openings(head, "vacancies", ("name", "employer", "number", "tags", "promised_on")),
        posts=_openings(head, "posts", ("name", "level", "number")),
        steps=steps,
        begins=steps[0].at,
        line=head.line,
    )


def _require_files(people: Iterable[Person], steps: Iterable[Step]) -> None:
    """Raise BadScenario for a step about somebody whose file is not open yet."""
    opened = {who.handle: who.on_file for who in people if who.on_file is not None}
    for step in steps:
        since = opened.get(step.person or step.household or "")
        if since is not None and step.at < since:
            handle = step.person or step.household
            zh = f"“{handle}”的档案到{since:%Y-%m-%d %H:%M}才建立。"
            raise BadScenario(step.line, zh, f"The file of {handle} is opened on {since:%Y-%m-%d %H:%M}.")


def _rules(head: Table, known: Catalogue) -> tuple[str, ...]:
    found = read.words(head.get("rules"), head.at("rules"), "rules")
    for named, line in found:
        if not known.knows_rule(named):
            raise BadScenario(line, f"没有“{named}”这条规则。", f"There is no rule “{named}”.")
    return tuple(named.replace("V-", "V") for named, _line in found)


def _calendars(head: Table, library: Library) -> tuple[int, ...] | None:
    if head.get("calendars") is None:
        return None
    rows = read.as_rows(head["calendars"], head.at("calendars"), "calendars")
    years = [read.whole(year, line, "calendars") for year, line in zip(rows, rows.lines, strict=True)]
    for year, line in zip(years, rows.lines, strict=True):
        if not library.calendar.knows(year):
            raise BadScenario(line, f"没有{year}年的工作日历。", f"The calendar of {year} is not shipped.")
    return tuple(years)


def _settings(head: Table, library: Library) -> dict[str, Any]:
    table = read.as_table(head.get("settings"), head.at("settings"), "settings")
    found: dict[str, Any] = {}
    for name, value in table.items():
        known = library.settings.get(name)
        if known is None:
            meant = near(name, library.settings)
            zh, en = f"没有“{name}”这项设置。{meant[0]}", f"There is no setting “{name}”.{meant[1]}"
            raise BadScenario(table.at(name), zh, en)
        plain = list(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value
        try:
            found[name] = known.check(plain)
        except AidError as fault:
            raise BadScenario(table.at(name), fault.sentence("zh"), fault.sentence("en")) from fault
    return found


def _area(value: Any, line: int, default: Area) -> Area:
    table = read.as_table(value, line, "area")
    read.only(table, _AREA, "area")
    return _place(table, default)


def _place(table: Table, default: Area) -> Area:
    if table.get("area") is not None:
        default = _area(table["area"], table.at("area"), default)
    given = {level: read.text(table, level, getattr(default, level)) for level in _AREA}
    return Area(**given)


def _staff(head: Table, area: Area) -> tuple[Staff, ...]:
    table = read.as_table(head.get("staff"), head.at("staff"), "staff")
    found = []
    for handle, value in table.items():
        line = table.at(handle)
        row = read.as_table(value, line, handle)
        read.only(row, ("role", "area", *_AREA), f"staff {handle}")
        roles = read.words(row.get("role"), row.at("role"), "role")
        if not roles:
            raise BadScenario(line, f"“{handle}”没有写岗位。", f"“{handle}” has no role.")
        for role, here in roles:
            if role not in ROLES:
                raise BadScenario(here, f"没有“{role}”这个岗位。", f"There is no role “{role}”.")
        found.append(Staff(handle, tuple(role for role, _here in roles), _place(row, area), line))
    return tuple(found)


def _people(head: Table, area: Area, library: Library) -> tuple[Person, ...]:
    table = read.as_table(head.get("people"), head.at("people"), "people")
    return tuple(
        _person(handle, read.as_table(value, table.at(handle), handle), n, area, library)
        for n, (handle, value) in enumerate(table.items())
    )


def _person(handle: str, row: Table, number: int, area: Area, library: Library) -> Person:
    read.only(row, _PERSON, f"people {handle}")
    facts = read.as_table(row.get("facts"), row.at("facts"), "facts")
    for name in _DERIVED:
        if row.get(name) is not None:
            facts[name], facts.lines[name] = row[name], row.at(name)
    for name, value in facts.items():
        if name not in FACTS:
            meant = near(name, FACTS)
            zh, en = f"没有“{name}”这项情况。{meant[0]}", f"There is no fact “{name}”.{meant[1]}"
            raise BadScenario(facts.at(name), zh, en)
        try:
            stored(name, value)
        except AidError as fault:
            zh = f"“{FACTS[name].zh}”的值“{value}”不对。"
            raise BadScenario(facts.at(name), zh, f"“{value}” does not fit {name}.") from fault
    given = read.text(row, "id_no") or _made_id_no(facts, number)
    try:
        idno.parse(given, date(2099, 12, 31))
    except idno.IdNumberError as fault:
        raise BadScenario(row.at("id_no"), fault.zh, fault.en) from fault
    name = read.text(row, "name") or f"某{handle}"
    return Person(
        handle, name, given, _place(row, area), dict(facts), _benefits(row, catalogue(library)), row.line,
        read.text(row, "phone"), read.text(row, "address"),
        read.moment(row["on_file"], row.at("on_file")) if "on_file" in row else None,
    )  # fmt: skip


def _made_id_no(facts: Table, number: int) -> str:
    """Make a valid number from sex and date of birth where the scenario gives none."""
    born = str(facts.get("birth_date") or "1984-01-01").replace("-", "")
    serial = 200 + number * 2 + (facts.get("sex") == "M")
    first = f"110113{born}{serial:03d}"
    return first + idno.check_character(first)


def _benefits(row: Table, known: Catalogue) -> tuple[dict[str, Any], ...]:
    rows = read.as_rows(row.get("benefits"), row.at("benefits"), "benefits")
    found = []
    for value, line in zip(rows, rows.lines, strict=True):
        item = read.as_table(value, line, "benefits")
        read.only(item, _BENEFIT, "benefits")
        code = read.need(item, "code", "benefits")
        if code not in known.benefits:
            raise BadScenario(item.at("code"), f"没有“{code}”这个政策。", f"There is no benefit “{code}”.")
        read.need(item, "starts_on", "benefits")
        for key in ("starts_on", "ends_on"):
            if item.get(key) is not None and day(item[key]) is None:
                raise BadScenario(item.at(key), f"“{item[key]}”不是日期。", f"“{item[key]}” is no date.")
        found.append(dict(item))
    return tuple(found)


def _households(head: Table, handles: set[str]) -> tuple[Household, ...]:
    rows = read.as_rows(head.get("households"), head.at("households"), "households")
    found = []
    for value, line in zip(rows, rows.lines, strict=True):
        table = read.as_table(value, line, "households")
        read.only(table, ("members", "urban"), "households")
        members = read.words(table.get("members"), table.at("members"), "members")
        for handle, here in members:
            if handle not in handles:
                raise BadScenario(here, f"没有“{handle}”这个人。", f"There is nobody called “{handle}”.")
        found.append(Household(tuple(h for h, _line in members), read.truth(table, "urban"), line))
    return tuple(found)


def _openings(head: Table, key: str, known: tuple[str, ...]) -> tuple[Opening, ...]:
    rows = read.as_rows(head.get(key), head.at(key), key)
    found = []
    for value, line in zip(rows, rows.lines, strict=True):
        table = read.as_table(value, line, key)
        read.only(table, known, key)
        level = read.text(table, "level")
        if key == "posts" and level not in ("STREET", "DISTRICT"):
            zh = "公益性岗位的level须是STREET或DISTRICT。"
            raise BadScenario(table.at("level"), zh, "The level of a post is STREET or DISTRICT.")
        number = read.whole(table.get("number", 1), table.at("number"), "number")
        name = str(read.need(table, "name", key))
        tags = [word for word, _line in read.words(table.get("tags"), table.at("tags"), "tags")]
        if not set(tags) <= set(TAGS):
            zh, en = f"tags可用：{'、'.join(TAGS)}。", f"The tags are {', '.join(TAGS)}."
            raise BadScenario(table.at("tags"), zh, en)
        employer = read.text(table, "employer", "顺义某企业")
        promised = read.text(table, "promised_on") or None
        found.append(Opening(name, number, employer, level, " ".join(tags), promised))
    return tuple(found)
