"""Sentences in both languages at once, made of the catalogue's words (`bpmn/labels`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tasks import labels

LANGUAGES = labels.LANGUAGES


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


def sentence(kind: str, code: str, /, **parts: Words | str | int) -> Words:
    """Return a sentence of a kind of the catalogue, its places filled."""
    filled = [
        labels.label(kind, code, lang).format(
            **{name: part.of(lang) if isinstance(part, Words) else part for name, part in parts.items()}
        )
        for lang in LANGUAGES
    ]
    return Words(*filled)


def listed(parts: Iterable[Words], zh: str = "、", en: str = ", ") -> Words:
    """Return phrases one after another, as each language separates them."""
    found = list(dict.fromkeys(parts))
    return Words(zh.join(part.zh for part in found), en.join(part.en for part in found))
