"""What is known about a person, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tasks import clears, labels
from tasks.facts import FACTS
from tasks.queries.person_page import PersonHead
from web.context import Ctx
from web.i18n import Translate
from web.words import full_day


def fact_lines(values: Mapping[str, Any], lang: str, t: Translate) -> list[tuple[str, str]]:
    """Return (name, value) of every fact that is known, in the order of RULES J.5."""
    lines = []
    for name, fact in FACTS.items():
        value = values.get(name)
        if value is None or value in ("", []):
            continue
        lines.append((fact.zh if lang == "zh" else fact.en, _told(fact.type, value, lang, t)))
    return lines


def clear_lines(context: Ctx, head: PersonHead) -> dict[str, list[str]]:
    """Return the four things that must be clear, each with the names of what is not known yet."""
    found = clears.missing({**head.facts, "phone": head.phone, "address": head.address})
    return {name: [_name(context, one) for one in lacking] for name, lacking in found.items()}


def _name(context: Ctx, known: str) -> str:
    fact = FACTS.get(known)
    if fact is None:
        return context.t(f"person.{known}")
    return fact.zh if context.lang == "zh" else fact.en


def _told(kind: str, value: Any, lang: str, t: Translate) -> str:
    if kind == "bool":
        return t("form.yes") if value else t("form.no")
    if kind == "enum":
        return labels.label("code", str(value), lang)
    if kind == "date":
        return full_day(date.fromisoformat(str(value)), lang)
    if isinstance(value, list):
        return "、".join(labels.label("code", str(one), lang) for one in value)
    return str(value)
