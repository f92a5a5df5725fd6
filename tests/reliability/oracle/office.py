"""I9, I11, I12, I13 and the domain's own sums: cases, deadlines, duties, papers, places, notices, people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.reliability.oracle.rows import Rows

#: Processes of which a case may have one at work: the branches of the escalation.
ONE_AT_A_TIME = ("P03_", "P04_", "P05_", "P06_", "P13_")
OPEN = ("running", "suspended")


def violations(rows: Rows, acting: frozenset[int]) -> list[str]:
    """Return where the domain's rows contradict each other or the trail."""
    parts = (_cases, _branches, _deadlines, _duties, _papers, _places, _forms, _notices, _referrals)
    return [text for part in parts for text in part(rows)] + list(_people(rows, acting))


def _cases(rows: Rows) -> Iterator[str]:
    closed = {row["trail_id"] for row in rows.of_kind("CaseClosed")}
    case_of = {row["instance_id"]: row["case_id"] for row in rows["process_context"]}
    busy = {case_of.get(row["id"]) for row in rows["instance"] if row["status"] in OPEN}
    duties = {row["case_id"] for row in rows["duty"] if row["state"] == "open"}
    for row in rows["case_file"]:
        active = row["status"] == "active"
        if active == (row["id"] in closed):
            yield f"I8: case {row['case_no']} is {row['status']} and its trail disagrees"
        if not active and row["id"] in busy:
            yield f"I8: case {row['case_no']} is closed and something of it still runs"
        if not active and row["id"] in duties:
            yield f"I8: case {row['case_no']} is closed and a duty of it goes on"
        if active and row["id"] not in busy and row["id"] not in duties:
            yield f"I7: case {row['case_no']} is active and nobody has anything to do"
    numbers = Counter(row["case_no"].partition("-")[0] for row in rows["case_file"])
    for row in rows["number_series"]:
        there = numbers[str(row["year"])]
        if row["kind"] == "case" and there != row["last"]:
            yield f"I2: {there} cases of {row['year']}, the number stands at {row['last']}"


def _branches(rows: Rows) -> Iterator[str]:
    context = {row["instance_id"]: row for row in rows["process_context"]}
    running = Counter(
        (context[row["id"]]["case_id"], context[row["id"]]["run_no"], row["process_id"])
        for row in rows["instance"]
        if row["status"] in OPEN and row["id"] in context and row["process_id"].startswith(ONE_AT_A_TIME)
    )
    for (case_id, run, process), count in running.items():
        if case_id is not None and count > 1:
            yield f"I9: case {case_id} has {count} of {process} at work in run {run}"
    for row in rows["instance"]:
        if row["id"] not in context and not row["process_id"].startswith("W_"):
            yield f"I1: instance {row['id']} ({row['process_id']}) belongs to nobody"


def _deadlines(rows: Rows) -> Iterator[str]:
    told: dict[str, Counter[tuple[int, str, int]]] = {}
    for row in rows.in_order:
        if row["kind"].startswith("Deadline"):
            place = (row["trail_id"], row["facts"]["rule"], row["facts"]["nth"])
            told.setdefault(row["kind"], Counter())[place] += 1
    none: Counter[tuple[int, str, int]] = Counter()
    opened = told.get("DeadlineSet", none) + told.get("DeadlinePending", none)
    stored = Counter((row["trail_id"], row["rule_id"], row["nth"]) for row in rows["deadline"])
    if opened != stored:
        yield f"I12: deadlines told {opened - stored}, stored {stored - opened}"
    for row in rows["deadline"]:
        place = (row["trail_id"], row["rule_id"], row["nth"])
        missed, extended = told.get("DeadlineMissed", none)[place], told.get("DeadlineExtended", none)[place]
        if missed > 1 + extended or (row["missed_at"] is not None and not missed):
            yield f"I2: deadline {place} was missed {missed} times"
        met = told.get("DeadlineMet", none)[place]
        done = row["completed_at"] is not None
        if met > 1 or met > done or (done and not met and not missed):
            yield f"I12: deadline {place} met {met} times, stored {row['completed_at']}"
        if (row["closed_reason"] is not None) != bool(told.get("DeadlineClosed", none)[place]):
            yield f"I12: deadline {place} closed: {row['closed_reason']}, its trail disagrees"


def _duties(rows: Rows) -> Iterator[str]:
    status = {row["id"]: row["status"] for row in rows["instance"]}
    for row in rows["duty_window"]:
        if row["instance_id"] is None:
            continue
        to_do, at_work = row["state"] in ("open", "missed"), status.get(row["instance_id"]) in OPEN
        if to_do != at_work:
            yield f"I7: window {row['id']} is {row['state']}, its task {status.get(row['instance_id'])}"
    yield from _windows_told(rows)
    windows = rows.by("duty_window", "duty_id")
    for row in rows["duty"]:
        if row["state"] == "ended" and any(w["state"] == "open" for w in windows.get(row["id"], [])):
            yield f"I12: duty {row['id']} ended with an open window"


def _windows_told(rows: Rows) -> Iterator[str]:
    """Every window that began or was missed is told of once in its trail."""
    trail = {row["person_id"]: row["trail_id"] for row in rows["trail_owner"] if row["kind"] == "person"}
    duties = {row["id"]: row for row in rows["duty"]}
    begun: Counter[tuple[int, str, str]] = Counter()
    missed: Counter[tuple[int, str, str]] = Counter()
    for row in rows["duty_window"]:
        duty = duties[row["duty_id"]]
        place = (duty["case_id"] or trail[duty["person_id"]], duty["kind"], row["starts_on"])
        begun[place] += row["instance_id"] is not None
        missed[place] += row["missed_at"] is not None
    for kind, stored in (("DutyCreated", +begun), ("DutyMissed", +missed)):
        told = Counter(
            (row["trail_id"], row["facts"]["duty"], row["facts"]["first"]) for row in rows.of_kind(kind)
        )
        if told != stored:
            yield f"I2: {kind} told too often {told - stored}, not told {stored - told}"


def _papers(rows: Rows) -> Iterator[str]:
    told = {row["facts"]["id"]: row["facts"]["hash"] for row in rows.of_kind("PaperIssued")}
    stored = {str(row["id"]): row["hash"] for row in rows["paper"]}
    if told != stored:
        yield f"I12: papers told and stored differ: {set(told.items()) ^ set(stored.items())}"
    issued = Counter((row["kind"], row["unit_id"], int(row["issued_on"][:4])) for row in rows["paper"])
    for row in rows["number_series"]:
        place = (row["kind"], row["unit_id"], row["year"])
        if row["kind"] != "case" and issued[place] != row["last"]:
            yield f"I2: {issued[place]} papers of {place}, the number stands at {row['last']}"


def _places(rows: Rows) -> Iterator[str]:
    taken = Counter(row["post_id"] for row in rows["placement"] if row["state"] in ("reserved", "placed"))
    for row in rows["welfare_post"]:
        if taken[row["id"]] > row["number"]:
            yield f"I2: post {row['id']} has {row['number']} places and {taken[row['id']]} people"


def _forms(rows: Rows) -> Iterator[str]:
    state = {row["id"]: row["state"] for row in rows["user_task"]}
    for row in rows["form_data"]:
        if row["draft"] and state[row["task_id"]] == "completed":
            yield f"I12: task {row['task_id']} is completed and its draft still there"
        if not row["draft"] and state[row["task_id"]] != "completed":
            yield f"I12: task {row['task_id']} has a final form and is {state[row['task_id']]}"


def _notices(rows: Rows) -> Iterator[str]:
    """Every missed deadline is told to every supervisor over it, once."""
    area = {row["id"]: row["area"] for row in rows["case_file"]}
    supervisors = [row for row in rows["role_grant"] if row["role"] == "supervisor"]
    due = Counter(
        (grant["user_id"], row["trail_id"])
        for row in rows.of_kind("DeadlineMissed")
        for grant in supervisors
        if area[row["trail_id"]].startswith(grant["area"])
    )
    told = Counter(
        (row["user_id"], row["case_id"]) for row in rows["notice"] if row["kind"] == "DeadlineMissed"
    )
    if due != told:
        yield f"I11: notices due {due - told}, too many {told - due}"


def _referrals(rows: Rows) -> Iterator[str]:
    for place, found in rows.by("referral", "case_id", "tier", "run_no").items():
        if sorted(row["seq"] for row in found) != list(range(1, len(found) + 1)):
            yield f"I3: referrals of {place} are numbered {[row['seq'] for row in found]}"
    if len(rows.of_kind("ReferralMade")) != len(rows["referral"]):
        yield f"I12: {len(rows.of_kind('ReferralMade'))} referrals told, {len(rows['referral'])} stored"


def _people(rows: Rows, acting: frozenset[int]) -> Iterator[str]:
    disabled = {row["id"]: row["disabled_at"] for row in rows["user_account"]}
    for row in rows.in_order:
        actor = row["actor_id"]
        if actor is None or actor in acting:
            continue
        if actor not in disabled:
            yield f"I13: event {row['trail_id']}/{row['seq']} by {actor}, who has no account"
        elif disabled[actor] is not None and row["at"] > disabled[actor]:
            yield f"I13: event {row['trail_id']}/{row['seq']} by {actor}, whose account was disabled"
