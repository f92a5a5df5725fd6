"""Roads of a person through the tiers, walked over HTTP by whoever has the next task."""

from __future__ import annotations

from tasks.idno import check_character
from tests.processes.people import People

FACTS = {"urban": True, "labour_ability": True, "wish": True, "unemployed_since": "2025-01-10"}
NOT_HIRED = {"outcome": "NOT_HIRED", "reason": "POST"}
HIRED = {"outcome": "HIRED"}
OWN = {"outcome": "NOT_HIRED", "reason": "OWN", "explanation": "本人不愿倒班"}
#: The street reports up; the two referrals beside the interview failed as well.
REPORTED_UP = {"decision": "ESCALATE", "other_outcomes": [{"seq": seq, **NOT_HIRED} for seq in (1, 2)]}


def enter(people: People, name: str, first: str) -> str:
    """Open the case of a person by name and the first seventeen signs of the identity number."""
    return people.open_case(name, first + check_character(first), **FACTS)


def hire(people: People, name: str, first: str) -> str:
    """Take a person from the counter to a job and its registration."""
    case = enter(people, name, first)
    people.reach(case, "P04_Outcome")
    people.complete(people.open_tasks(case)["P04_Outcome"], **HIRED)
    register(people, case)
    return case


def register(people: People, case: str) -> None:
    """Have the employment registered and the file handed to the community."""
    people.complete(people.reach(case, "P07_File"))
    assert people.case(case)["tier"] == "community"


def fail(people: People, case: str, times: int) -> None:
    """Let referrals of the community fail for the post's reasons."""
    for _ in range(times):
        people.complete(people.reach(case, "P04_Outcome"), **NOT_HIRED)


def refuse_for_own_reasons(people: People, case: str) -> None:
    """Let one referral fail for the person's own reasons; a supervisor confirms, the street begins."""
    people.complete(people.reach(case, "P04_Outcome"), **OWN)
    people.complete(people.open_tasks(case)["P04_ConfirmOwn"], confirmed=True)
    people.complete(people.open_tasks(case)["P04_Submit"])
    people.complete(people.reach(case, "P05_Conference"))
    assert people.case(case)["counters"]["community"] == 1
    assert people.case(case)["tier"] == "street"


def go_to_the_street(people: People, case: str) -> None:
    """Have a case with three failures handed up; the street accepts by beginning."""
    people.complete(people.reach(case, "P04_Submit"))
    people.complete(people.reach(case, "P05_Designate"))
    assert people.case(case)["tier"] == "street"
    assert people.case(case)["counters"]["community"] == 3


def go_to_the_district(people: People, case: str) -> None:
    """Let the street fail and report up; the district accepts by beginning."""
    people.complete(people.reach(case, "P05_Dossier", P05_Revisit=NOT_HIRED, P05_Conclude=REPORTED_UP))
    people.complete(people.reach(case, "P06_Meeting"))
    assert people.case(case)["tier"] == "district"


def fail_at_the_district(people: People, case: str) -> None:
    """Let three referrals of the district fail, and hand the person over to placement."""
    for _ in range(3):
        people.complete(people.reach(case, "P06_Outcome"), **NOT_HIRED, really_hard=False)
    assert people.case(case)["counters"]["district"] == 3
    people.complete(people.reach(case, "P06_Transfer"))


def be_placed(people: People, case: str) -> None:
    """Take a person to the first day in a public-welfare post, its registration and the first follow-up."""
    people.complete(people.reach(case, "P13_Place", P13_Review={"extreme_difficulty": True}))
    register(people, case)
    people.complete(people.reach(case, "P09_First"))


def waive(people: People, case: str) -> None:
    """End a case by the person's own waiver."""
    today = people.app.clock.now().date().isoformat()
    values = {"statement_on": today, "statement_reason": "自愿", "signed": True, "archived_at": "档案室"}
    people.do("sup.rh", f"/cases/{case}/actions/waive", {"values": values})
    assert people.case(case)["status"] == "END-WAIVED"
    assert not people.open_tasks(case)
