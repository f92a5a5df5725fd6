"""What can be wrong with a scenario: the file itself, or the first difference when it ran."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ScenarioFault(Exception):
    """A sentence in Chinese and English, and the line of the file it is about (1-based).

    `about` are the ids of steps, gateways and deadline rules the sentence speaks of.
    """

    def __init__(self, line: int, zh: str, en: str, about: Iterable[str] = ()) -> None:
        self.line = line
        self.zh = zh
        self.en = en
        self.about = tuple(dict.fromkeys(about))
        super().__init__(f"line {line}: {en}")


class BadScenario(ScenarioFault):
    """The file cannot be run: unknown key, handle, id or field, or a time that goes back."""


def near(named: object, known: Iterable[str]) -> tuple[str, str]:
    """Ask about the word that was probably meant, in Chinese and English; nothing where none is near."""
    found = get_close_matches(str(named), list(known), 1, 0.8)
    return (f"是不是“{found[0]}”？", f" Is it “{found[0]}”?") if found else ("", "")


class Difference(ScenarioFault):
    """The program did something else than the scenario says."""
