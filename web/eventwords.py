"""History events as a person reads them: what happened, where, and the few details worth a glance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from tasks import labels
from tasks.facts import FACTS
from tasks.queries.trail import Happened
from web import words
from web.clauses import catalogue as clause_catalogue
from web.i18n import translator

if TYPE_CHECKING:
    from web.context import Ctx

_TONES = {
    "bad": {
        "DeadlineMissed", "DutyMissed", "IncidentOpened", "IncidentStays", "CalendarAlarm",
        "WarningRaised", "MessageUndelivered",
    },
    "good": {
        "TaskCompleted", "DeadlineMet", "DutyDone", "HandOverAccepted", "IncidentResolved", "CaseClosed",
    },
    "big": {
        "CaseOpened", "RunStarted", "HandOverSubmitted", "HandOverReturned", "WaiverFiled", "ExitRecorded",
        "FoundWork", "JobLost", "ProcessStarted", "ProcessEnded", "ProcessCancelled",
        "ProcessMigrated", "DeadlineExtended", "DeadlineSuspended", "DeadlineResumed", "ClockChangeAsked",
    },
}
#: What goes without saying beside the rest; shown with all details, and in the audit.
QUIET = frozenset(
    {
        "TaskCreated", "RegisterWritten", "DutyCreated", "MessageSent", "MessageReceived", "TaskSaved",
        "PersonRegistered", "TokenMoved", "TimerFired", "RecordViewed", "RecordExported",
    }
)
_MOVES = frozenset({"ProcessMigrated", "MigrationStarted", "MigrationStopped", "MigrationEnded"})
#: Data worth a glance, in the order shown; coded ones with the kind of their labels.
_PLAIN = ("employer", "post", "number", "explanation", "missing", "purpose")
_CODED = {"paper": "paper", "outcome": "code", "end_code": "end", "duty": "duty", "decision": "code",
          "register": "paper", "change": "code", "viewed": "viewed", "exported": "viewed",
          "topic": "telling", "channel": "code"}  # fmt: skip
_LISTS = {"categories": "category", "facts": "fact"}


@dataclass(frozen=True, slots=True)
class EventWords:
    """One event in words."""

    title: str
    step: str
    detail: str
    tone: str
    clauses: tuple[str, ...]


def event_words(context: Ctx, event: Happened) -> EventWords:
    """Return an event in words."""
    data = event.data
    lang = context.lang
    tone = next((name for name, kinds in _TONES.items() if event.kind in kinds), "plain")
    step = ""
    if event.element:
        step = words.element_name(context, event.definition_id, event.element, lang)
    elif event.kind.startswith("Process") and event.process_id:
        step = words.process_name(event.process_id, lang)
    title = labels.label("event", event.kind, lang)
    if event.kind == "TokenMoved" and event.element is None:
        title = context.t("history.went_on")
    return EventWords(
        title, step, " · ".join(one for one in _details(context, event, data) if one != step), tone,
        _clauses(context, event, data),
    )  # fmt: skip


def _details(context: Ctx, event: Happened, data: Mapping[str, Any]) -> list[str]:
    told = []
    if "branch" in data:
        told.append(_branch(context, event, str(data["branch"])))
    if "to" in data and event.kind in ("TaskSentBack", "TokenMoved"):
        step = words.element_name(context, event.definition_id, str(data["to"]), context.lang)
        moved = event.kind == "TokenMoved"
        told.append(context.t("history.moved_to" if moved else "history.back_to", step=step))
    if data.get("viewed") == "id_no":
        told.append(context.t("person.id_no"))
    if event.kind in _MOVES:
        told += move_words(context, data)
    notes = data["notes"] if isinstance(data.get("notes"), list) else []
    told += [str(note.get(context.lang, "")).rstrip("。.") for note in notes if isinstance(note, dict)]
    return told + detail_words(context, data)


def move_words(context: Ctx, data: Mapping[str, Any]) -> list[str]:
    """Return between which versions a case or a batch went, of how many cases, and that it was a trial."""
    told = [context.t("history.versions", old=data.get("from"), new=data.get("version"))]
    told += [context.t("history.moving", n=data["cases"])] if "cases" in data else []
    if "waiting" in data:
        left = "moving_left" if data["waiting"] else "moving_all"
        told.append(context.t(f"history.{left}", done=data.get("done"), waiting=data["waiting"]))
    return told + ([context.t("history.moving_dry")] if data.get("dry") else [])


def detail_words(context: Ctx, data: Mapping[str, Any]) -> list[str]:
    """Return what of the data of an event or notice is worth a glance."""
    lang = context.lang
    told: list[str] = []
    if isinstance(data.get("rule"), str):
        told.append(_rule(context, data["rule"]))
    if isinstance(data.get("rule"), str) and isinstance(data.get("old"), str):
        new = data.get("new") or data.get("effective")
        told.append(context.t("history.instead", old=day_words(context, data["old"])) if new else "")
        told.append(context.t("history.due", day=day_words(context, str(new))) if data.get("new") else "")
    if isinstance(data.get("effective"), str):
        told.append(context.t("history.due", day=day_words(context, data["effective"])))
    for name, kind in _CODED.items():
        value = data.get(name)
        if isinstance(value, str) and value:
            told.append(labels.label(kind, value, lang))
    told += [str(data[name]) for name in _PLAIN if isinstance(data.get(name), str) and data[name]]
    told += _listed(data, lang) + _outputs(context, data)
    reason = data.get("reason")
    if isinstance(reason, str) and reason.strip("—"):  # a trial that gave none
        told.append(_reason(reason, lang))
    return [one for one in dict.fromkeys(told) if one]


def day_words(context: Ctx, text: str) -> str:
    """Return a civil date of an event in words; what is no date as it stands."""
    try:
        return words.day_text(date.fromisoformat(text), context.today, context.lang)
    except ValueError:
        return text


def _rule(context: Ctx, rule: str) -> str:
    """Return a rule of warnings by its name, one of deadlines by what it says, and its id."""
    warning = labels.catalogue().find("warning", rule, context.lang)
    if warning is not None:
        return warning
    known = context.rule(rule)
    if context.lang != "zh":
        return f"{words.rule_title(rule, '', context.lang)} ({rule})"
    return f"{known.title}（{rule}）" if known is not None else rule


def _reason(reason: str, lang: str) -> str:
    """Return a reason: one of the program's own codes, a code of a form, or what a person typed."""
    for kind in ("close_reason", "code"):
        found = labels.catalogue().find(kind, reason, lang, "reason")
        if found is not None:
            return found
    return reason


def _listed(data: Mapping[str, Any], lang: str) -> list[str]:
    told = []
    for name, kind in _LISTS.items():
        codes = data.get(name)
        if isinstance(codes, list):
            names = (
                (FACTS[code].zh if lang == "zh" else FACTS[code].en) if kind == "fact" and code in FACTS
                else labels.label(kind, str(code), lang) for code in codes
            )  # fmt: skip
            said = ("、" if lang == "zh" else ", ").join(names)
            told.append(translator(lang)("history.facts", what=said) if kind == "fact" else said)
    return told


def _outputs(context: Ctx, data: Mapping[str, Any]) -> list[str]:
    """Return what a decision table gave."""
    output, lang = data.get("output"), context.lang
    if isinstance(output, list):
        names = [labels.label("code", str(code), lang) for code in output]
        nothing = "history.no_benefit" if data.get("table") == "DT-15" else "history.no_category"
        told = [("、" if lang == "zh" else ", ").join(dict.fromkeys(names)) or context.t(nothing)]
    elif isinstance(output, dict):
        told = [_output(context, str(data.get("table")), name, value) for name, value in output.items()]
    else:
        return []
    return [str(data.get("table", "")), *(one for one in told if one), *held_words(context, data)]


def held_words(context: Ctx, data: Mapping[str, Any]) -> list[str]:
    """Return which dated rows of the table spoke, and since or until when they hold."""
    told = []
    for number, since, until in data.get("valid") or ():
        key, day = ("tables.row_since", since) if since else ("tables.row_until", until)
        told.append(context.t(key, n=number, day=words.full_day(date.fromisoformat(day), context.lang)))
    return told


def _output(context: Ctx, table: str, name: str, value: Any) -> str:
    """Return one output of a decision table; one without words in the catalogue is left to the audit."""
    lang, t = context.lang, context.t
    if isinstance(value, bool):
        known = FACTS.get(name)
        asked = "" if known is None else known.zh if lang == "zh" else known.en
        return asked and t("history.found", what=asked, is_=t("form.yes" if value else "form.no"))
    if name == "rank":
        return t("history.rank", n=value)
    return labels.catalogue().result(table, name, str(value), lang) or ""


def _branch(context: Ctx, event: Happened, key: str) -> str:
    """Return the Chinese name of a branch as its diagram has it, else its key."""
    if event.definition_id is None or event.element is None:
        return key
    node = context.graph(event.definition_id).nodes.get(event.element)
    flows = node.outgoing if node is not None else ()
    return next((flow.name for flow in flows if flow.branch == key and flow.name), key)


def _clauses(context: Ctx, event: Happened, data: Mapping[str, Any]) -> tuple[str, ...]:
    given = data.get("clauses")
    found = tuple(one for one in given if isinstance(one, str)) if isinstance(given, list) else ()
    if not found and event.definition_id is not None and event.element:
        node = context.graph(event.definition_id).nodes.get(event.element)
        found = node.attr_list("clauses") if node is not None else ()
    known = clause_catalogue()
    return tuple(one for one in found if one in known)
