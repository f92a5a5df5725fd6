"""What the editor chooses from: names of the office in the language of the page, forms and rules as written.

The lists and entries come from the files of the release and never change while the program runs.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from tasks import labels
from tasks.forms.spec import load_sets
from tasks.library import Library
from tasks.release import known
from web import clauses, words
from web.i18n import catalogue

#: Parts of the catalogue that the browser says.
_SPOKEN = ("editor.", "action.close")
Item = dict[str, str]


@lru_cache(maxsize=4)
def vocabulary(library: Library, lang: str) -> Mapping[str, Any]:
    """Return words, lists and entries for the editor."""
    entries = _entries(library)
    names = known(library)
    sets = load_sets(library.folder / "forms")
    return {
        "words": {key: text for key, text in catalogue(lang).items() if key.startswith(_SPOKEN)},
        "lists": {
            "roles": _labelled("role", labels.catalogue().codes("role"), lang),
            "tiers": _labelled("tier", labels.catalogue().codes("tier"), lang),
            "messages": _labelled("message", sorted(names.messages), lang),
            "services": _labelled("service", sorted(names.services), lang),
            "decisions": _labelled("decision", sorted(names.decisions), lang),
            "papers": _labelled("paper", labels.catalogue().codes("paper"), lang),
            "registers": _labelled("paper", labels.catalogue().codes("paper"), lang),
            "processes": [
                _item(one, words.process_name(one, lang)) for one in sorted(words.process_ids())
            ],
            "forms": [_item(one, entry[f"title_{lang}"]) for one, entry in sorted(entries["forms"].items())],
            "rules": [
                _item(one, words.rule_title(one, entry["title"], lang), entry.get("quote_zh", ""))
                for one, entry in sorted(entries["rules"].items())
            ],
            "clauses": _clauses(lang),
            "sets": [_set(name, codes, lang) for name, codes in sets.items()],
        },
        "entries": entries,
        "sets": sets,
        "codes": _codes(),
    }  # fmt: skip


def _entries(library: Library) -> dict[str, dict[str, Any]]:
    """Return forms and rules as their files have them, by id: what an annex takes copies of."""
    forms: dict[str, Any] = {}
    for path in sorted((library.folder / "forms").glob("P*.json")):
        forms |= json.loads(path.read_text("utf-8"))["tasks"]
    rules = tomllib.loads((library.folder / "policy.toml").read_text("utf-8"))["rule"]
    return {"forms": forms, "rules": {row["id"]: row for row in rules}}


def _item(name: str, text: str, more: str = "") -> Item:
    return {"id": name, "text": text, **({"more": more} if more else {})}


def _set(name: str, codes: Iterable[str], lang: str) -> Item:
    members = ("、" if lang == "zh" else ", ").join(labels.label("code", code, lang) for code in codes)
    return _item(name, labels.label("code_set", name, lang), members)


def _codes() -> dict[str, labels.Label]:
    """Return what codes of choices are called where a form does not say it otherwise."""
    found: dict[str, labels.Label] = {}
    for kind in ("benefit", "end", "category", "code"):
        found |= labels.catalogue().kinds.get(kind, {})
    return found


def _labelled(kind: str, codes: Iterable[str], lang: str) -> list[Item]:
    return [_item(code, labels.label(kind, code, lang)) for code in codes]


def _clauses(lang: str) -> list[Item]:
    local = _item(clauses.LOCAL, catalogue(lang)["clause.local"], catalogue(lang)["clause.local_text"])
    found = clauses.catalogue().values()
    return [local, *(_item(one.id, one.quote_zh if lang == "zh" else one.statement_en, one.article(lang))
                     for one in found)]  # fmt: skip
