"""Policy told to one person: what was said, by which way, kept with the file (R002-02.4).

The texts are templates (`bpmn/tellings.toml`): the policy in the words of its clauses, then how and where to
apply. Who tells it may change the text; what is kept is what was told.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import FormInvalid
from engine.ids import new_id
from tasks import access, benefits, org
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Desk
from tasks.forms.command_forms import accept_values
from tasks.library import FOLDER
from tasks.note_commands import TellPolicy
from tasks.store import rows
from tasks.store.tables_notes import told
from tasks.text import written_day
from tasks.traceability import sources


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing there is to tell."""

    id: str
    title: str
    title_en: str
    clauses: tuple[str, ...]
    apply: str
    where: str
    benefits: tuple[str, ...] = ()


@cache
def topics(folder: Path = FOLDER) -> Mapping[str, Topic]:
    """Return what there is to tell, in the order of the file."""
    data = tomllib.loads((folder / "tellings.toml").read_text(encoding="utf-8"))
    return {
        name: Topic(
            name, row["title"], row["title_en"], tuple(row["clauses"]), row["apply"], row["where"],
            tuple(row.get("benefits", ())),
        )
        for name, row in data.items()
    }  # fmt: skip


@cache
def _quotes(folder: Path = FOLDER) -> Mapping[str, str]:
    return {row["id"]: row["quote_zh"] for row in sources.clauses(folder)}


def suited(desk: Desk, person_id: int) -> list[str]:
    """Return the topics of the benefits a person may ask for today (DT-15), in the order of the file."""
    hints = set(benefits.hints(desk, person_id))
    return [one.id for one in topics().values() if hints.intersection(one.benefits)]


def text_for(desk: Desk, person: Mapping[str, Any], topic_id: str) -> str:
    """Return the text to tell a person on a topic."""
    topic = topics()[topic_id]
    street = org.ancestor_at(desk.conn, person["area"], "street")
    policy = "；".join(_quotes()[one].rstrip("。；") for one in topic.clauses)
    return "\n".join((
        f"{person['name']}：", f"一、政策内容：{policy}。", f"二、申请流程：{topic.apply}",
        f"三、经办渠道：{topic.where}", f"{street.name}公共就业服务机构　{written_day(desk.today)}",
    ))  # fmt: skip


def tell(desk: Desk, command: TellPolicy) -> Done:
    """Keep what a person was told; raise FormInvalid."""
    person = desk.person(command.person_id)
    access.authorize(desk.actor, "tell_policy", Subject(person["area"]))
    values = accept_values(desk, "tell_policy", command.values)
    if values["channel"] in ("PHONE", "MESSAGE") and not person["phone"]:
        zh = "档案中没有联系电话，请先补登电话，或改用其他方式。"
        raise FormInvalid([("channel", zh, "There is no telephone on file.")])
    made = new_id()
    rows.add(
        desk.conn, told, id=made, person_id=person["id"], topic=values["topic"], channel=values["channel"],
        said=values["said"], told_on=values["told_on"].isoformat(), told_at=desk.now_us,
        told_by=desk.actor.user_id,
    )  # fmt: skip
    desk.unit.emit(
        desk.trail_of_person(person["id"]), "PolicyTold",
        data={"topic": values["topic"], "channel": values["channel"], "on": values["told_on"].isoformat()},
        payload={"said": values["said"]},
    )  # fmt: skip
    return Done(person_id=person["id"], extra={"told": str(made)})

