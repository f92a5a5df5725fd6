"""Returning work to an earlier step (退回): what the steps in between recorded is taken back with them.

The trail keeps everything; the working records do not count what has to be done again: outcomes are open
again, referrals made since are cancelled, and deadlines those steps opened end without being missed.
"""

from __future__ import annotations

from typing import Any

from engine import user_tasks
from engine.codec import loads
from engine.errors import IllegalState
from engine.graph import Graph
from engine.regions import same_region
from engine.user_tasks import OpenTask
from tasks import deadlines, employments, referrals
from tasks.desk import Desk
from tasks.registers import write
from tasks.store import redo as store
from tasks.store.conn import Connection

REASON = "sent back"
#: Open only after its tier has let the case go: what was sent from there cannot be called back.
AFTER_THE_TIER = frozenset({"P05_Effect"})
#: Records work without a referral: straight out of training (09.R3).
EMPLOYS = frozenset({"P11_Placement"})


def require_returnable(desk: Desk, task: OpenTask, to_element: str) -> None:
    """Raise IllegalState where the work cannot go back there, or the case went on to another process."""
    if to_element not in steps_back(desk.conn, task):
        raise IllegalState(detail="只能退回到本流程已办过、且尚未转出的环节")


def steps_back(conn: Connection, task: OpenTask) -> list[str]:
    """Return the user tasks an open task may be sent back to, the latest first."""
    return [] if task.node.id in AFTER_THE_TIER else user_tasks.returnable(conn, task)


def may_return(graph: Graph, element: str, to_element: str) -> bool:
    """Tell whether the diagram lets work of one task go back to another that was done before."""
    return element not in AFTER_THE_TIER and same_region(graph, element, to_element)


def undo(desk: Desk, task: OpenTask, to_element: str) -> None:
    """Take back what was recorded since an element was last completed; call before the work goes back.

    What a called process (a training) did since is taken back with its caller's step.
    """
    live, context = task.live, desk.context(task.live)
    since = store.since_completion(desk.conn, live.trail_id, live.id, to_element)
    called = store.called_by(desk.conn, live.trail_id, live.id)
    for instance_id in (live.id, *called) if since else ():
        write.strike_since(desk, instance_id, since[0]["at"])
    if context.case_id is None:
        return
    told: list[tuple[str, str, dict[str, Any]]] = []
    redone: set[str] = set()
    for row in since:
        mine = row["instance_id"] == live.id
        if row["kind"] == "TaskCompleted" and (mine or row["instance_id"] in called):
            redone.add(row["element"])
        elif row["kind"].startswith("Deadline") or mine:
            told.append((row["kind"], row["element"] or "", loads(row["data"])))
    for seq in dict.fromkeys(data["seq"] for kind, _, data in told if kind == "OutcomeRecorded"):
        if referrals.reopen(desk, live, seq) == "HIRED":
            employments.take_back(desk, context)
    if redone & EMPLOYS:
        employments.take_back(desk, context)
    for seq in [data["seq"] for kind, _, data in told if kind == "ReferralMade"]:
        referrals.cancel(desk, live, seq)
    rows = [(data["rule"], data["nth"]) for kind, _, data in told if kind.startswith("Deadline")]
    deadlines.close_opened_by(desk, context.case_id, redone, rows, REASON)
