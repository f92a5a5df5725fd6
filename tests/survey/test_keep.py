"""What a questionnaire tells of a person goes to the record as of its day, and never over what is newer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.codec import loads
from engine.errors import DuplicatePerson, FormInvalid, IllegalState, NotCandidate, NotFound, OutOfArea
from tasks import people
from tasks.actor import Actor
from tasks.survey.analysis import analyse
from tasks.survey.check import ON_FILE, check
from tasks.survey.commands import KeepSurvey, SettleSurvey, ViewSurvey
from tasks.survey.meaning import Reader, choices_of, facts_of
from tests.survey.conftest import LIBRARY, Place
from tests.survey.papers import TODAY, book, employed, filled

READER = Reader(LIBRARY.tables, LIBRARY.thresholds)


def answers(row: dict[str, Any]) -> dict[str, Any]:
    found = check(row, TODAY, LIBRARY.thresholds, without=frozenset() if "id_no" in row else ON_FILE)
    assert found.problems == []
    return found.answers


def kept(place: Place, row: dict[str, Any], actor: Actor | None = None, person: int | None = None) -> Any:
    return place.app.do(KeepSurvey(answers(row), person), actor or place.worker)


def record(place: Place, person_id: int) -> dict[str, Any]:
    with place.app.read() as conn:
        return dict(loads(people.get_person(conn, person_id)["facts"]))


def told(place: Place, person_id: int, facts: dict[str, Any], since: date) -> None:
    with place.app.write() as conn:
        people.write_facts(
            conn, person_id, facts, place.worker, place.clock.now(), source="record", since=since
        )


def test_a_door_opens_a_file_with_its_facts(both: Place) -> None:
    done = kept(both, filled(2, dibao="是", family_economy="困难"))
    assert record(both, done.person_id) == {
        "urban": True, "receives_dibao": True, "education": "初中", "family_economy": "HARD", "wish": True,
        "special_family_reason": True,
    }  # fmt: skip
    row = both.kept()[0]
    assert (row["year"], row["surveyed_on"], row["standing"], row["source"]) == (
        2026, "2026-01-20", "held", "door",
    )  # fmt: skip
    assert row["candidates"].split() == ["SY01_DIBAO", "SY03_3545"]
    assert row["visit_class"] == 3


def test_what_was_recorded_of_a_later_day_stays(place: Place) -> None:
    person = kept(place, filled(2)).person_id
    told(place, person, {"wish": False}, date(2026, 2, 20))
    kept(place, filled(2, id_no=None, survey_date="2025-12-01", family_economy="较好"), person=person)
    facts = record(place, person)
    assert facts["wish"] is False
    assert facts["family_economy"] == "NORMAL"


def test_very_hard_as_the_worker_said_stays_when_the_form_says_hard(place: Place) -> None:
    person = kept(place, filled(2)).person_id
    told(place, person, {"family_economy": "VERY_HARD"}, date(2026, 1, 20))
    kept(place, filled(2, id_no=None, survey_date="2025-01-21", family_economy="困难"), person=person)
    assert record(place, person)["family_economy"] == "VERY_HARD"
    assert "family_economy" not in facts_of(answers(filled(family_economy="困难")),
                                            {"family_economy": "VERY_HARD"})  # fmt: skip


def test_each_year_has_its_own_questionnaire(place: Place) -> None:
    person = kept(place, filled(2)).person_id
    kept(place, filled(2, id_no=None, survey_date="2025-02-01"), person=person)
    assert [(row["year"], row["standing"]) for row in place.kept()] == [(2026, "held"), (2025, "held")]


def test_the_one_that_is_chosen_tells_its_facts_and_both_stay(both: Place) -> None:
    person = kept(both, filled(2)).person_id
    second = kept(both, filled(2, id_no=None, dibao="是"), person=person)
    assert second.extra["beside"] == 1
    assert record(both, person)["receives_dibao"] is False
    both.app.do(SettleSurvey(second.extra["questionnaire_id"], True), both.worker)
    assert record(both, person)["receives_dibao"] is True
    assert sorted(row["standing"] for row in both.kept()) == ["held", "set_aside"]
    with pytest.raises(IllegalState):
        both.app.do(SettleSurvey(second.extra["questionnaire_id"], False), both.worker)


def test_a_questionnaire_is_kept_and_read_by_whom_it_is_for(place: Place) -> None:
    done = kept(place, filled(2))
    stranger = Actor(20, "外人", place.worker.grants[:0], "test")
    with pytest.raises((OutOfArea, NotCandidate)):
        kept(place, filled(4), stranger)
    with pytest.raises((OutOfArea, NotCandidate)):
        kept(place, filled(4, hukou_place_town="南法信镇", hukou_place_village="东海洪村"))
    with pytest.raises(NotFound):
        place.app.do(ViewSurvey(done.extra["questionnaire_id"]), stranger)
    with pytest.raises(DuplicatePerson):
        kept(place, filled(2))
    with pytest.raises(FormInvalid):
        place.app.do(KeepSurvey({**answers(filled(4)), "hukou_place_village": "河南屯"}), place.worker)


@pytest.mark.parametrize(
    ("row", "candidates", "visit_class"),
    [
        (filled(), ["SY03_3545"], 2),
        (filled(q12="A"), ["SY03_3545"], 2),
        (filled(q12="A", family_economy="困难"), ["SY03_3545"], 3),
        (filled(q12="G"), [], None),
        (filled(health="残疾", health_disability_grade="三级", health_labour_ability="有"),
         ["SY02_DISABLED", "SY03_3545"], 2),
        (filled(health="残疾", health_disability_grade="一级", health_labour_ability="无"), [], None),
        (employed(dibao="是"), ["SY01_DIBAO"], None),
        (employed(), [], None),
    ],
)  # fmt: skip
def test_the_form_yields_candidates_and_a_class_only_where_enough_is_known(
    row: dict[str, Any], candidates: list[str], visit_class: int | None
) -> None:
    given = answers(row)
    found = READER.read(given, facts_of(given, {}), "F", "1982-01-01", TODAY)
    assert list(found.candidates) == candidates
    assert found.visit_class == visit_class


def test_the_analysis_counts_what_holds_by_community_class_and_category(place: Place) -> None:
    poor = filled(4, name="赵桂兰", dibao="是", hukou_place_village="沙坨村")
    place.take(place.checked(book(filled(2), poor, employed(3, name="李国强"))))
    place.take(place.checked(book(filled(2, q13="兴趣爱好"))))
    with place.app.read() as conn:
        found = analyse(conn, 2026, place.community.path.rsplit("/", 2)[0] + "/")
    assert found.total == 3
    assert [(one.name, one.residents, one.surveyed, one.willing) for one in found.communities] == [
        ("沙坨村", 1, 1, 1), ("河南村", 2, 2, 1),
    ]  # fmt: skip
    assert found.whole["q13=A"] == 3
    assert found.counts["category"]["SY01_DIBAO"]["q01=B"] == 1
    assert found.sizes["visit_class"] == {"2": 2, "-": 1}
    shares = {one.id: found.asked(one) for one in found.questions()}
    assert (shares["q07"], shares["q12"], shares["q14"], shares["skills"]) == (1, 2, 3, 3)
    assert choices_of(answers(filled())).split()[-2:] == ["q15=T01", "q15=T04"]
