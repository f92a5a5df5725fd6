"""What is known about a person, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks import labels
from tasks.facts import FACTS
from web.i18n import Translate


def fact_lines(values: Mapping[str, Any], lang: str, t: Translate) -> list[tuple[str, str]]:
    """Return (name, value) of every fact that is known, in the order of RULES J.5."""
    lines = []
    for name, fact in FACTS.items():
        value = values.get(name)
        if value is None or value in ("", []):
            continue
        lines.append((fact.zh if lang == "zh" else fact.en, _told(fact.type, value, lang, t)))
    return lines


def _told(kind: str, value: Any, lang: str, t: Translate) -> str:
    if kind == "bool":
        return t("form.yes") if value else t("form.no")
    if kind == "enum":
        return labels.label("code", str(value), lang)
    if isinstance(value, list):
        return "、".join(labels.label("code", str(one), lang) for one in value)
    return str(value)
