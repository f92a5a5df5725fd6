"""Issued papers: numbered without gaps, frozen with a hash, voided and never deleted (RULES J.7.13)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.clock import local_date, to_us
from engine.codec import canonical, loads
from engine.errors import FormInvalid, IllegalState, NotFound
from engine.ids import new_id
from tasks import access, org, people
from tasks.actor import Actor
from tasks.forms.spec import FormSpec
from tasks.id_papers import RESIDENT
from tasks.labels import label
from tasks.paper_text import (
    PaperKind,
    lists_of,
    paper_kinds,
    render,
    rows_of,
    template_text,
)
from tasks.store import papers as store
from tasks.store.conn import Connection, Record, RowMapping
from tasks.text import written_day

# Without characters that are mistaken for one another.
_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class PaperSource:
    """What a paper is made from.

    `area` is the path of the person's community (or of the office), `person` a person row. `values` are the
    accepted answers of the task's form `spec`; `names` gives names for the ids in them; `extra` further words
    that the template of the kind asks for (E17 and E38: employer, post, addressee; E11: aide; E20: officer).
    `number` is what stands in the form's number field. `tier` is that of the task that issues the paper, or
    of who draws it up: what the district does, the district issues.
    """

    kind: str
    area: str
    spec: FormSpec
    values: Mapping[str, Any]
    person: Record | None = None
    case_id: int | None = None
    case_no: str = ""
    instance_id: int | None = None
    task_id: int | None = None
    number: str | None = None
    issued_on: date | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    tier: str = ""
    #: Further lines (name, label, value) after the answers, and further tables beside the lists among them.
    lines: tuple[Mapping[str, str], ...] = ()
    tables: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """A paper as issued; `hash` belongs into its event."""

    id: int
    kind: str
    number: str
    code: str
    hash: str


def _kind(kind: str) -> PaperKind:
    found = paper_kinds().get(kind)
    if found is None:
        raise NotFound
    return found


def office(conn: Connection, area: str, tier: str = "") -> org.Unit:
    """Return the office that issues a paper and whose number series it takes.

    It is the district for what is done there, else the street (a community has no series of its own), or
    the district where the area is one.
    """
    level = "district" if tier == "district" else "street"
    chain = org.ancestors(conn, area)
    return next((unit for unit in chain if unit.level == level), chain[-1])


def tier_of(actor: Actor, area: str, tier: str) -> str:
    """Return the tier for which somebody draws up a paper about an area, given the tier of the case.

    Who works at several tiers, or at none, acts for that of the case.
    """
    own = {access.tier_of(role) for role, over in actor.grants if area.startswith(over)} - {""}
    return own.pop() if len(own) == 1 else tier


def _prefix(conn: Connection, kind: PaperKind, unit: org.Unit, year: int) -> str:
    district = org.ancestor_at(conn, unit.path, "district").name
    short = "" if unit.level == "district" else unit.name.removesuffix("街道").removesuffix("镇")
    return f"{district[:1]}{short}{kind.word}〔{year}〕"


def next_number(conn: Connection, kind: str, area: str, on: date, tier: str = "") -> str:
    """Return the number the next paper of the office will get, without taking it (shown in the form)."""
    unit = office(conn, area, tier)
    number = store.last_number(conn, kind, unit.id, on.year) + 1
    return f"{_prefix(conn, _kind(kind), unit, on.year)}{number:04d}号"


def _number(conn: Connection, kind: PaperKind, unit: org.Unit, source: PaperSource, on: date) -> str:
    """Take the next number, or keep one typed from a pre-printed sheet; raise FormInvalid when it is used."""
    prefix = _prefix(conn, kind, unit, on.year)
    typed = (source.number or "").strip()
    if not typed or typed.startswith(prefix):
        return f"{prefix}{store.take_number(conn, kind.id, unit.id, on.year):04d}号"
    if store.number_taken(conn, kind.id, typed):
        name = kind.number or "number"
        zh = f"编号“{typed}”已用于另一份{label('paper', kind.id)}，请核对。"
        raise FormInvalid([(name, zh, f"The number “{typed}” is taken.")])
    return typed


def _person(conn: Connection, kind: PaperKind, row: Record | None) -> dict[str, str] | None:
    """Return what the paper says of the person; a public notice says no more than it must (THR-27)."""
    if row is None or kind.person == "none":
        return None
    street = org.ancestor_at(conn, row["area"], "street").name
    if kind.person == "notice":
        return {"name": row["name"], "id_masked": row["id_masked"], "street": street}
    return {
        "name": row["name"],
        "sex": label("code", row["sex"]),
        "birth_date": written_day(date.fromisoformat(row["birth_date"])),
        "id_name": "身份证号" if row["id_kind"] == RESIDENT else label("id_kind", row["id_kind"]),
        "id_masked": row["id_masked"],
        "phone": row["phone"] or "",
        "address": row["address"] or "",
        "community": org.full_name(conn, row["area"], above="street"),
    }


def issue(conn: Connection, actor: Actor, now: datetime, source: PaperSource) -> IssuedPaper:
    """Issue a paper; raise NotFound for an unknown kind, FormInvalid for a number in use."""
    kind = _kind(source.kind)
    unit = office(conn, source.area, source.tier)
    issued_on = source.issued_on or local_date(now)
    number = _number(conn, kind, unit, source, issued_on)
    code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(12))
    values = {**source.values, **({kind.number: number} if kind.number else {})}
    if kind.fields:
        values = {name: value for name, value in values.items() if name in kind.fields}
    content = {
        "kind": kind.id,
        "title": label("paper", kind.id),
        "number": number,
        "code": code,
        "office": f"{org.full_name(conn, unit.path)}公共就业服务机构",
        "issuer": actor.name,
        "issued_on": written_day(issued_on),
        "case_no": "" if kind.person == "notice" else source.case_no,
        "person": _person(conn, kind, source.person),
        "rows": [*rows_of(source.spec, values, source.names), *source.lines],
        "lists": [*lists_of(source.spec, values, source.names), *source.tables],
        "extra": dict(source.extra),
        "lead": kind.lead,
        "end": kind.end,
        "sign": list(kind.sign),
    }
    text, template = template_text(kind)
    store.keep_template(conn, template, text)
    frozen = canonical(content)
    issued = IssuedPaper(new_id(), kind.id, number, code, _hash(frozen, template))
    store.insert_paper(
        conn,
        id=issued.id,
        case_id=source.case_id,
        person_id=source.person["id"] if source.person else None,
        kind=kind.id,
        number=number,
        code=code,
        unit_id=unit.id,
        instance_id=source.instance_id,
        task_id=source.task_id,
        issued_on=issued_on.isoformat(),
        issued_at=to_us(now),
        issued_by=actor.user_id,
        content=frozen,
        template=template,
        hash=issued.hash,
    )
    return issued


def _hash(content: str, template: str) -> str:
    return hashlib.sha256(f"{template}\n{content}".encode()).hexdigest()


def get_paper(conn: Connection, paper_id: int) -> RowMapping:
    """Return a paper row; raise NotFound."""
    row = store.paper_by_id(conn, paper_id)
    if row is None:
        raise NotFound
    return row


def paper_by_code(conn: Connection, code: str) -> RowMapping:
    """Return the paper of the code printed on it; raise NotFound."""
    row = store.paper_by_code(conn, code.strip().upper())
    if row is None:
        raise NotFound
    return row


def papers_of(
    conn: Connection, *, case_id: int | None = None, person_id: int | None = None
) -> list[RowMapping]:
    """Return the papers of a case, or of a person, oldest first, voided ones too."""
    if case_id is not None:
        return store.papers_of_case(conn, case_id)
    return store.papers_of_person(conn, person_id) if person_id is not None else []


def area_of(conn: Connection, row: Record) -> str:
    """Return where a paper belongs: where its person lives, else the office that issued it."""
    if row["person_id"] is not None:
        return str(people.get_person(conn, row["person_id"])["area"])
    return org.get_unit(conn, row["unit_id"]).path


def html_of(conn: Connection, row: Record) -> str:
    """Return a paper as it was issued (an `article`), stamped when it was voided since."""
    source = store.template_source(conn, row["template"])
    return render(source, loads(row["content"]), voided=row["voided_at"] is not None)


def is_intact(row: Record) -> bool:
    """Tell whether a paper still is what was issued."""
    return secrets.compare_digest(_hash(row["content"], row["template"]), row["hash"])


def void(conn: Connection, actor: Actor, now: datetime, paper_id: int, reason: str) -> RowMapping:
    """Declare a paper void with a reason; return its row. Raise NotFound, FormInvalid or IllegalState."""
    row = store.paper_by_id(conn, paper_id, lock=True)
    if row is None:
        raise NotFound
    if not reason.strip():
        raise FormInvalid([("reason", "请填写作废的理由。", "Say why the paper is void.")])
    if row["voided_at"] is not None:
        raise IllegalState(detail=f"{row['number']}已经作废。")
    store.void_paper(conn, paper_id, to_us(now), actor.user_id, reason.strip()[:500])
    return get_paper(conn, paper_id)
