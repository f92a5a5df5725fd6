"""People of different cases after the last places of one public-welfare post."""

from __future__ import annotations

import os

import sqlalchemy as sa

from engine.errors import GuardUnmet
from engine.ids import new_id
from tasks import placements
from tasks.desk import Desk
from tasks.store import rows, tables
from tests.reliability.office_work import start_workload
from tests.reliability.site import Site


def race_for_places(site: Site, people: int, places: int) -> int:
    """Let a process for each person reserve at the same moment; return how many were refused."""
    instances = start_workload(site, people)
    post_id = new_id()
    with site.app.write() as conn:
        area = site.communities[0].path
        rows.add(conn, tables.post, id=post_id, name="社区保洁", level="STREET", area=area, number=places)
        for instance in instances:
            rows.add(
                conn, tables.placement, id=new_id(), level="STREET", case_id=instance, person_id=instance,
                instance_id=instance, state="waiting", rank=1,
            )  # fmt: skip
    site.rest()
    gate, opened = os.pipe()
    pids = []
    for instance in instances:
        pid = os.fork()
        if pid == 0:
            os.close(opened)
            _reserve(site, instance, post_id, gate)
        pids.append(pid)
    os.close(gate)
    os.close(opened)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    assert set(codes) <= {0, 7}, codes
    return codes.count(7)


def _reserve(site: Site, instance: int, post_id: int, gate: int) -> None:
    code = 3
    try:
        with site.app.read() as conn:  # the connection is there before the race begins
            conn.execute(sa.select(1))
        os.read(gate, 1)

        def act(desk: Desk) -> None:
            placements.reserve(desk, desk.unit.instance(instance), post_id)

        site.app.run(act)
        code = 0
    except GuardUnmet:
        code = 7
    finally:
        os._exit(code)


def people_in_posts(site: Site) -> int:
    """Return how many places are reserved or filled."""
    taken = tables.placement.c.state.in_(("reserved", "placed"))
    with site.app.read() as conn:
        return int(conn.execute(sa.select(sa.func.count()).where(taken)).scalar_one())
