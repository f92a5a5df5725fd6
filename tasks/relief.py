"""Who receives basic-living assistance and has work now: the list for civil affairs (R000-12.3, X23).

The way back, recipients who could work, comes as a list and is compared (tasks.discovery). Whom the list is
given to decides about the assistance; nothing here does.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass

from engine.errors import FormInvalid
from tasks import people
from tasks.actor import Actor
from tasks.app import App
from tasks.commands_register import ExportRegister
from tasks.labels import label
from tasks.queries import areas, relief

COLUMNS = ("姓名", "身份证号", "社区（村）", "救助情况", "就业形式", "用人单位", "就业日期", "就业登记日期")
#: Facts that say somebody receives assistance, with what the list calls each.
RECEIVES = {"receives_dibao": "低保对象", "low_income": "低收入家庭"}
#: The name of the list in the trail: the linkage with civil affairs of RULES G.
LINK = "X23"


@dataclass(frozen=True, slots=True)
class Given:
    """A list as it was given: how many persons, and the file."""

    rows: int
    content: bytes


def give(app: App, actor: Actor, area: str, reason: str, key: str | None = None) -> Given:
    """Return the list of an area as CSV and keep who took it and why; raise FormInvalid where it is empty."""
    with app.read() as conn:
        found = relief.employed_recipients(conn, area)
        names = areas.unit_names(conn, [one.area for one in found])
        numbers = {one.person_id: people.reveal_id(conn, app.keys, one.person_id) for one in found}
    if not found:
        raise FormInvalid([("area", "没有已就业的救助对象，不用送名单。", "Nobody to tell of.")])
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in found:
        received = "、".join(word for fact, word in RECEIVES.items() if one.facts.get(fact))
        writer.writerow((
            one.name, f"'{numbers[one.person_id]}", names.get(one.area, ""), received,
            label("code", one.kind), one.employer or "", one.employed_on, one.registered_on or "",
        ))  # fmt: skip
    content = ("\ufeff" + text.getvalue()).encode()
    taken = ExportRegister(
        LINK, area, len(found), hashlib.sha256(content).hexdigest(), tuple(sorted(numbers)), True, reason
    )
    app.do(taken, actor, key)
    return Given(len(found), content)
