"""P08, P15, P16, P18, P19, P20: what completing a step of an office's matter means."""

from __future__ import annotations

from tasks import complaints, contributions, discovery, early_warnings, org, zero_families
from tasks.handlers import Completion, on
from tasks.store import market, tables


@on("P08_Query")
def query(done: Completion) -> None:
    """Keep who is to be verified: three months in a row, of the register, not registered yet."""
    contributions.keep_hits(done.desk, done.task.live, done.values)


@on("P08_Verify")
def verify(done: Completion) -> None:
    """Say whether the person's case is under assistance, which decides who is told."""
    done.routing["assisted"] = contributions.holds_tier(done.desk, done.person_id)
    outcome = "EMPLOYED" if done.values["employed"] else "NOT_EMPLOYED"
    contributions.note(done.desk, done.task.live, done.person_id, outcome)


@on("P15_Meeting")
def joint_meeting(done: Completion) -> None:
    """Offer the vacancies that employers brought to everybody in the district."""
    area = org.path_at(done.context.area, "district")
    for row in done.values.get("vacancies") or []:
        offered = {"employer": row["employer"], "name": row["post"], "number": row.get("number") or 1}
        market.put(done.desk.conn, tables.vacancy, {**offered, "area": area})


@on("P16_ImmediatePost")
def immediate_post(done: Completion) -> None:
    """Say whether the member who is helped has a case already."""
    done.routing["member_in_case"] = zero_families.helped(done.desk, done.values)


@on("P16_Confirm")
def cleared(done: Completion) -> None:
    """Guard that somebody of the family works."""
    zero_families.require_cleared(done.desk, done.values)


@on("P18_Check")
def candidate(done: Completion) -> None:
    """Close the candidate as entered or dismissed."""
    discovery.checked(done.desk, done.task.live.key, done.person_id, done.values)


@on("P19_Fix")
def fixed(done: Completion) -> None:
    """Close the warning."""
    early_warnings.close(done.desk, done.task.live)


@on("P20_Reply")
def replied(done: Completion) -> None:
    """Hold the reply to a day on which the complaint was there."""
    complaints.require_received(done.desk, done.task.live, done.values["replied_on"])
