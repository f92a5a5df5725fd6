"""Why a case waits and why it went a way, each in a sentence made of its events and its diagram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from engine.clock import from_us, local_date
from engine.graph import HUMAN, Flow, Kind, Node
from tasks import labels
from tasks.queries.audit_case import Run
from tasks.queries.trail import Happened
from web import words
from web.audit.file import AuditFile
from web.eventwords import day_words, held_words

_TASKS = frozenset({"TaskCreated", "TaskCompleted"})


@dataclass(frozen=True, slots=True)
class Wait:
    """What a case waits for."""

    run: Run
    element: str
    sentence: str
    clauses: tuple[str, ...]
    late: bool
    since: int | None  #: number of the event since which it waits


@dataclass(frozen=True, slots=True)
class Branch:
    """Why a gateway sent the case one way: the sentence, the rule as written, the data with their source."""

    seq: int
    sentence: str
    rule: str
    data: tuple[tuple[str, str, int], ...]  #: (question, answer, event that told it)
    table: str
    clauses: tuple[str, ...]


def waits(file: AuditFile) -> list[Wait]:
    """Return what the case waits for after the event looked at, the main road first."""
    found = []
    for run in (*file.main_runs, *file.duty_runs):
        trace = file.trace(run)
        if trace.status == "suspended":
            found.append(_suspended(file, run))
        elif trace.status == "running":
            graph = file.graph(run)
            told = (_wait(file, run, graph.nodes[node]) for node in trace.tokens if node in graph.nodes)
            found += [one for one in told if one is not None]
    return found


def _suspended(file: AuditFile, run: Run) -> Wait:
    event = next(one for one in reversed(file.of_run(run)) if one.kind == "ProcessSuspended")
    sentence = file.context.t(
        "why.suspended", process=words.process_name(run.process_id, file.context.lang),
        reason=event.data.get("reason") or "—", who=event.actor or file.context.t("history.system"),
    )  # fmt: skip
    return Wait(run, "", sentence, (), False, event.seq)


def _wait(file: AuditFile, run: Run, node: Node) -> Wait | None:
    t = file.context.t
    step = _step(file, run.definition_id, node.id)
    late, since = False, None
    if node.kind in HUMAN:
        created, more = _opened(file, run, node)
        since = created.seq if created is not None else None
        due, late = _window(file, node, created) or _due(file, run, node)
        who = _who(file, run, node)
        days = _days(file, created.at) if created is not None else 0
        key = "why.task_now" if created is None else "why.task" if days else "why.task_today"
        sentence = t(key, who=who, step=step, seq=since, due=due, days=days)
        sentence += t("why.more", n=more) if more else ""
    elif node.kind in (Kind.EVENT, Kind.CATCH, Kind.RECEIVE):
        targets = [flow.target for flow in node.outgoing] if node.kind is Kind.EVENT else [node.id]
        joint = "”或“" if file.context.lang == "zh" else "” or “"
        sentence = t("why.event", events=joint.join(_step(file, run.definition_id, one) for one in targets))
    elif node.kind is Kind.CALL:
        sentence = t("why.call", process=words.process_name(node.called or "", file.context.lang))
    elif node.kind in (Kind.PARALLEL, Kind.INCLUSIVE):
        sentence = t("why.join", step=step)
    else:
        return None
    return Wait(run, node.id, sentence, node.attr_list("clauses"), late, since)


def _step(file: AuditFile, definition_id: int, element: str) -> str:
    return words.element_name(file.context, definition_id, element, file.context.lang)


def _opened(file: AuditFile, run: Run, node: Node) -> tuple[Happened | None, int]:
    """Return the event that opened the oldest task of a step that is open, and how many more are."""
    mine = [e for e in file.of_run(run) if e.kind in _TASKS and file.element(e) == node.id]
    done = {e.data.get("task") for e in mine if e.kind == "TaskCompleted"}
    made = [e for e in mine if e.kind == "TaskCreated" and e.data.get("task") not in done]
    standing = file.trace(run).tokens[node.id] - (node.multi is not None)
    open_now = made[-max(standing, 1) :]
    return (open_now[0], len(open_now) - 1) if open_now else (None, 0)


def _days(file: AuditFile, since: int) -> int:
    return (_until(file) - local_date(from_us(since))).days


def _until(file: AuditFile) -> date:
    """Return the day on which the file is read: that of the event it goes back to, or today."""
    return local_date(from_us(file.events[-1].at)) if file.upto < file.last else file.context.today


def _who(file: AuditFile, run: Run, node: Node) -> str:
    """Return the role a step belongs to, and who holds it as the events tell."""
    lang = file.context.lang
    role = node.attrs.get("role", "")
    for tier, name in (("street", "roleStreet"), ("district", "roleDistrict")):
        if run.tier == tier and node.attrs.get(name):
            role = node.attrs[name]
    helper = holder = None
    for event in file.events:
        data = event.data
        if event.kind == "HelperDesignated" and data.get("role") == role:
            helper = holder = file.name(data.get("user"))
        elif event.kind == "HelperReleased" and helper == file.name(data.get("user")):
            helper, holder = None, None if holder == helper else holder
        elif event.instance_id == run.id and file.element(event) == node.id:
            if event.kind == "TaskCreated":  # who held the round before does not hold this one
                holder = helper
            elif event.kind == "TaskClaimed":
                holder = event.actor
            elif event.kind in ("TaskReassigned", "TaskDelegated"):
                holder = file.name(data.get("to"))
            elif event.kind == "TaskUnclaimed":
                holder = None
    name = labels.label("role", role, lang)
    return f"{name}（{holder}）" if holder and lang == "zh" else f"{name} ({holder})" if holder else name


def _window(file: AuditFile, node: Node, created: Happened | None) -> tuple[str, bool] | None:
    """Return until when a recurring duty is to be done, for the task that stands for one of its windows."""
    before = (one for one in reversed(file.events) if created is None or one.seq < created.seq)
    found = next((one for one in before if one.data.get("duty") == node.id), None)
    if found is None or found.kind != "DutyCreated":
        return None
    last = str(found.data.get("last"))
    late = _until(file).isoformat() > last
    told = file.context.t("why.window", day=day_words(file.context, last))
    return told + (file.context.t("why.late") if late else ""), late


@dataclass(frozen=True, slots=True)
class _Term:
    """A deadline that runs: the event that gave its date, whether it was missed, since when it stands."""

    told: Happened
    missed: bool = False
    stands: str = ""

    @property
    def day(self) -> str:
        return str(self.told.data.get("new") or self.told.data.get("effective"))


def _due(file: AuditFile, run: Run, node: Node) -> tuple[str, bool]:
    t, lang = file.context.t, file.context.lang
    running = sorted(_running(file, run, node), key=lambda one: (bool(one.stands), one.day))
    if not running:
        return t("why.no_due"), False
    first = running[0]
    if first.stands:
        return t("why.stands", day=day_words(file.context, first.stands)), False
    rule, title = str(first.told.data.get("rule")), str(first.told.data.get("title") or "")
    told = t("why.due", day=day_words(file.context, first.day), rule=words.rule_title(rule, title, lang))
    return told + (t("why.late") if first.missed else ""), first.missed


def _running(file: AuditFile, run: Run, node: Node) -> list[_Term]:
    """Return the deadlines of a step that run, as the events tell."""
    rules, met_here = node.attr_list("deadline"), _met_by(file, run, node)
    running: dict[tuple[Any, Any], _Term] = {}
    for event in file.events:
        place = (event.data.get("rule"), event.data.get("nth"))
        if event.kind == "TaskCompleted" and event.instance_id == run.id and file.element(event) == node.id:
            # what is done after its day was missed has no event of its own
            running = {at: one for at, one in running.items() if not one.missed or at[0] not in met_here}
        elif place[0] not in rules:
            continue
        elif event.kind in ("DeadlineSet", "DeadlineRecomputed", "DeadlineExtended", "DeadlineResumed"):
            running[place] = _Term(event)
        elif event.kind == "DeadlineSuspended" and place in running:
            running[place] = replace(running[place], missed=False, stands=str(event.data.get("on")))
        elif event.kind in ("DeadlineMet", "DeadlineClosed"):
            running.pop(place, None)
        elif event.kind == "DeadlineMissed" and place in running:
            late = running.pop(place)
            if "on" not in event.data:  # else it was done, too late
                running[place] = replace(late, missed=True)
    return list(running.values())


def _met_by(file: AuditFile, run: Run, node: Node) -> set[str]:
    """Return the deadlines of a step that its own completion meets."""
    rules = file.library(run.definition_id).policy.rules
    return {rule for rule in node.attr_list("deadline") if rule in rules and rules[rule].met_by == node.id}


def branches(file: AuditFile, run: Run) -> Iterator[Branch]:
    """Yield why each branch of a process was taken, in order, each by the version that ran then."""
    known: dict[str, tuple[Any, int]] = {}
    table: Happened | None = None
    for event in file.of_run(run):
        data = event.data
        if event.kind == "BranchTaken":
            found = _branch(file, run, event, known, table)
            if found is not None:
                yield found
        elif event.kind == "DecisionMade":
            table = event
            for name, value in (*_mapping(data, "inputs"), *_mapping(data, "output")):
                known[name] = (value, event.seq)
        for name, value in _mapping(data, "set"):
            known[name] = (value, event.seq)


def _mapping(data: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    value = data.get(name)
    return list(value.items()) if isinstance(value, dict) else []


def _branch(
    file: AuditFile, run: Run, event: Happened, known: Mapping[str, tuple[Any, int]], table: Happened | None
) -> Branch | None:
    version = event.definition_id or run.definition_id
    node = file.context.graph(version).nodes.get(event.element or "")
    key = event.data.get("branch")
    flow = next((one for one in node.outgoing if one.branch == key), None) if node is not None else None
    if node is None or flow is None:
        return None
    t = file.context.t
    where = {"gateway": _step(file, version, node.id), "branch": flow.name or str(key)}
    clauses = node.attr_list("clauses")
    if node.kind is Kind.EVENT:
        told = t("why.first", event=_step(file, version, flow.target), **where)
        return Branch(event.seq, told, "", (), "", clauses)
    asked = [one for one in node.outgoing if one.condition is not None]
    names = sorted({name for one in ([flow] if flow.condition else asked) for name in _names(one)})
    data = tuple(
        (file.label(version, run.process_id, name), _value(file, node, name, known[name][0]), known[name][1])
        for name in names if name in known
    )  # fmt: skip
    is_, and_ = ("：", "，") if file.context.lang == "zh" else (": ", ", ")
    facts = and_.join(f"{name}{is_}{value}" for name, value, _seq in data)
    decided = _table(file, table, names)
    rule = _text(flow) if flow.condition else " / ".join(_text(one) for one in asked)
    told = t("why.branch" if flow.condition else "why.otherwise", facts=facts or t("why.no_data"), **where)
    return Branch(event.seq, told + decided, rule, data, decided, clauses)


def _value(file: AuditFile, node: Node, name: str, value: Any) -> str:
    """Return a value in words; a code that only names a branch is called as the branch is."""
    told = file.value(name, value)
    called = next((one.name for one in node.outgoing if one.branch == value and one.name), "")
    return called if called and told == value else told


def _names(flow: Flow) -> frozenset[str]:
    return frozenset(flow.condition.names) if flow.condition is not None else frozenset()


def _text(flow: Flow) -> str:
    return flow.condition.text.strip() if flow.condition is not None else ""


def _table(file: AuditFile, event: Happened | None, names: list[str]) -> str:
    """Say which row of which table gave what the gateway asked for."""
    output = event.data.get("output") if event is not None else None
    if event is None or not isinstance(output, dict) or not set(names) & output.keys():
        return ""
    rows = "、".join(map(str, event.data.get("rows", ())))
    key = "why.table" if rows else "why.table_alone"
    told = file.context.t(key, table=event.data.get("table"), rows=rows, seq=event.seq)
    held = held_words(file.context, event.data)
    return told + (file.context.t("why.held", rows="；".join(held)) if held else "")
