"""What a comparison is given and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tasks.phrases import Words, sentence


@dataclass(frozen=True, slots=True)
class Source:
    """One version of a process: its diagram, and the forms and rules it brings along as JSON text."""

    xml: str
    annex: str = "{}"


def phrase(code: str, /, **parts: Words | str | int) -> Words:
    """Return a sentence of comparing, its places filled."""
    return sentence("difference", code, **parts)


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
