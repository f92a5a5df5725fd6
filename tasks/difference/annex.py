"""Differences of the forms and deadline rules two versions bring along, over those that are shipped."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.codec import canonical, loads
from tasks.difference.model import Sentence, phrase
from tasks.difference.steps import NOTHING
from tasks.forms.spec import SETS_FILE
from tasks.phrases import Words, labelled, listed, same

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shipped:
    """Forms and deadline rules as the files of the product have them."""

    forms: Mapping[str, Raw]
    rules: Mapping[str, Raw]


@lru_cache(maxsize=2)
def shipped(folder: Path) -> Shipped:
    """Read the product's forms and rules."""
    forms: dict[str, Raw] = {}
    for path in sorted((folder / "forms").glob("*.json")):
        if path.name != SETS_FILE:
            forms |= json.loads(path.read_text("utf-8"))["tasks"]
    rows = tomllib.loads((folder / "policy.toml").read_text("utf-8"))["rule"]
    return Shipped(forms, {row["id"]: row for row in rows})


def laid_over(base: Mapping[str, Raw], annex: str, part: str) -> dict[str, Raw]:
    """Return the shipped entries with those of an annex over them."""
    return {**base, **loads(annex).get(part, {})}


def value_words(value: Any) -> Words:
    """Return a raw value of a form or rule for reading."""
    if value in (None, "", [], {}, ()):
        return phrase(NOTHING)
    if isinstance(value, bool):
        return labelled("yes_no", "yes" if value else "no")
    if isinstance(value, str | int | float):
        return same(str(value))
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return same(", ".join(map(str, value)))
    if isinstance(value, list) and all(isinstance(one, dict) and "type" in one for one in value):
        return listed(map(_column, value))
    if isinstance(value, dict) and all(isinstance(one, dict) and "zh" in one for one in value.values()):
        return listed(Words(f"{code} {one['zh']}", f"{code} {one.get('en')}") for code, one in value.items())
    return same(canonical(value))


def _changed(
    code: str, subject: str, where: str, old: Raw, new: Raw, without: tuple[str, ...], **parts: Words
) -> Iterator[Sentence]:
    for name in dict.fromkeys([*old, *new]):
        if name in without or old.get(name) == new.get(name):
            continue
        before, after = value_words(old.get(name)), value_words(new.get(name))
        if before == after:  # what differs is not in the words
            before, after = same(canonical(old.get(name))), same(canonical(new.get(name)))
        words = phrase(code, aspect=labelled("aspect", name), old=before, new=after, **parts)
        yield Sentence.make("changed", subject, where, words)


def forms(old: Mapping[str, Raw], new: Mapping[str, Raw], shown_at: Mapping[str, str]) -> Iterator[Sentence]:
    """Yield the differences of the forms in use; `shown_at` gives form id -> step that asks it."""
    for form_id, element in shown_at.items():
        before, after = old.get(form_id), new.get(form_id)
        if before is None or after is None or before == after:
            if after is not None and before is None:
                words = phrase("form_added", form=_title(after), fields=len(after.get("fields", ())))
                yield Sentence.make("added", "form", element, words)
            continue
        yield from _form(element, before, after)


def _title(form: Raw) -> Words:
    return Words(str(form.get("title_zh", "")), str(form.get("title_en", "")))


def _asked(row: Raw) -> Words:
    return Words(str(row.get("zh") or row.get("name")), str(row.get("en") or row.get("name")))


def _column(row: Raw) -> Words:
    asked, kind = _asked(row), labelled("field_type", str(row["type"]))
    return Words(f"{asked.zh}（{kind.zh}）", f"{asked.en} ({kind.en})")


def _form(element: str, old: Raw, new: Raw) -> Iterator[Sentence]:
    title = _title(new)
    yield from _changed("form_changed", "form", element, old, new, ("fields",), form=title)
    before = {row["name"]: row for row in old.get("fields", ())}
    after = {row["name"]: row for row in new.get("fields", ())}
    for name, row in before.items():
        if name not in after:
            words = phrase("field_removed", form=title, field=_asked(row))
            yield Sentence.make("removed", "form", element, words)
    for name, row in after.items():
        if name not in before:
            kind = labelled("field_type", row["type"])
            words = phrase("field_added", form=title, field=_asked(row), type=kind)
            yield Sentence.make("added", "form", element, words)
        else:
            yield from _changed(
                "field_changed", "form", element, before[name], row, ("name",), form=title, field=_asked(row)
            )
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield Sentence.make("changed", "form", element, phrase("fields_reordered", form=title))


def rules(old: Mapping[str, Raw], new: Mapping[str, Raw]) -> Iterator[Sentence]:
    """Yield the differences of deadline rules, shown at the step that meets each."""
    for rule_id in dict.fromkeys([*old, *new]):
        before, after = old.get(rule_id), new.get(rule_id)
        if before == after:
            continue
        row = after or before or {}
        where, title = str(row.get("met_by") or ""), same(f"{rule_id} {row.get('title', '')}".strip())
        if before is None or after is None:
            kind = "added" if before is None else "removed"
            yield Sentence.make(kind, "rule", where, phrase(f"rule_{kind}", rule=title))
            continue
        yield from _changed("rule_changed", "rule", where, before, after, ("id",), rule=title)
