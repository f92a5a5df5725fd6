"""One trail, of a case or of anything else, as its events tell it, as far as the reader may see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from engine.clock import to_us
from engine.codec import canonical, dumps
from engine.errors import NotFound
from engine.graph import Graph
from engine.retrace import Told, Trace, retrace
from tasks import auditing, labels
from tasks.access import HIDDEN, shown_person
from tasks.facts import FACTS
from tasks.forms.spec import Field, FormSpec
from tasks.library import Library
from tasks.pseudonym import covered_data, covered_values, is_open
from tasks.queries import areas, audit_case, case_page, person_page, trail
from tasks.queries.chosen import chosen_names
from tasks.queries.names import user_names
from tasks.queries.trail import Happened
from tasks.queries.trail_owners import Owner, may, owner_of
from tasks.store.conn import Connection
from web.audit.trails import trail_title
from web.caseview import DUTY_PROCESS
from web.context import Ctx
from web.formview import day_told

MIGRATED = "ProcessMigrated"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: What a table of decisions adds to the facts of a person, worked out from them.
_UNCOVERED = frozenset({"P2", "P3", "P4*"})


@dataclass
class AuditFile:
    """Everything the pages of one trail are made of."""

    context: Ctx
    owner: Owner
    head: case_page.CaseHead | None  #: of a case
    person: Mapping[str, Any] | None  #: covered until a reason is given; None where it is about no person
    covered: bool
    unmasked_at: int | None
    area_name: str
    runs: list[audit_case.Run]
    every: list[Happened]
    upto: int
    payloads: dict[int, dict[str, Any] | None]
    forms: dict[int, audit_case.Form]
    papers: list[audit_case.PaperRow]
    names: dict[int, str]
    _traces: dict[int, Trace] = field(default_factory=dict)
    _libraries: dict[int, Library] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """Return the id of the trail, which is that of a case."""
        return self.owner.trail_id

    @cached_property
    def title(self) -> str:
        """Return what it is called: the number of a case, else what it is the trail of."""
        return self.head.case_no if self.head is not None else trail_title(self.context, self.owner)

    @property
    def last(self) -> int:
        """Return the number of the last event."""
        return self.every[-1].seq if self.every else 0

    @cached_property
    def events(self) -> list[Happened]:
        """Return the events as far as they are looked at, what is personal covered."""
        return [event for event in self.shown if event.seq <= self.upto]

    @cached_property
    def shown(self) -> list[Happened]:
        """Return every event as the reader may see it."""
        if not self.covered:
            return self.every
        return [
            replace(event, data_json=dumps(covered_data(event.kind, event.data))) for event in self.every
        ]

    @property
    def main_runs(self) -> list[audit_case.Run]:
        """Return the processes of the road, without the short ones that duties start."""
        return [run for run in self.runs if run.process_id != DUTY_PROCESS and self.has_begun(run)]

    @property
    def duty_runs(self) -> list[audit_case.Run]:
        """Return the short processes of duties."""
        return [run for run in self.runs if run.process_id == DUTY_PROCESS and self.has_begun(run)]

    def has_begun(self, run: audit_case.Run) -> bool:
        """Tell whether a process had begun by the event looked at."""
        return any(event.instance_id == run.id for event in self.events)

    def run(self, instance_id: int) -> audit_case.Run | None:
        """Return a process of the case."""
        return next((run for run in self.runs if run.id == instance_id), None)

    def asof(self, seq: int) -> AuditFile:
        """Return the case as it stood after an earlier event."""
        return replace(self, upto=seq, runs=[run.asof(seq) for run in self.runs], _traces={})

    def graph(self, run: audit_case.Run) -> Graph:
        """Return the compiled diagram of the version that ran."""
        return self.context.graph(run.definition_id)

    def library(self, definition_id: int) -> Library:
        """Return the forms of a version."""
        if definition_id not in self._libraries:
            with self.context.app.read() as conn:
                self._libraries[definition_id] = self.context.app.library_of(conn, definition_id)
        return self._libraries[definition_id]

    def element(self, event: Happened) -> str | None:
        """Return the id that the element of an event has in the version that runs now."""
        name = event.element
        for seq, instance_id, renamed in self._renamed:
            if seq > event.seq and instance_id == event.instance_id:
                name = renamed.get(name, name)
        return name

    @cached_property
    def _renamed(self) -> list[tuple[int, int | None, Mapping[Any, Any]]]:
        told = [(e.seq, e.instance_id, e.data.get("renamed")) for e in self.events if e.kind == MIGRATED]
        return [(seq, run, renamed) for seq, run, renamed in told if isinstance(renamed, dict)]

    def trace(self, run: audit_case.Run) -> Trace:
        """Return where a process stood after the event looked at, from its events alone."""
        if run.id not in self._traces:
            told = [
                Told(event.seq, event.kind, event.element, event.data)
                for event in self.every if event.instance_id == run.id and event.seq <= self.upto
            ]  # fmt: skip
            known = {one.definition_id for one in run.left}

            def former(definition_id: int) -> Graph:
                return self.context.graph(definition_id if definition_id in known else run.definition_id)

            self._traces[run.id] = retrace(self.graph(run), told, former)
        return self._traces[run.id]

    def of_run(self, run: audit_case.Run) -> list[Happened]:
        """Return the events of a process as far as they are looked at."""
        return [event for event in self.events if event.instance_id == run.id]

    def name(self, user_id: Any) -> str:
        """Return the name of a user by what an event holds of him."""
        return self.names.get(int(user_id), "—") if str(user_id).isdigit() else "—"

    def values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return routing variables as far as the reader may see them."""
        return covered_values(values) if self.covered else dict(values)

    def label(self, definition_id: int | None, process_id: str | None, name: str) -> str:
        """Return what a routing variable or fact is called: as a form of its version asks for it."""
        lang = self.context.lang
        library = self.context.app.library if definition_id is None else self.library(definition_id)
        for spec in library.forms.values():
            if spec.process == process_id and name in spec.fields:
                return spec.fields[name].label(lang)
        if name in FACTS:
            return FACTS[name].zh if lang == "zh" else FACTS[name].en
        return labels.label("variable", name, lang)

    def value(self, name: str, value: Any, asked: Field | None = None) -> str:
        """Return a value in words; `asked` is the question it answers, where that is known."""
        t, lang = self.context.t, self.context.lang
        if value is None or value == "" or value == []:
            return t("audit.not_given")
        if isinstance(value, bool):
            return t("form.yes" if value else "form.no")
        if isinstance(value, list):
            return ("、" if lang == "zh" else ", ").join(self.value(name, one, asked) for one in value)
        if isinstance(value, dict):
            return self._row(name, value, {} if asked is None else {one.name: one for one in asked.item})
        if asked is not None:
            return self._answer(asked, str(value))
        if _DAY.fullmatch(str(value)):
            return day_told("date", value, lang)
        return labels.label("code", str(value), lang, name)

    def _row(self, name: str, row: Mapping[str, Any], columns: Mapping[str, Field]) -> str:
        """Return a row of a list: what it is of, and the rest with the heads of their columns."""
        told: list[str] = []
        for key, inner in row.items():
            if inner in (None, ""):
                continue
            said, column = self.value(name, inner, columns.get(key)), columns.get(key)
            if told and column is not None:
                said = self.context.t("tables.is_", name=column.label(self.context.lang), value=said)
            told.append(said)
        return " / ".join(told)

    def _answer(self, asked: Field, text: str) -> str:
        if asked.type in ("date", "datetime") and _DAY.match(text):
            return day_told(asked.type, text, self.context.lang)
        if asked.type in ("user", "ref"):
            return self.chosen.get(text) or "—"
        return asked.option(text, self.context.lang)

    def is_altered(self, event: Happened) -> bool:
        """Tell whether the form of a completed task no longer is what its event was told."""
        task, digest = str(event.data.get("task", "")), event.data.get("form")
        form = self.forms.get(int(task)) if event.kind == "TaskCompleted" and task.isdigit() else None
        if form is None or not isinstance(digest, str):
            return False
        return self.context.app.keys.blind("form", canonical(dict(form.values))) != digest

    def answers(self, form: audit_case.Form) -> list[tuple[str, str, str]]:
        """Return (name, question, answer) of a submitted form, in the order of its questions."""
        spec = self._spec(form)
        told = []
        for name, value in form.values.items():
            known = spec.fields.get(name) if spec is not None else None
            question = known.label(self.context.lang) if known is not None else name
            if value is None or value in ("", []):
                continue
            if self.covered and (known is None or not is_open(known)):
                told.append((name, question, HIDDEN))
            else:
                told.append((name, question, self.value(name, value, known)))
        return told


    @cached_property
    def chosen(self) -> dict[str, str]:
        """Return the names behind the users and objects that the forms chose, by their ids as text."""
        asked = [(self._spec(form), form.values) for form in self.forms.values()]
        with self.context.app.read() as conn:
            told = [chosen_names(conn, spec, values) for spec, values in asked if spec is not None]
        return {key: name for names in told for key, name in names.items()}

    def _spec(self, form: audit_case.Form) -> FormSpec | None:
        """Return a form as the version had it that ran when it was submitted."""
        event = self._submitted.get(str(form.task_id))
        if event is None or event.definition_id is None or event.element is None:
            return self.context.app.library.forms.get(form.element)
        node = self.context.graph(event.definition_id).nodes.get(event.element)
        asked = node.attrs.get("form") if node is not None else None
        return self.library(event.definition_id).forms.get(asked or event.element)

    @cached_property
    def _submitted(self) -> dict[str, Happened]:
        return {str(e.data.get("task")): e for e in self.every if e.kind == "TaskCompleted"}


def load(context: Ctx, trail_id: int, upto: int | None = None, whole: bool = False) -> AuditFile:
    """Read a trail for the audit; raise NotFound for what is not there or not the reader's.

    `whole` uncovers everything: for who has just given a reason that is in the trail.
    """
    with context.app.read() as conn:
        owner = owner_of(conn, trail_id)
        if owner is None or not may(context.actor, owner, "read"):
            raise NotFound
        head = case_page.case_head(conn, trail_id) if owner.kind == "case" else None
        since = auditing.open_since(to_us(context.now))
        unmasked = to_us(context.now) if whole else _unmasked(context, conn, owner, since)
        every = _events(conn, owner)
        chain = areas.chain_of(owner.area)
        names = areas.unit_names(conn, chain)
        last = every[-1].seq if every else 0
        person = _person(conn, owner)
        classes = frozenset({"P2"}) if owner.personal and unmasked is None else _UNCOVERED
        upto = last if upto is None else max(1, min(upto, last))
        forms = audit_case.forms(conn, trail_id)
        return AuditFile(
            context=context, owner=owner, head=head,
            person=None if person is None else shown_person(person, classes),
            covered=owner.personal and unmasked is None, unmasked_at=unmasked,
            area_name="".join(names.get(path, "") for path in chain[1:]),
            runs=[run.asof(upto) for run in audit_case.runs(conn, trail_id)], every=every, upto=upto,
            payloads=audit_case.payloads(conn, trail_id), forms=forms,
            papers=audit_case.papers(conn, trail_id), names=user_names(conn, _users(every)),
        )  # fmt: skip


def _unmasked(context: Ctx, conn: Connection, owner: Owner, since: int) -> int | None:
    if not owner.personal:
        return None
    return audit_case.unmasked_at(conn, owner.trail_id, context.user_id, since)


def _events(conn: Connection, owner: Owner) -> list[Happened]:
    """Return the events of a trail in order; of one that grows for ever the latest."""
    most = audit_case.MOST_EVENTS
    if owner.personal or owner.kind == "process":
        return trail.events(conn, owner.trail_id, limit=most)
    return trail.events(conn, owner.trail_id, newest_first=True, limit=most)[::-1]


def _person(conn: Connection, owner: Owner) -> Mapping[str, Any] | None:
    head = None if owner.person_id is None else person_page.person_head(conn, owner.person_id)
    if head is None:
        return None
    return {"name": head.name, "id_masked": head.id_masked, "phone": head.phone or "",
            "address": head.address or ""}  # fmt: skip


def _users(events: list[Happened]) -> set[int]:
    found = {event.actor_id for event in events if event.actor_id is not None}
    for event in events:
        data = event.data
        found |= {int(data[key]) for key in ("user", "to", "from") if str(data.get(key, "")).isdigit()}
    return found
