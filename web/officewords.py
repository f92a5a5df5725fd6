"""Events of the office's own trails as a person reads them: what was done, to what, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.codec import loads
from tasks import labels
from tasks.queries.names import user_names
from tasks.queries.trail import Happened
from tasks.queries.units import places
from web import nav
from web.context import Ctx
from web.eventwords import move_words
from web.i18n import say_or
from web.words import process_code, process_name

_BAD = frozenset({"LoginFailed", "AccessDenied"})
_BIG = frozenset({
    "RoleGranted", "RoleRevoked", "AccountDisabled", "SettingChanged", "PasswordReset", "SecondFactorReset",
    "RecoveryCodeUsed",
})  # fmt: skip
_COUNTED = ("moved", "count", "wait", "rows", "left")


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words."""

    seq: int
    at: int
    title: str
    about: str
    account: int | None  #: whose page tells more
    detail: str
    by: tuple[str, ...]  #: who, in which role, from where
    tone: str


def lines(context: Ctx, found: Iterable[Happened]) -> list[Line]:
    """Return events in words."""
    events = list(found)
    ids = [_account(one) for one in events]
    with context.app.read() as conn:
        people = user_names(conn, ids)
        units = {place.id: place.name for place in places(conn)} if events else {}
    return [_line(context, one, people, units) for one in events]


def _account(event: Happened) -> int | None:
    kind, _, name = (event.element or "").partition(":")
    return int(name) if kind == "account" and name.isdecimal() else None


def _line(context: Ctx, event: Happened, people: Mapping[int, str], units: Mapping[int, str]) -> Line:
    account = _account(event)
    tone = "bad" if event.kind in _BAD else "big" if event.kind in _BIG else "plain"
    about = people.get(account, "") if account else _thing(context, event)
    return Line(
        event.seq, event.at, labels.label("event", event.kind, context.lang),
        "" if account and account == event.actor_id else about, account,
        " · ".join(one for one in _details(context, event.data, units) if one),
        _by(context, event), tone,
    )  # fmt: skip


def _by(context: Ctx, event: Happened) -> tuple[str, ...]:
    if event.actor is None and event.kind != "LoginFailed":
        return (context.t("account.by_operator" if event.origin == "cli" else "history.system"),)
    roles = (labels.label("role", one, context.lang) for one in (event.role or "").split(",") if one)
    told = (event.actor or "", *roles, event.origin or "")
    return tuple(one for one in dict.fromkeys(told) if one)


def _thing(context: Ctx, event: Happened) -> str:
    if "process" in event.data:
        process = str(event.data["process"])
        version = event.data.get("version")
        named = f"{process_code(process)} {process_name(process, context.lang)}"
        return f"{named} {context.t('process.version', n=version)}" if version else named
    kind, _, name = (event.element or "").partition(":")
    if kind == "setting":
        return labels.label("setting", name, context.lang)
    if kind == "calendar":
        return context.t("calendar.year", year=name)
    if kind == "list":
        return labels.label("list", str(event.data.get("list", "")), context.lang)
    if kind == "leftover":
        return labels.label("leftover", name, context.lang)
    if kind == "unit":
        return str(event.data.get("name") or event.data.get("new") or "")
    if event.kind == "AccessDenied":
        what = event.element or ""
        return say_or(context.lang, f"command.{what}", nav.page_name(context, what) or what)
    return ""


def _details(context: Ctx, data: Mapping[str, Any], units: Mapping[int, str]) -> list[str]:
    t, lang = context.t, context.lang
    told = [labels.label("role", data["role"], lang)] if "role" in data else []
    told += [units.get(int(data["unit"]), "")] if "unit" in data else []
    told += [t("trail.under", name=data["under"])] if "under" in data else []
    if "old" in data or "new" in data:
        told.append(f"{_value(context, data.get('old'))} → {_value(context, data.get('new'))}")
    told += move_words(context, data) if "batch" in data else []
    told += ["、".join(t(f"account.{name}") for name in data.get("fields", ()))]
    told += [t(f"trail.{name}", n=data[name]) for name in _COUNTED if name in data]
    told += [t(f"trail.{data['why']}")] if data.get("why") in ("disabled", "code") else []
    told += [labels.label("error", data["code"], lang)] if "code" in data else []
    told += [str(data[name]) for name in ("file", "source", "reason") if data.get(name)]
    return told


def _value(context: Ctx, stored: Any) -> str:
    """Return one side of a change: the JSON of a setting, or a name."""
    if stored is None:
        return context.t("settings.off")
    try:
        value = loads(str(stored))
    except ValueError:
        return str(stored)
    if isinstance(value, bool):
        return context.t("form.yes" if value else "form.no")
    if isinstance(value, dict):
        return "、".join(f"{name} {days}" for name, days in value.items()) or context.t("settings.off")
    if isinstance(value, list):
        return "、".join(map(str, value)) or context.t("trail.nothing")
    return context.t("settings.off") if value is None else str(value)
