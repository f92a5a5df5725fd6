"""One catalogue of labels: every code a user may see, in Chinese and English (`bpmn/labels/*.toml`).

A top table of a file is a kind (`role`, `event`, `end` …). Options of form fields are looked up under the
field first, then among the general codes, then in the sets that have a kind of their own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")
DEFAULT_FOLDER = Path(__file__).parent.parent / "bpmn" / "labels"
_CODE_KINDS = ("code", "category", "end", "benefit")

Label = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Labels:
    """All labels by kind and code; those of form fields by field and code."""

    kinds: Mapping[str, Mapping[str, Label]]
    fields: Mapping[str, Mapping[str, Label]]

    def find(self, kind: str, code: str, lang: str = "zh", field: str | None = None) -> str | None:
        """Return the label, or None where there is none."""
        found: Label | None = None
        if kind == "code":
            found = self.fields.get(field or "", {}).get(code)
            for other in _CODE_KINDS:
                found = found or self.kinds.get(other, {}).get(code)
        else:
            found = self.kinds.get(kind, {}).get(code)
        return None if found is None else found[lang]

    def result(self, table: str, output: str, code: str, lang: str = "zh") -> str | None:
        """Return what an output of a decision table is called; a table may call a code in its own way."""
        own = self.fields.get(table, {}).get(code)
        return own[lang] if own else self.find(output, code, lang) or self.find("code", code, lang, output)

    def label(self, kind: str, code: str, lang: str = "zh", field: str | None = None) -> str:
        """Return the label of a code; a code nobody named is shown as it is."""
        return self.find(kind, code, lang, field) or code

    def codes(self, kind: str) -> list[str]:
        """Return the codes of a kind in the order of the file."""
        return list(self.kinds.get(kind, {}))

    def __iter__(self) -> Iterator[tuple[str, str, Label]]:
        for kind, entries in self.kinds.items():
            for code, label in entries.items():
                yield kind, code, label
        for field, entries in self.fields.items():
            for code, label in entries.items():
                yield f"field.{field}", code, label


def load_labels(folder: Path = DEFAULT_FOLDER) -> Labels:
    """Read every label file of a folder; raise ValueError where two files name one code."""
    kinds: dict[str, dict[str, Label]] = {}
    fields: dict[str, dict[str, Label]] = {}
    for path in sorted(folder.glob("*.toml")):
        for kind, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if kind == "field":
                fields.update(entries)
                continue
            known = kinds.setdefault(kind, {})
            if known.keys() & entries.keys():
                raise ValueError(f"{path.name}: {sorted(known.keys() & entries.keys())} stand twice")
            known.update(entries)
    return Labels(kinds, fields)


@cache
def _catalogue() -> Labels:
    return load_labels()


def label(kind: str, code: str, lang: str = "zh", field: str | None = None) -> str:
    """Return the label of a code from the product's catalogue."""
    return _catalogue().label(kind, code, lang, field)


def code_of(kind: str, codes: Sequence[str], word: str) -> str | None:
    """Return the code a list means by a word: the code itself, or what it is called; None for neither."""
    named = {name: one for one in codes for name in (one, *(label(kind, one, lang) for lang in LANGUAGES))}
    return named.get(word)


def catalogue() -> Labels:
    """Return the product's catalogue, read once."""
    return _catalogue()
