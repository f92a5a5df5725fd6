"""The yearly round of a community: whom it has to visit, who was visited, nobody missed (01.D1, 01.R1b)."""

from __future__ import annotations

from datetime import date
from itertools import islice

from engine import jobs
from engine.errors import GuardUnmet, IllegalState
from engine.live import Live
from tasks import ledger
from tasks.decision_inputs import Thresholds
from tasks.desk import Desk
from tasks.store import ledger as store
from tasks.store import rows
from tasks.store.casework import OPEN
from tasks.store.tables_ledger import survey_roster

ROUND = "P01_survey_round"
INTERVIEW = "P01a_interview"
VISITED = "visited"
OUT_OF_SCOPE = "out_of_scope"
#: Whoever left with one of these is not surveyed: moved away, dead, a soldier or a student (V01, V02).
OUTSIDE = frozenset({"END-MOVED", "END-DIED", "END-MILITARY", "END-STUDENT"})
#: Names a refusal tells of those not visited.
NAMED = 8
#: The job that goes on with a roster, and persons of one transaction: others must not wait for long.
ROSTER = "survey_roster"
PIECE = 100


def make_roster(desk: Desk, live: Live) -> None:
    """Put everybody on the roster of a round and open an interview for each (01.D1b).

    Of labour age, living in the community, not known to have left it. An interview begun at the door
    before counts for the round. A large community's is made in pieces, the first at once, the others by
    the worker (tasks.roster_work).
    """
    if not desk.deployed(INTERVIEW):
        return
    found = _unlisted(desk, live, PIECE + 1)
    for person_id in found[:PIECE]:
        there = store.open_of_person(desk.conn, person_id, INTERVIEW)
        interview = there[0] if there else _begin(desk, person_id).id
        _add(desk, live.id, person_id, interview)
    if len(found) > PIECE:
        jobs.enqueue(desk.unit, ROSTER, {"round": str(live.id)}, trail_id=live.trail_id)


def _unlisted(desk: Desk, live: Live, most: int) -> list[int]:
    area = desk.context(live).area
    from tasks import special_surveys

    group = special_surveys.group_of(desk, live)
    ages = born(desk.library.thresholds, desk.today)
    found = store.unlisted(desk.conn, live.id, area, ages, OUTSIDE, most if group is None else None)
    if group is None:
        return found
    return list(islice((one for one in found if special_surveys.belongs(desk, one, group)), most))


def in_scope(desk: Desk, area: str) -> list[int]:
    """Return who is surveyed in a community: of labour age, and not known to have left it."""
    return store.residents(desk.conn, area, born(desk.library.thresholds, desk.today), OUTSIDE)


def go_on(desk: Desk, job: jobs.Job) -> None:
    """Make the next piece of a roster; one whose round is over is left as it is."""
    if not jobs.done(desk.conn, job, desk.now):
        return  # the lease was lost: another worker goes on
    live = desk.unit.instance(int(job.payload["round"]))
    if live.status in OPEN:
        make_roster(desk, live)


def born(thresholds: Thresholds, today: date) -> dict[str, tuple[date, date]]:
    """Return, by sex, the days between which somebody of labour age was born (the first one excluded)."""
    found = {}
    for sex in ("F", "M"):
        low, high = thresholds.labour_bounds(sex, today)
        found[sex] = _years_before(today, high + 1), _years_before(today, low)
    return found


def _years_before(day: date, years: int) -> date:
    """Return the last birthday on which somebody is so many years old on a day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February: who was born on the 28th has had the birthday
        return date(day.year - years, 2, 28)


def _begin(desk: Desk, person_id: int) -> Live:
    return desk.start(INTERVIEW, ledger.context_of(desk, person_id))


def _add(desk: Desk, round_id: int, person_id: int, interview: int) -> None:
    rows.add(
        desk.conn, survey_roster, round_id=round_id, person_id=person_id, instance_id=interview, state="open"
    )


def begin_at_door(desk: Desk, person_id: int) -> Live:
    """Begin an interview at a door, and put the person on the roster of the round that runs there.

    Raises IllegalState where one is open, or the round has visited the person: it does so once (J.1).
    """
    if store.open_of_person(desk.conn, person_id, INTERVIEW):
        raise IllegalState(detail="该人员已有未完成的入户调查，请在待办中继续填写")
    round_id = store.round_of(desk.conn, ROUND, desk.person(person_id)["area"])
    there = None
    if round_id is not None:
        there = rows.first(desk.conn, survey_roster, round_id=round_id, person_id=person_id)
    if there is not None and there["state"] == VISITED:
        raise IllegalState(detail="该人员本轮已完成入户调查；情况有变请在走访中记录")
    live = _begin(desk, person_id)
    if there is not None and there["state"] == "open":
        store.follow_interview(desk.conn, there["round_id"], person_id, live.id)
    elif there is None and round_id is not None:
        _add(desk, round_id, person_id, live.id)
    return live


def settle(desk: Desk, live: Live, state: str, reason: str | None = None) -> None:
    """Note what came of an interview in the roster it belongs to."""
    store.close_roster(desk.conn, {"instance_id": live.id}, state, reason, desk.today.isoformat())


def left(desk: Desk, person_id: int, code: str) -> None:
    """Take somebody who has left out of the rosters that still wait for him; his interview ends."""
    for row in store.rosters_of(desk.conn, person_id):
        if row["instance_id"] is not None:
            desk.unit.cancel(row["instance_id"], code)
    where = {"person_id": person_id}
    store.close_roster(desk.conn, where, OUT_OF_SCOPE, code, desk.today.isoformat())


def moved(desk: Desk, person_id: int, area: str) -> None:
    """Let the new community's round visit somebody who moves there; where none runs, the old one does."""
    there = store.round_of(desk.conn, ROUND, area)
    if there is None:
        return
    for row in store.rosters_of(desk.conn, person_id):
        if row["round_id"] != there:
            where = {"round_id": row["round_id"], "person_id": person_id}
            store.close_roster(desk.conn, where, OUT_OF_SCOPE, "TRANSFERRED", desk.today.isoformat())
            if rows.first(desk.conn, survey_roster, round_id=there, person_id=person_id) is None:
                _add(desk, there, person_id, row["instance_id"])


def require_all(desk: Desk, live: Live) -> None:
    """Raise GuardUnmet while somebody of the roster was neither visited nor found out of scope (01.R1b)."""
    if jobs.unfinished(desk.conn, live.trail_id, ROSTER):
        raise GuardUnmet(missing="应访名单还在生成，请在名单全部列出、逐一走访后再办结")
    count, names = store.not_visited(desk.conn, live.id, NAMED)
    if count:
        more = "等" if count > len(names) else ""
        raise GuardUnmet(missing=f"不得漏访一人，还有{count}人未完成入户调查：{'、'.join(names)}{more}")


def first_day(desk: Desk, live: Live) -> date:
    """Return the first day of the year a round belongs to: of its window, else the present one."""
    matter = desk.context(live).matter or ""
    try:
        return date.fromisoformat(matter.rpartition(":")[2]).replace(month=1, day=1)
    except ValueError:
        return desk.today.replace(month=1, day=1)


def after_quarter(start: date) -> bool:
    """Tell whether a start lies after the first quarter (01.D1a)."""
    return start.month > 3


def is_late(start: date) -> bool:
    """Tell whether a month from a start goes beyond the first quarter (AMB-08)."""
    return (start.month, start.day) > (2, 29)
