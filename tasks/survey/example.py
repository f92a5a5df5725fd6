"""A questionnaire filled in believably: what scenarios and the demo answer when they leave it out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tasks.survey.schema import NONE


def example(name: str, on: date, facts: Mapping[str, Any], village: str = "河南村") -> dict[str, Any]:
    """Return complete answers of somebody out of work who wants some, as far as the facts allow."""
    urban = facts.get("urban") is not False
    economy = {"GOOD": "1", "NORMAL": "2"}.get(str(facts.get("family_economy")), "3")
    answers: dict[str, Any] = {
        "name": name, "ethnicity": "汉族", "mobile": NONE, "home_phone": NONE, "education": "3",
        "new_labour": "N", "only_child_family": "N", "hukou": "U" if urban else "R",
        "person_type": "U1" if urban else "R5", "family_economy": economy,
        "dibao": "Y" if facts.get("receives_dibao") else "N", "hukou_place_town": "仁和镇",
        "hukou_place_village": village, "residence_province": "北京市", "residence_county": "顺义区",
        "residence_town": "仁和镇", "residence_village": village, "top_skill": NONE, "skills_other": NONE,
        "q01": "B", "q10": "B", "interviewer": "调查员", "interviewer_village": village,
        "survey_date": on.isoformat(), "health": "1",
    }  # fmt: skip
    if facts.get("disabled"):
        able = "N" if facts.get("labour_ability") is False else "Y"
        answers |= {"health": "4", "health_disability_grade": NONE, "health_labour_ability": able}
    if facts.get("wish") is False:
        return answers | {"q11": "B"}
    reasons = ["E"] if facts.get("special_family_reason") else ["A"]
    return answers | {
        "q11": "A", "q12": reasons, "q13": "A", "q14": ["A", "B", "H"], "q15_other": NONE,
        "q16_difficulty": NONE, "q16_suggestion": NONE,
    }  # fmt: skip
