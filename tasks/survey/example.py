"""A questionnaire filled in believably: what scenarios and the demo answer when they leave it out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tasks.survey.schema import NONE

#: Education as files have it -> the box of the form; the rest ticks 高中.
_EDUCATION = {"小学": "1", "初中": "2", "大专": "4", "本科": "5"}


def example(
    name: str, on: date, facts: Mapping[str, Any], place: tuple[str, str] = ("仁和镇", "河南村"),
    phone: str = "",
) -> dict[str, Any]:
    """Return complete answers, as far as the facts allow; of somebody out of work where they do not say.

    `place` is the street and the community, `phone` what is on file.
    """
    urban, works = facts.get("urban") is not False, facts.get("unemployed") is False
    town, village = place
    economy = {"GOOD": "1", "NORMAL": "2"}.get(str(facts.get("family_economy")), "3")
    answers: dict[str, Any] = {
        "name": name, "ethnicity": "汉族", "mobile": phone or NONE, "home_phone": NONE,
        "education": _EDUCATION.get(str(facts.get("education")), "3"),
        "new_labour": "N", "only_child_family": "N", "hukou": "U" if urban else "R",
        "person_type": ("U4" if urban else "R2") if works else "U1" if urban else "R5",
        "family_economy": economy,
        "dibao": "Y" if facts.get("receives_dibao") else "N", "hukou_place_town": town,
        "hukou_place_village": village, "residence_province": "北京市", "residence_county": "顺义区",
        "residence_town": town, "residence_village": village, "top_skill": NONE, "skills_other": NONE,
        "q01": "B", "q10": "B", "interviewer": "调查员", "interviewer_village": village,
        "survey_date": on.isoformat(), "health": "1",
    }  # fmt: skip
    if facts.get("disabled"):
        able = "N" if facts.get("labour_ability") is False else "Y"
        answers |= {"health": "4", "health_disability_grade": NONE, "health_labour_ability": able}
    opinions = {
        "q13": "A", "q14": ["A", "B", "H"], "q15_other": NONE, "q16_difficulty": NONE, "q16_suggestion": NONE,
    }
    if works:
        del answers["q10"]
        return answers | opinions | {
            "q01": "A", "q02": "C" if urban else "B", "q03": "A", "q04": "顺义某企业", "q05": "B",
            "q06": 4_200, "q07": ["A", "B", "C", "D", "E"],
        }  # fmt: skip
    if facts.get("wish") is False:
        return answers | {"q11": "B"}
    return answers | opinions | {"q11": "A", "q12": ["E"] if facts.get("special_family_reason") else ["A"]}
