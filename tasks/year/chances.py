"""What becomes of things: a chance for each choice that matters, by the id of the step that asks.

A step that is not named is answered by its record, its prefill and its examples, and so does its duty.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tasks.forms.spec import Field, FormSpec
from tasks.year import figures, residents
from tasks.year.data import data

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One form about to be filled."""

    spec: FormSpec
    chance: random.Random
    before: int  #: how often this step was done already in the same matter
    now: datetime
    today: date
    shown: Mapping[str, Any]  #: what the form holds before anybody typed
    about: residents.Resident | None = None
    own: random.Random = field(default_factory=random.Random)  #: what is the person's own, each time the same
    worked: int = 0  #: working days of this year in a public-welfare post

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return what was known of the person when the file was opened."""
        return self.about.facts if self.about is not None else {}

    def pick(self, **weights: float) -> str:
        """Return one of the names, by weight."""
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def is_so(self, share: float) -> bool:
        """Tell yes for a share of all turns."""
        return self.chance.random() < share


Model = Callable[[Turn], Answers]


def _work(turn: Turn) -> Answers:
    return {"employment_kind": turn.pick(UNIT=76, FLEXIBLE=18, SELF=6)}


def _referral(hired: float) -> Model:
    def model(turn: Turn) -> Answers:
        if turn.is_so(hired):
            return {"outcome": "HIRED", **_work(turn)}
        if turn.is_so(0.05):
            return {"outcome": "CANCELLED"}
        return {
            "outcome": "NOT_HIRED", "reason": turn.pick(POST=84, OWN=16),
            "really_hard": turn.is_so(0.15),
        }  # fmt: skip

    return model


def _conclude(turn: Turn) -> Answers:
    """The street tries again once or twice before it turns to a post or to the district."""
    if turn.before < 1 or (turn.before < 3 and turn.is_so(0.35)):
        return {"decision": "RETRY"}
    return {"decision": turn.pick(STREET_POST=35, ESCALATE=65)}


def _follow_up(turn: Turn) -> Answers:
    signal = turn.pick(NONE=945, UNSTABLE=25, JOB_LOST=20, TRAINING=10)
    if signal not in turn.spec.fields["signal"].options:
        signal = "NONE"
    unsteady = signal in ("UNSTABLE", "JOB_LOST")
    answer: Answers = {"signal": signal, "stability": "UNSTABLE" if unsteady else "STABLE"}
    pay = figures.pay(turn.own, turn.chance)
    answer["insurance"] = figures.insurance(turn.own)
    if signal == "JOB_LOST":
        if turn.spec.fields["income"].required is True:
            answer["income"] = pay
        return answer | {"status": "LEFT", "note": turn.chance.choice(data()["words"]["lost_reason"])}
    if unsteady:
        answer["note"] = turn.chance.choice(data()["revisit"]["unsteady"])
    return answer | {"income": pay}


def _interview(turn: Turn) -> Answers:
    """Some who are on file do not belong to those surveyed: registered here, they live elsewhere."""
    settled = turn.about is not None and turn.about.comes_for == residents.NOTHING
    return {"in_scope": False, "out_of_scope_reason": "NOT_SHUNYI"} if settled and turn.is_so(0.2) else {}


def _visit(turn: Turn) -> Answers:
    """A hardship person is who belongs to a category; of the others most work."""
    if turn.shown.get("hardship"):
        return {}
    return {"hardship": False, **{name: turn.chance.choice(said) for name, said in data()["at_work"].items()}}


def _listed(turn: Turn) -> Answers:
    """Who works, and stands on a list, is no candidate; most of the others are."""
    works = turn.about is not None and turn.about.comes_for == residents.NOTHING
    return {"result": "ENTER" if not works and turn.is_so(0.7) else "DISMISS"}


def _approval(turn: Turn) -> Answers:
    return {"approval": "APPROVED" if turn.before or turn.is_so(0.96) else "RETURNED"}


def _recheck(turn: Turn) -> Answers:
    meets = bool(turn.shown.get("categories"))
    return {"still_meets": meets} if meets else {"still_meets": False, "end_code": "END-NOLONGER"}


def _contact(turn: Turn) -> Answers:
    return {
        **_signal(0.01, "FOUND_WORK")(turn), "channel": turn.pick(PHONE=72, VISIT=12, OFFICE=16),
        "contacted_at": figures.spoken_at(turn.now, turn.chance),
    }  # fmt: skip


def _effect(turn: Turn) -> Answers:
    """Of two to five interviews some went well; most who were helped are content."""
    interviews = turn.chance.randint(2, 5)
    well = turn.chance.randint(0, interviews)
    satisfied = {"2": 3, "3": 17, "4": 48, "5": 32}
    return {
        "interview_success_rate": round(100 * well / interviews),
        "satisfaction": turn.chance.choices(list(satisfied), list(satisfied.values()))[0],
    }  # fmt: skip


def _applicant(turn: Turn) -> Answers:
    """An applicant for a post as his file has him."""
    return {
        "extreme_difficulty": turn.is_so(0.3),
        "unemployed_months": figures.months_out_of_work(turn.facts, turn.today, turn.chance),
        "family_income_month": figures.family_income(turn.facts, turn.chance),
    }  # fmt: skip


def _attendance(turn: Turn) -> Answers:
    present = figures.present(turn.worked, turn.chance)
    return {
        **_signal(0.02, "JOB_LOST")(turn), "days_due": turn.worked, "days_present": present,
        "result": "GOOD" if present == turn.worked and turn.is_so(0.5) else "PASS",
    }  # fmt: skip


def _course(turn: Turn) -> Answers:
    sessions = turn.chance.choice((12, 15, 20, 24))
    stopped = turn.is_so(0.05)
    attended = turn.chance.randint(2, sessions // 2) if stopped else figures.present(sessions, turn.chance)
    return {"stopped": stopped, "sessions": sessions, "attended": attended}


def _signal(share: float, signal: str) -> Model:
    def model(turn: Turn) -> Answers:
        return {"signal": signal, **_work(turn)} if turn.is_so(share) else {"signal": "NONE"}

    return model


def _yes(name: str, share: float) -> Model:
    return lambda turn: {name: turn.is_so(share)}


def _one_of(name: str, **weights: float) -> Model:
    return lambda turn: {name: turn.pick(**weights)}


MODELS: Mapping[str, Model] = {
    "P01a_Form": _interview,
    "P01a_VisitRecord": _visit,
    "P02_Accompany": _one_of("outcome", BROUGHT=75, DECLINED=25),
    "P03_Check": lambda turn: {"materials_complete": turn.before > 0 or turn.is_so(0.92)},
    "P03_Approve": _approval,
    "P03_Will": _yes("accepts_help", 0.97),
    "P03_Objection": _yes("upheld", 0.2),
    "P04_Outcome": _referral(0.34),
    "P04_ConfirmOwn": _yes("confirmed", 0.85),
    "P05_Contact": lambda turn: {"agreed": turn.before > 0 or turn.is_so(0.92)},
    "P05_Collect": _one_of("cause", SKILL=25, NO_EXPERIENCE=30, INTERVIEW=25, OTHER=20),
    "P05_TrainInfo": _yes("willing", 0.8),
    "P05_Revisit": _referral(0.3),
    "P05_Conclude": _conclude,
    "P05_Effect": _effect,
    "P06_Contact": lambda turn: {"agreed": turn.before > 0 or turn.is_so(0.92)},
    "P06_Assess": _one_of("condition", NONE=80, ADJUST=14, DEFECT=6),
    "P06_Collect": lambda turn: {"match_found": turn.before > 0 or turn.is_so(0.85)},
    "P06_Outcome": _referral(0.35),
    "P07_Register": _one_of("stability", STABLE=45, UNSTABLE=10, UNJUDGED=45),
    "P08_Verify": _yes("employed", 0.9),
    "P09_First": _follow_up,
    "P09_SecondAssistance": lambda turn: {
        "open_run": turn.is_so(0.95), "entry_tier": turn.pick(COMMUNITY=70, STREET=25, DISTRICT=5),
    },
    "P09_Close": lambda turn: {"close": turn.shown.get("close") is not False and turn.is_so(0.95)},
    "P11_TrainPlan": lambda turn: {"order_based": turn.is_so(0.6), "startup": turn.is_so(0.1)},
    "P11_Attend": _course,
    "P11_Appraisal": lambda turn: {"passed": turn.is_so(0.9), "direct_employment": turn.is_so(0.4)},
    "P13_Place": lambda turn: {"contract_until": figures.contract_until(turn.today)},
    "P13_Review": _applicant,
    "P13_Approve": _approval,
    "P16_Confirm": _yes("cleared", 0.95),
    "P17_Evaluate": _one_of("decision", TRAIN=20, MARKET=50, AGAIN=10, NONE=20),
    "P18_Check": _listed,
    "P21_Visit": _signal(0.01, "FOUND_WORK"),
    "P21_WeeklyContact": _contact,
    "P21_KeepContact": _contact,
    "P21_FollowUp": _follow_up,
    "P21_WeeklyGuidance": _one_of("signal", NONE=80, SOLVED=17, JOB_LOST=3),
    "P21_Attendance": _attendance,
    "P21_DynamicData": _signal(0.005, "JOB_LOST"),
    "P21_EmployerVisit": _signal(0.04, "UNSTABLE"),
    "P21_SelfEmployedVisit": _signal(0.03, "JOB_LOST"),
    "P21_Recheck": _recheck,
}


def answers(turn: Turn) -> Answers:
    """Return what is said where a choice matters, and the words that differ from one to the next."""
    model = MODELS.get(turn.spec.id)
    said = {} if model is None else model(turn)
    written = _written(turn, said)
    words_of = {field.name: word for field in turn.spec if (word := _word(field, turn, written)) is not None}
    return {**words_of, **{name: value for name, value in said.items() if name in turn.spec.fields}}


def _written(turn: Turn, said: Answers) -> Answers:
    """Return what one person writes in one form, by the name of the question: an employer with its post."""
    post, employer = turn.chance.choice(list(data()["vacancies"].items()))
    found: Answers = {"post": post, "employer": employer}
    why = said.get("reason") if said.get("outcome") == "NOT_HIRED" else said.get("outcome")
    for question, known in {**data()["words"], **data()["words_of"].get(turn.spec.id, {})}.items():
        fitting = known.get(why) if isinstance(known, dict) else known
        if fitting:
            found[question] = turn.chance.choice(fitting)
    return found


def _word(field: Field, turn: Turn, written: Answers) -> Any:
    if field.name in turn.shown or field.required is False:
        return None
    if field.example_from:  # the record knows, such as the employer of the referral
        return None
    if field.type == "list" and isinstance(field.example, list):
        return _rows(field, turn)
    if field.name.endswith("_no") and field.type == "text" and not field.prefill:
        return f"{turn.today:%Y%m%d}{turn.chance.randrange(10**6):06d}"
    return written.get(field.name) if field.type in ("text", "longtext") else None


def _rows(field: Field, turn: Turn) -> Any:
    """Return the rows of a form's example in other words."""
    if "today" in str(field.example):
        return None
    texts = {column.name for column in field.item if column.type == "text"}
    return [
        {**row, **{name: word for name, word in _written(turn, {}).items() if name in row and name in texts}}
        for row in field.example
    ]
