"""A seal on paper: it shows later what stood then, also against whoever has the database and the key.

A slip is one line of digits and letters, short enough for a square code: number, moment, counts, root and
HMAC of a seal. It is compared with the seal, and from the events of that time its root is worked out anew.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import AidError
from engine.seals import NONE, root
from engine.store import proof
from engine.store.conn import Connection
from engine.store.proof import SealRow

HEAD = "AID595-SEAL"
#: A slip is far shorter; whatever is longer is something else.
LONGEST = 400
_INT64 = 1 << 63
#: µs; the last moment a date can tell.
_LAST = 250_000_000_000_000_000


class SlipUnread(AidError):
    """What was given is no slip."""

    code = "slip_unread"
    zh = "这不是封存凭证。请重新扫描，或照凭证抄写：以AID595-SEAL开头，共七段，用斜线分开。"
    en = "This is no slip of a seal. Scan it again, or type it as printed: AID595-SEAL and six parts more."


#: What may come out of holding a slip against what is stored, as it is said.
WHAT: Mapping[str, str] = {
    "same": "与库中的封存一致；按现有记录重算，截至当时的{trails}条轨迹、{events}条记录与凭证相符。",
    "no seal": "库中没有这一次封存：封存记录被删除，或凭证不是本系统的。",
    "other seal": "库中这一次封存与凭证不同：封存记录被改动或重新签写。",
    "fewer": "截至当时的记录比凭证少{missing}条：有记录被删除。",
    "altered": "截至当时的记录数与凭证相同，内容不同：有记录被改动或重新签写。",
    "more": "截至当时的记录比凭证多{surplus}条：封存时正在写入，或事后插入。请用封存文件核验。",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of holding a slip against what is stored: a key of `WHAT` with its numbers."""

    row: SealRow
    what: str
    #: how many events there are of that time, less those of the slip
    surplus: int = 0

    @property
    def ok(self) -> bool:
        """Tell whether the seal and all events of that time are those of the slip."""
        return self.what == "same"

    @property
    def numbers(self) -> dict[str, int]:
        """Return what the sentence tells."""
        row = self.row
        return {"n": row.n, "trails": row.trails, "events": row.events, "surplus": self.surplus,
                "missing": -self.surplus}  # fmt: skip

    def __str__(self) -> str:
        """Return the result as a Chinese sentence."""
        return f"第{self.row.n}次封存的凭证：" + WHAT[self.what].format_map(self.numbers)


def write(row: SealRow) -> str:
    """Return the slip of a seal."""
    plain = (row.n, row.at, row.trails, row.events, row.root.hex(), row.mac.hex())
    return "/".join((HEAD, *map(str, plain))).upper()


def read(text: str) -> SealRow:
    """Return what a slip tells, whatever blanks stand between; raise SlipUnread."""
    parts = "".join(text.split()).upper().split("/") if len(text) <= LONGEST else []
    try:
        head, *numbers, root_text, mac_text = parts
        n, at, trails, events = (int(one) for one in numbers if one.isascii() and one.isdecimal())
        found = SealRow(n, at, trails, events, bytes.fromhex(root_text), NONE, bytes.fromhex(mac_text))
    except ValueError as fault:
        raise SlipUnread from fault
    if head != HEAD or len(numbers) != 4 or max(n, trails, events) >= _INT64 or at > _LAST:
        raise SlipUnread
    if len(found.root) != len(NONE) or len(found.mac) != len(NONE):
        raise SlipUnread
    return found


def compare(conn: Connection, row: SealRow) -> Compared:
    """Hold a slip against the seal of its number and against the events of its time.

    An event written while a seal was being made may bear an earlier moment; hence `more` proves nothing.
    """
    stored = proof.seal_of(conn, row.n)
    if stored is None:
        return Compared(row, "no seal")
    if not _same(stored, row):
        return Compared(row, "other seal")
    # what bears the very moment of the seal was written before it or after it
    upto, before = (list(proof.heads_at(conn, at)) for at in (row.at, row.at - 1))
    if any(hmac.compare_digest(root(heads), row.root) for heads in (upto, before)):
        return Compared(row, "same")
    most, least = (sum(head.seq for head in heads) - row.events for heads in (upto, before))
    if most < 0:
        return Compared(row, "fewer", most)
    return Compared(row, "more", most) if most and least else Compared(row, "altered")


def _same(stored: SealRow, row: SealRow) -> bool:
    facts = (stored.at, stored.trails, stored.events) == (row.at, row.trails, row.events)
    return facts and hmac.compare_digest(stored.root + stored.mac, row.root + row.mac)
