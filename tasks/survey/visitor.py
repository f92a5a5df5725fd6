"""Who stands at the door, and when: what a questionnaire says of its visitor before anybody typed."""

from __future__ import annotations

from datetime import date

from tasks import org
from tasks.actor import Actor
from tasks.store.conn import Connection


def signature(conn: Connection, actor: Actor, today: date) -> dict[str, str]:
    """Return visitor, village and day; no village for one who serves several communities."""
    signed = {"interviewer": actor.name, "survey_date": today.isoformat()}
    areas = {area for _role, area in actor.grants}
    home = org.unit_of_path(conn, areas.pop()) if len(areas) == 1 else None
    if home is not None and home.level == "community":
        signed["interviewer_village"] = home.name
    return signed
