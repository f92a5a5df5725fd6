"""The policy behind a step: document, article and sentence, one click away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.errors import NotFound
from tasks.library import Library
from tasks.traceability import trace
from web.i18n import say_or, translator

_POLICY = Path(__file__).parent.parent / "bpmn" / "policy"
LOCAL = "LOCAL"


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence of a policy document."""

    id: str
    seed: str
    step: str
    step_zh: str
    quote_zh: str
    statement_en: str
    tier: str

    @property
    def local(self) -> bool:
        """Tell whether the step is the product's own and no clause asks for it."""
        return self.id == LOCAL

    def document(self, lang: str) -> str:
        """Return the title of the document."""
        return say_or(lang, f"document.{self.seed}", self.seed)

    def article(self, lang: str) -> str:
        """Return where in the document the sentence stands."""
        t = translator(lang)
        if self.seed != "004":
            return t("clause.article", article=self.step if lang == "zh" else _in_english(self.step))
        part = say_or(lang, f"clause_part.{self.id.split('.')[1][0]}", "")
        number = re.match(r"[A-Z](\d+)", self.id.split(".")[1])
        name = self.step_zh if lang == "zh" else ""
        where = t("clause.step", step=int(self.step), name=name, part=part,
                  n=number[1] if number and part else "")  # fmt: skip
        return " ".join(where.split())


_UNITS = "零一二三四五六七八九"
_NUMERAL = re.compile(f"[{_UNITS[1:]}十]+")


def _in_english(article: str) -> str:
    """Return an article as it is cited in English: `(十二)` is (12)."""
    if article == "前言":
        return "preamble"

    def number(found: re.Match[str]) -> str:
        tens, ten, units = found[0].rpartition("十")
        value = (_UNITS.index(tens) if tens else 1) * 10 if ten else 0
        return str(value + (_UNITS.index(units) if units else 0))

    return _NUMERAL.sub(number, article)


_LOCAL = Clause(LOCAL, LOCAL, "", "", "", "", "")


@cache
def catalogue() -> Mapping[str, Clause]:
    """Return every clause by id."""
    rows = json.loads((_POLICY / "rules.json").read_text("utf-8"))
    return {
        row["id"]: Clause(
            row["id"], row["seed"], row["step"], row["step_zh"], row["quote_zh"], row["statement_en"],
            row["tier"],
        )
        for row in rows
    }


def clauses(ids: Iterable[str]) -> list[Clause]:
    """Return clauses by id, in order; a step of the product's own has the one called LOCAL."""
    known = catalogue()
    every = {LOCAL: _LOCAL, **known}
    return [every[one] for one in dict.fromkeys(ids) if one in every]


def of_step(library: Library, element: str, given: Iterable[str]) -> list[Clause]:
    """Return the clauses behind a step: those its diagram names, then those only `places.toml` puts there."""
    return clauses([*given, *trace(library.shipped).shown_at.get(element, ())])


@dataclass(frozen=True, slots=True)
class Passage:
    """The paragraphs of a document around a sentence; `hit` is the one that holds it."""

    before: tuple[str, ...]
    hit: tuple[str, str, str]
    after: tuple[str, ...]


def clause(clause_id: str) -> Clause:
    """Return a clause; raise NotFound."""
    found = clauses([clause_id])
    if not found:
        raise NotFound
    return found[0]


@cache
def _paragraphs(seed: str) -> tuple[str, ...]:
    path = next(iter(sorted((_POLICY / "seeds").glob(f"{seed}_*.txt"))), None)
    if path is None:
        return ()
    lines = (re.sub(r"^[#\s>]+|\*\*", "", line).strip() for line in path.read_text("utf-8").splitlines())
    whole: list[str] = []
    for line in filter(None, lines):
        if whole and _goes_on(whole[-1]):
            whole[-1] += line
        else:
            whole.append(line)
    return tuple(whole)


def _goes_on(paragraph: str) -> bool:
    """Tell whether a page of the document ended within a paragraph: a numbered one ends with a stop."""
    return bool(re.match(r"\d+[.．、]", paragraph)) and not paragraph.endswith(tuple("。；：！？”）"))


def _heading(paragraphs: tuple[str, ...], step: str) -> int:
    """Return where a step of the manual begins: several steps have sentences in common."""
    numbered = re.compile(r"[一二三四五六七八九十]+、\s*" + re.escape(step))
    return next((n for n, text in enumerate(paragraphs) if step and numbered.match(text)), 0)


def passage(found: Clause, around: int = 2) -> Passage | None:
    """Return where the sentence stands in its document; None where its wording was joined from several."""
    paragraphs = _paragraphs(found.seed)
    begins = _heading(paragraphs, found.step_zh)
    for n in (*range(begins, len(paragraphs)), *range(begins)):
        text = paragraphs[n]
        at = text.find(found.quote_zh)
        if at >= 0 and found.quote_zh:
            end = at + len(found.quote_zh)
            return Passage(
                paragraphs[max(0, n - around) : n], (text[:at], text[at:end], text[end:]),
                paragraphs[n + 1 : n + 1 + around],
            )  # fmt: skip
    return None
