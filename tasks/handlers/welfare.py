"""P13: public-welfare posts: review, rank, post, training gate, second signature, placement."""

from __future__ import annotations

from engine.errors import FormInvalid, GuardUnmet
from tasks import cases, employments, people, placements
from tasks.duties import open_duty
from tasks.handlers import Completion, on
from tasks.windows import PERIODS


@on("P13_Review")
def review(done: Completion) -> None:
    """Keep whether the market could not help: it decides what may be asked for (R000-10.1)."""
    done.desk.change_case(done.case_id, {"market_exhausted": done.values["market_exhausted"]})


@on("P13_Designate")
def designate(done: Completion) -> None:
    """Guard the market, the count of placements and the rank; reserve the place (15.R2, R000-10)."""
    live = done.task.live
    if not live.state.vars.get("market_exhausted"):
        raise GuardUnmet(missing="市场渠道尚未穷尽，不能安置公益性岗位")
    most = done.desk.setting("max_welfare_placements")
    if most is not None and placements.count_of(done.desk, done.person_id) >= most:
        raise GuardUnmet(missing=f"该人员已安置{most}次，达到规定次数")
    if placements.higher_waits(done.desk, live) and not (done.values.get("rank_reason") or "").strip():
        zh = "有次序在前的人员等待岗位，请填写不按次序安排的理由。"
        raise FormInvalid([("rank_reason", zh, "A person of higher rank waits; give a reason.")])
    placements.reserve(done.desk, live, int(done.values["post"]))


@on("P13_Approve")
def approve(done: Completion) -> None:
    """A returned placement gives its place back."""
    if done.values["approval"] == "RETURNED":
        placements.set_free(done.desk, done.task.live)


@on("P13_Train")
def train(done: Completion) -> None:
    """Give the place back when the training is stopped for good."""
    if not done.values["trained"] and done.values.get("stopped"):
        placements.end(done.desk, done.person_id, "training stopped")


@on("P13_Unplaced")
def unplaced(done: Completion) -> None:
    """Begin another run where the person goes back to the tier he came from (14.D4c)."""
    if done.values["way"] == "BACK":
        cases.new_run(done.desk, done.case_id)


@on("P13_Place")
def place(done: Completion) -> None:
    """Place the person: the placement counts, the employment is recorded, its duties begin."""
    values = done.values
    count = placements.count_of(done.desk, done.person_id) + 1
    placements.place(done.desk, done.task.live, values["placed_on"])
    people.write_facts(done.desk.conn, done.person_id, {"placement_count": count}, done.desk.actor,
                       done.desk.now, source="P13_Place")  # fmt: skip
    work = {"employment_kind": "PUBLIC_WELFARE", "employer": values["organisation"],
            "employed_on": values["placed_on"]}  # fmt: skip
    employments.record(done.desk, done.context, work, "ASSISTANCE", values["placed_on"])
    frequency = PERIODS[done.desk.setting("attendance_period")]
    open_duty(done.desk, done.context, "P21_Attendance", frequency, "DL-035", values["placed_on"], None)
    open_duty(done.desk, done.context, "P21_DynamicData", frequency, "DL-035", values["placed_on"], None)
