"""What a questionnaire tells about a person: facts, candidate categories, and the class of visits.

It yields candidate flags only; the category is decided in step 2 (AMB-64). Registered unemployment, dates
of unemployment or graduation and the family are not asked and stay as the record has them (D.2.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.codec import dumps
from engine.decisions import DecisionTable, DecisionUnmatched
from tasks.decision_inputs import Family, Thresholds, decision_inputs
from tasks.survey.schema import Answers, questionnaire

_ECONOMY = {"1": "GOOD", "2": "NORMAL", "3": "HARD"}
#: Found already: what a table says of the same inputs. Few thousand combinations occur.
_Found = dict[tuple[Any, ...], Any]


def facts_of(answers: Answers, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that answers tell, by name; `known` are the stored facts of the person.

    Of 困难 the worker tells whether it is 较为 or 特别困难 (AMB-15): what he told stays.
    """
    facts: dict[str, Any] = {
        "urban": answers["hukou"] == "U",
        "receives_dibao": answers["dibao"] == "Y",
        "education": _words("education", answers["education"]),
        "family_economy": _ECONOMY[answers["family_economy"]],
    }
    if facts["family_economy"] == "HARD" and known.get("family_economy") == "VERY_HARD":
        del facts["family_economy"]
    if answers["health"] == "4":
        facts |= {"disabled": True, "labour_ability": answers.get("health_labour_ability") == "Y"}
    if "q11" in answers:
        facts["wish"] = answers["q11"] == "A"
    if "E" in answers.get("q12", ()):
        facts["special_family_reason"] = True  # suggested; the visit confirms it (D.6)
    return facts


def _words(name: str, code: str) -> str:
    option = questionnaire().questions[name].option(code)
    return option.zh if option is not None else code


def skill_of(answers: Answers) -> str:
    """Return the skill somebody told of in words: trade and grade, empty where there is none."""
    trade, code = str(answers.get("top_skill") or ""), str(answers.get("skill_level") or "")
    grade = _words("skill_level", code) if code else ""
    if trade in ("", "无"):
        return grade
    return f"{trade}（{grade}）" if grade else trade


def choices_of(answers: Answers) -> str:
    """Return the boxes ticked as one line, `q01=B q12=A q12=E`, for counting."""
    told: list[str] = []
    for one in questionnaire():
        given = answers.get(one.id)
        if one.is_choice and given is not None:
            told += [f"{one.id}={code}" for code in (given if isinstance(given, list) else (given,))]
    return " ".join(told)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What follows from a questionnaire on its day."""

    candidates: tuple[str, ...]
    visit_class: int | None


class Reader:
    """Works out the meaning of many questionnaires; a table is asked once for the same inputs."""

    def __init__(self, tables: Mapping[str, DecisionTable], thresholds: Thresholds) -> None:
        self._tables = tables
        self._thresholds = thresholds
        self._found: _Found = {}

    def read(
        self, answers: Answers, facts: Mapping[str, Any], sex: str, born: str, on: date
    ) -> Meaning:
        """Return what follows from answers and the facts of the person with them.

        Who is not disabled was not asked whether he can work: a candidate unless he says that his health
        forbids it (Q12.G); the visit decides.
        """
        able = facts.get("labour_ability")
        if able is None:
            able = "G" not in answers.get("q12", ())
        row = {"facts": dumps({**facts, "labour_ability": able}), "sex": sex, "birth_date": born}
        inputs = decision_inputs(row, Family(), on, self._thresholds)
        candidates = tuple(self._decide("DT-01", inputs, on) or ())
        visit_class = None
        if candidates and facts.get("wish") is not None and facts.get("family_economy"):
            output = self._decide("DT-05", inputs, on)
            visit_class = int(output["visit_class"]) if output else None
        return Meaning(candidates, visit_class)

    def _decide(self, table_id: str, inputs: Mapping[str, Any], on: date) -> Any:
        table = self._tables[table_id]
        key = (table_id, table.edition(on), *(inputs.get(name) for name in sorted(table.names)))
        if key not in self._found:
            try:
                self._found[key] = table.decide(inputs, {"setting": lambda _name: None}, on=on).output
            except DecisionUnmatched:
                self._found[key] = None
        return self._found[key]
