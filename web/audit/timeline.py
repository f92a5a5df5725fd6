"""The events of a case as entries: who, when, from where, what was filled in, and what it rested on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.queries.audit_case import Form, PaperRow, Run
from tasks.queries.trail import Happened
from web import words
from web.audit.file import AuditFile
from web.audit.why import Branch, branches
from web.eventwords import EventWords, event_words
from web.officewords import lines

#: Kinds of events a reader may keep to, in the order offered; `all` is everything.
GROUPS: Mapping[str, frozenset[str]] = {
    "steps": frozenset({"TaskCreated", "TaskClaimed", "TaskUnclaimed", "TaskReassigned", "TaskDelegated",
                        "TaskSaved", "TaskCompleted", "TaskSentBack", "TaskWithdrawn", "TaskCancelled",
                        "TaskAutoFilled", "ProcessStarted", "ProcessEnded", "ProcessCancelled",
                        "ProcessMigrated", "ProcessSuspended", "ProcessResumed", "TokenMoved",
                        "TimerFired", "MessageSent", "MessageReceived", "MessageUndelivered"}),
    "decisions": frozenset({"BranchTaken", "DecisionMade", "CategoriesDecided", "OutcomeRecorded",
                            "ClassChanged", "WaiverFiled", "ExitRecorded", "CaseClosed"}),
    "deadlines": frozenset({"DeadlineSet", "DeadlinePending", "DeadlineRecomputed", "DeadlineExtended",
                            "DeadlineSuspended", "DeadlineResumed", "DeadlineMet", "DeadlineMissed",
                            "DeadlineClosed", "ClockChangeAsked", "ClockChangeRefused", "TargetMoved",
                            "DutyOpened", "DutyCreated", "DutyDone", "DutyMissed", "DutyMoved",
                            "DutyClosed", "CalendarAlarm"}),
    "hand_overs": frozenset({"HandOverSubmitted", "HandOverAccepted", "HandOverReturned",
                             "HelperDesignated", "HelperReleased", "CaseTransferred", "RunStarted"}),
    "papers": frozenset({"PaperIssued", "PaperVoided", "RegisterWritten"}),
    "data": frozenset({"FactChanged", "TaskCompleted", "TaskSaved", "ClassChanged"}),
    "faults": frozenset({"IncidentOpened", "IncidentRetried", "IncidentStays", "IncidentResolved",
                         "WarningRaised", "WarningClosed", "MessageUndelivered", "CalendarAlarm",
                         "DeadlineMissed", "DutyMissed"}),
    "reading": frozenset({"RecordViewed", "RecordExported"}),
}  # fmt: skip


#: Events that carry the whole arithmetic of a date.
_COUNTED = frozenset({"DeadlineSet", "DeadlineRecomputed"})


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a form or one fact: what it was before, where it was, and what it is."""

    question: str
    old: str
    new: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One event with everything it rested on."""

    event: Happened
    words: EventWords
    answers: tuple[Answer, ...]
    erased: bool
    due: str
    branch: Branch | None
    papers: tuple[PaperRow, ...]
    reason: str
    quote: str
    version: int | None
    altered: bool  #: the form no longer is what the trail was told


def entries(
    file: AuditFile, kind: str = "all", step: str = "", process: int | None = None, after: int = 0,
    most: int = 100,
) -> list[Entry]:  # fmt: skip
    """Return the events of a case as entries, kept to a kind, a step or a process."""
    chosen = [event for event in kept_to(file, kind, step, process) if event.seq > after][:most]
    reasons = {
        branch.seq: branch
        for run in file.runs if any(e.instance_id == run.id and e.kind == "BranchTaken" for e in chosen)
        for branch in branches(file, run)
    }  # fmt: skip
    by_id = {run.id: run for run in file.runs}
    words = _words(file, chosen)
    return [_entry(file, event, words[event.seq], reasons, by_id) for event in chosen]


def kept_to(
    file: AuditFile, kind: str = "all", step: str = "", process: int | None = None
) -> list[Happened]:
    """Return every event of a case that is of a kind, at a step and of a process."""
    wanted = GROUPS.get(kind)
    return [
        event for event in file.events
        if (wanted is None or event.kind in wanted) and (not step or event.element == step)
        and (process is None or event.instance_id == process)
    ]  # fmt: skip


def _words(file: AuditFile, chosen: list[Happened]) -> Mapping[int, EventWords]:
    """Return events in words, by number: those of the office and of releases name no step of a diagram."""
    if file.owner.personal:
        return {event.seq: event_words(file.context, event) for event in chosen}
    return {
        line.seq: EventWords(line.title, line.about, line.detail, line.tone, ())
        for line in lines(file.context, chosen)
    }


def _entry(
    file: AuditFile, event: Happened, told: EventWords, reasons: Mapping[int, Branch],
    runs: Mapping[int, Run],
) -> Entry:  # fmt: skip
    data = event.data
    answers, erased = _answers(file, event, data)
    run = runs.get(event.instance_id or 0)
    lang = file.context.lang
    due = words.how_counted(data, lang) if event.kind in _COUNTED else ""
    number = data.get("number")
    return Entry(
        event, told, tuple(answers), erased, due, reasons.get(event.seq),
        tuple(one for one in file.papers if number and one.number == number),
        str(data.get("reason") or ""), str(data.get("quote") or "") if due else "",
        None if run is None else run.asof(event.seq).version, file.is_altered(event),
    )  # fmt: skip


def _answers(file: AuditFile, event: Happened, data: Mapping[str, Any]) -> tuple[list[Answer], bool]:
    if event.kind == "FactChanged" and "payload" in data:
        facts = file.payloads.get(event.seq)
        return (_facts(file, facts), False) if facts is not None else ([], True)
    if event.kind == "DecisionMade" and isinstance(data.get("inputs"), dict):
        version, process = event.definition_id, event.process_id
        return [
            Answer(file.label(version, process, name), "", file.value(name, value), False)
            for name, value in data["inputs"].items()
        ], False
    task = str(data.get("task", ""))
    if event.kind != "TaskCompleted" or not task.isdigit():
        return [], False
    form = file.forms.get(int(task))
    if form is None:
        return [], "form" in data
    return _form(file, form, _before(file, form)), False


def _facts(file: AuditFile, facts: Mapping[str, Any]) -> list[Answer]:
    told = []
    for name, (old, new) in facts.items():
        before, now = (file.values({name: one})[name] for one in (old, new))
        question = file.label(None, None, name)
        told.append(Answer(question, file.value(name, before), file.value(name, now), True))
    return told


def _before(file: AuditFile, form: Form) -> Form | None:
    """Return what was submitted for the same step before: the round before, or what was sent back."""
    earlier = (
        one for one in file.forms.values()
        if one.element == form.element and (one.saved_at, one.task_id) < (form.saved_at, form.task_id)
    )  # fmt: skip
    return max(earlier, key=lambda one: (one.saved_at, one.task_id), default=None)


def _form(file: AuditFile, form: Form, before: Form | None) -> list[Answer]:
    old = {name: value for name, _question, value in file.answers(before)} if before is not None else {}
    new = file.answers(form)
    told = []
    for name, question, value in new:
        changed = before is not None and before.values.get(name) != form.values.get(name)
        told.append(Answer(question, old.get(name, "") if changed else "", value, changed))
    gone: Iterable[tuple[str, str, str]] = file.answers(before) if before is not None else ()
    have = {name for name, _question, _value in new}
    told += [
        Answer(question, value, file.context.t("audit.not_given"), True)
        for name, question, value in gone if name not in have
    ]  # fmt: skip
    return told
