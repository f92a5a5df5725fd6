"""What a comparison is given and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tasks import labels

LANGUAGES = labels.LANGUAGES


@dataclass(frozen=True, slots=True)
class Source:
    """One version of a process: its diagram, and the forms and rules it brings along as JSON text."""

    xml: str
    annex: str = "{}"


@dataclass(frozen=True, slots=True)
class Words:
    """A phrase in both languages."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """Return the phrase in a language."""
        return self.zh if lang == "zh" else self.en


def same(text: str) -> Words:
    """Return what reads alike in both languages: names, ids, expressions."""
    return Words(text, text)


def labelled(kind: str, code: str) -> Words:
    """Return a code's label in both languages."""
    return Words(labels.label(kind, code, "zh"), labels.label(kind, code, "en"))


def phrase(code: str, **parts: Words | str | int) -> Words:
    """Return a sentence of the catalogue, its places filled."""
    filled = [
        labels.label("difference", code, lang).format(
            **{name: part.of(lang) if isinstance(part, Words) else part for name, part in parts.items()}
        )
        for lang in LANGUAGES
    ]
    return Words(*filled)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One difference.

    `kind`: added, removed, changed, moved. `subject`: process, step, flow, form, rule, drawing.
    `element` is the id it is shown at on a diagram; empty where it stands on none.
    """

    kind: str
    subject: str
    element: str
    zh: str
    en: str

    @classmethod
    def make(cls, kind: str, subject: str, element: str, words: Words) -> Sentence:
        """Make a sentence of words in both languages."""
        return cls(kind, subject, element, words.zh, words.en)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs, what matters most first."""

    sentences: tuple[Sentence, ...]
    added: frozenset[str] = frozenset()  #: ids only the new diagram has
    removed: frozenset[str] = frozenset()  #: ids only the old diagram has
    changed: frozenset[str] = frozenset()  #: ids of both that do something else now
    moved: frozenset[str] = frozenset()  #: ids of both that only stand elsewhere on the drawing

    @property
    def runs_alike(self) -> bool:
        """Tell whether both versions do the same."""
        return all(sentence.subject == "drawing" for sentence in self.sentences)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "sentences": [
                {"kind": s.kind, "subject": s.subject, "element": s.element, "zh": s.zh, "en": s.en}
                for s in self.sentences
            ],
            **{name: sorted(getattr(self, name)) for name in ("added", "removed", "changed", "moved")},
        }
