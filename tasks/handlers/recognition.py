"""P03: application, recognition with a second signature, public notice, card."""

from __future__ import annotations

from engine.clock import local_date
from engine.errors import GuardUnmet
from tasks import ages, decide, reports
from tasks.handlers import Completion, on
from tasks.store import papers


@on("P03_Check")
def check(done: Completion) -> None:
    """Keep how the application came."""
    done.desk.change_case(done.case_id, {"channel": done.values["channel"]})


@on("P03_Supplement")
def supplement(done: Completion) -> None:
    """Guard that the list was explained, and count the returns: more than one is a quality flag (CR-13)."""
    if not done.values["explained"]:
        raise GuardUnmet(missing="请向申请人具体说明需补充材料的要求")
    returns = done.desk.case(done.case_id)["data"].get("returns", 0) + 1
    done.desk.change_case(done.case_id, {"returns": returns, "quality_flag": returns > 1})


@on("P03_Form")
def application(done: Completion) -> None:
    """Refuse a form that does not match and was not corrected on the spot, or not signed (02.R3a)."""
    if not done.values["evidence_matches"] and not (done.values.get("corrections") or "").strip():
        raise GuardUnmet(missing="申请表与证明材料不一致，请当场询问并修改，并填写修改情况")
    if not done.values["applicant_signed"]:
        raise GuardUnmet(missing="申请人尚未签字")
    done.desk.change_case(done.case_id, {"priority": decide.priority(done.desk, done.person_id)})


@on("P03_Inform")
def inform(done: Completion) -> None:
    """Guard that the material was handed out on the spot (02.D4a, DL-010)."""
    if not done.values["materials_given"]:
        raise GuardUnmet(missing="请当场发放促进就业宣传辅导材料")


@on("P03_Recognise")
def recognise(done: Completion) -> None:
    """Hold the decision against what the tables found; keep it for the second signature."""
    if done.values["decision"] == "RECOGNISED":
        _require_labour_age(done)
    found = decide.categories(done.desk, done.person_id)
    chosen = list(done.values.get("categories") or [])
    done.desk.change_case(done.case_id, {"proposed": found, "decision": done.values["decision"],
                                         "categories": chosen})  # fmt: skip


def _require_labour_age(done: Completion) -> None:
    """Guard the first gate of D.1: nobody outside labour age on the day is recognised (R004-00.P4)."""
    inputs = decide.person_inputs(done.desk, done.person_id)
    if not inputs["labour_age"]:
        low, high = done.desk.library.thresholds.labour_bounds(inputs["sex"], done.desk.today)
        age = f"{inputs['age']}周岁，不在劳动年龄内（{low}至{high}周岁）"
        raise GuardUnmet(missing=f"该人员{age}，不能认定；请选择不予认定并写明理由")


@on("P03_Approve")
def approve(done: Completion) -> None:
    """Make the recognition count from the second signature (J.7.4)."""
    case = done.desk.case(done.case_id)
    if done.values["approval"] != "APPROVED" or case["data"].get("decision") != "RECOGNISED":
        return
    day = local_date(done.desk.now).isoformat()
    done.desk.change_case(done.case_id, {"recognised_at": day})
    done.emit("CategoriesDecided", categories=case["data"].get("categories", []))
    ages.watch(done.desk, done.context)
    reports.expect(done.desk, done.context, done.desk.today)


@on("P03_Waiver")
def declined(done: Completion) -> None:
    """Record the written statement of somebody who declines help (02.R5)."""
    if not done.values["signed"]:
        raise GuardUnmet(missing="书面声明须由本人签字")
    done.emit("WaiverFiled", on=str(done.values["statement_on"]))


@on("P03_Publish")
def publish(done: Completion) -> None:
    """Note that the notice is out."""
    if done.values["notice_until"] < done.values["published_on"]:
        raise GuardUnmet(missing="公示截止日不能早于起始日")
    done.routing["published"] = True


@on("P03_Card")
def card(done: Completion) -> None:
    """Keep the number and day of the card (with `clock_start = card` the clocks begin here)."""
    issued = [row for row in papers.papers_of_case(done.desk.conn, done.case_id) if row["kind"] == "E11"]
    number = issued[-1]["number"] if issued else done.values["card_no"]
    done.desk.change_case(done.case_id, {"card_no": number, "card_on": str(done.values["issued_on"])})
