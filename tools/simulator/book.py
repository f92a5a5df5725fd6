"""What a simulated system remembers: each record once under its key, and how it shall behave next."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

#: Behaviour -> the answer's status. `lose` takes the record over and does not say so.
MOODS = ("accept", "refuse", "pending", "fail", "lose", "garble", "slow")


@dataclass
class Book:
    """The records and lists of all simulated systems."""

    today: str = ""
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    moods: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def behave(self, wanted: dict[str, Any]) -> None:
        """Take orders: moods of the next records, the day, lists; `forget` begins anew."""
        with self._lock:
            for kept in (self.records, self.answers, self.lists, self.asked) if wanted.get("forget") else ():
                kept.clear()
            self.moods = list(wanted.get("moods", []))
            self.today = wanted.get("today", self.today)
            self.lists |= wanted.get("lists", {})

    def mood(self) -> str:
        """Return how to behave now; without an order a record is accepted."""
        with self._lock:
            return self.moods.pop(0) if self.moods else "accept"

    def take(self, key: str, body: dict[str, Any], mood: str) -> dict[str, Any]:
        """Take a record over under its key and return the answer; a known one gets its first answer."""
        with self._lock:
            self.asked[key] += 1
            known = self.answers.get(key)
            if known is not None and known["state"] != "pending":
                return known
            self.records[key] = body
            self.answers[key] = self._answer(body, mood)
            return self.answers[key]

    def _answer(self, body: dict[str, Any], mood: str) -> dict[str, Any]:
        if mood == "refuse":
            return {"state": "refused", "reason": f"{body['record']['name']}在本系统中的状态不允许登记"}
        if mood == "pending":
            return {"state": "pending"}
        day = self.today or body["sent_on"]
        of_system = sum(one["system"] == body["system"] for one in self.records.values())
        answer = {"state": "accepted", "number": f"{body['system']}-{day[:4]}-{of_system:06}", "on": day}
        if body["kind"] == "assessment":
            answer["values"] = {"interest": "社会型", "ability": "动手能力较强", "personality": "内向稳重"}
        if body["kind"] == "contribution_query":
            asked = body["record"]
            answer["items"] = [
                {"id_no": one["id_no"], "month": month, "employer": "北京顺义临空服务有限公司"}
                for one in asked["persons"][:: 3] for month in asked["months"]
            ]  # fmt: skip
        if body["system"] == "X15":
            answer["values"] = {"institution": "顺义区职业技能培训学校", "school": "顺义区职业技能培训学校",
                                "qualified": True}  # fmt: skip
        return answer

    def page(self, name: str, after: str, size: int = 2) -> dict[str, Any]:
        """Return a part of a list."""
        first = int(after or 0)
        items = self.lists.get(name, [])
        more = first + size < len(items)
        return {"items": items[first : first + size], "cursor": str(first + size) if more else ""}
