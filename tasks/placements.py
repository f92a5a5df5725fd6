"""Public-welfare posts: two pools, ranked waiting, places counted (15.R1, 15.R2, R000-10)."""

from __future__ import annotations

from datetime import date

from engine.errors import GuardUnmet
from engine.ids import new_id
from engine.live import Live
from tasks import duties, org
from tasks.decision_inputs import current_facts
from tasks.desk import Context, Desk
from tasks.store import casework, rows, tables
from tasks.store.conn import RowMapping


def free_posts(desk: Desk, level: str, area: str) -> list[RowMapping]:
    """Return the posts of a level with a free place, over an area."""
    return [
        row for row in posts_of(desk, level, area)
        if casework.taken_places(desk.conn, row["id"]) < row["number"]
    ]  # fmt: skip


def posts_of(desk: Desk, level: str, area: str) -> list[RowMapping]:
    """Return the posts of a level for an area, full or not (two pools: AMB-24)."""
    over = org.path_at(area, "street" if level == "STREET" else "district")
    return [
        row for row in rows.rows(desk.conn, tables.post, "id", level=level)
        if row["area"].startswith(over) or over.startswith(row["area"])
    ]  # fmt: skip


def of_instance(desk: Desk, live: Live) -> RowMapping | None:
    """Return the placement of a P13 instance."""
    return rows.first(desk.conn, tables.placement, "-id", instance_id=live.id)


def wait(desk: Desk, live: Live, rank: int) -> None:
    """Put a person into the ranked line of a level (DT-18)."""
    context = desk.context(live)
    known = of_instance(desk, live)
    if known is not None:
        rows.change(desk.conn, tables.placement, known["id"], rank=rank)
        return
    rows.add(
        desk.conn, tables.placement, id=new_id(), level=level_of(live), case_id=context.case_id,
        person_id=context.person_id, instance_id=live.id, state="waiting", rank=rank,
    )  # fmt: skip


def level_of(live: Live) -> str:
    """Return STREET or DISTRICT of a P13 instance."""
    return str(live.state.vars.get("level") or "DISTRICT")


def higher_waits(desk: Desk, live: Live) -> bool:
    """Tell whether a person of higher rank waits for a post of the level."""
    mine = of_instance(desk, live)
    context = desk.context(live)
    if mine is None or mine["rank"] is None or context.case_id is None:
        return False
    over = org.path_at(context.area, "street" if level_of(live) == "STREET" else "district")
    for row in casework.waiting_for_post(desk.conn, level_of(live), context.case_id):
        if row["rank"] is not None and row["rank"] < mine["rank"]:
            other = rows.first(desk.conn, tables.case, id=row["case_id"])
            if other is not None and other["area"].startswith(over):
                return True
    return False


def reserve(desk: Desk, live: Live, post_id: int) -> None:
    """Reserve a place; raise GuardUnmet when the post has none left."""
    post = casework.lock_post(desk.conn, post_id)
    mine = of_instance(desk, live)
    if post is None or mine is None:
        raise GuardUnmet(missing="请选择一个有空额的岗位")
    if mine["post_id"] != post_id and casework.taken_places(desk.conn, post_id) >= post["number"]:
        raise GuardUnmet(missing=f"岗位“{post['name']}”已无空额，请另选岗位")
    rows.change(desk.conn, tables.placement, mine["id"], post_id=post_id, state="reserved")


def set_free(desk: Desk, live: Live) -> None:
    """Give a reserved place back; the person waits again."""
    mine = of_instance(desk, live)
    if mine is not None and mine["state"] == "reserved":
        rows.change(desk.conn, tables.placement, mine["id"], post_id=None, state="waiting")


def place(desk: Desk, live: Live, on: date) -> None:
    """Fill the reserved place."""
    mine = of_instance(desk, live)
    if mine is None or mine["post_id"] is None:
        raise GuardUnmet(missing="尚未确定岗位")
    rows.change(desk.conn, tables.placement, mine["id"], state="placed", placed_on=on.isoformat())


def end(desk: Desk, person_id: int, reason: str) -> None:
    """End the placements and waiting of a person; attendance and data are no more collected (J.7.9)."""
    for row in rows.rows(desk.conn, tables.placement, person_id=person_id, ended_at=None):
        _end(desk, row, reason)
        if row["state"] == "placed":
            context = Context(row["case_id"], person_id, "", "")
            duties.close_kinds(desk, context, {"P21_Attendance", "P21_DynamicData"}, reason)


def end_of_instance(desk: Desk, live: Live, reason: str) -> None:
    """Give back what an instance of P13 had reserved or waited for, unless the person was placed."""
    mine = of_instance(desk, live)
    if mine is not None and mine["ended_at"] is None and mine["state"] != "placed":
        _end(desk, mine, reason)


def _end(desk: Desk, row: RowMapping, reason: str) -> None:
    rows.change(
        desk.conn, tables.placement, row["id"], state="ended", ended_at=desk.now_us, end_reason=reason
    )


def count_of(desk: Desk, person_id: int) -> int:
    """Return how often a person was placed, here or as recorded from before (CR-20)."""
    placed = rows.rows(desk.conn, tables.placement, person_id=person_id)
    recorded = current_facts(desk.person(person_id))["placement_count"] or 0
    return max(int(recorded), sum(1 for row in placed if row["placed_on"] is not None))
