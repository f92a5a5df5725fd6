"""A seal on paper proves the events of its time against whoever has the database, the key and the file."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from engine import slips
from engine.clock import VirtualClock
from engine.history import GENESIS, link
from engine.slips import Compared, SlipUnread
from engine.store import proof, tables
from engine.store.db import Database
from tests.engine.desk import TRAIL_KEY
from tests.engine.test_verify import Case

e, s = tables.event, tables.seal


@pytest.fixture
def case(database: Database, clock: VirtualClock, tmp_path: Path) -> Case:
    return Case(database, clock, tmp_path)


def slip_of(case: Case) -> str:
    with case.db.read() as conn:
        row = proof.last_seal(conn)
    assert row is not None
    return slips.write(row)


def sign_anew(case: Case) -> None:
    """Write the links of the trail once more, as whoever has the key can."""
    with case.db.read() as conn:
        rows = list(proof.events(conn, case.trail))
    last, links = GENESIS, []
    for row in rows:
        last = link(TRAIL_KEY, last, row)
        links.append(sa.update(e).where(case.at(row["seq"])).values(hash=last))
    case.attack(*links)


def compared(case: Case, text: str) -> Compared:
    with case.db.read() as conn:
        return slips.compare(conn, slips.read(text))


def test_a_slip_is_read_as_it_was_written_also_with_blanks_and_small_letters(case: Case) -> None:
    text = slip_of(case)
    assert len(text) < slips.LONGEST
    assert slips.write(slips.read(text)) == text
    assert slips.read(f" {text[:40].lower()}\n{text[40:]} ") == slips.read(text)


ROOT, MAC = "AB" * 32, "CD" * 32


@pytest.mark.parametrize(
    "text",
    ["", "x", "AID595-SEAL", "AID595-SEAL/1/2/3/4/AB/CD", f"AID595-SEAL/1/-2/3/4/{ROOT}/{MAC}",
     f"AID595-SEAL/1/2/3/{ROOT}/{MAC}", f"AID595-SEAL/1/{'9' * 30}/3/4/{ROOT}/{MAC}",
     f"AID595-SEAL/1/{9**19}/3/4/{ROOT}/{MAC}", f"AID595-SEAL/１/2/3/4/{ROOT}/{MAC}",
     f"OTHER-SEAL/1/2/3/4/{ROOT}/{MAC}", "/" * 500, "AID595-SEAL/" * 400],
)  # fmt: skip
def test_what_is_no_slip_is_refused(text: str) -> None:
    with pytest.raises(SlipUnread):
        slips.read(text)


def test_an_honest_trail_agrees_also_after_more_was_written_and_sealed(case: Case) -> None:
    text = slip_of(case)
    assert compared(case, text).ok
    case.complete("D")
    case.seal()
    assert compared(case, text).ok
    assert compared(case, slip_of(case)).ok


def test_a_trail_signed_anew_with_key_and_file_is_told_by_the_slip_alone(case: Case) -> None:
    text = slip_of(case)
    case.attack(sa.update(e).where(case.at(2)).values(role="x"))
    sign_anew(case)
    case.attack(s.delete())
    case.file.unlink()
    case.seal()
    assert case.found() == []
    assert compared(case, text).what == "other seal"


def test_events_signed_anew_under_the_same_seal_are_told(case: Case) -> None:
    text = slip_of(case)
    case.attack(sa.update(e).where(case.at(2)).values(role="x"))
    sign_anew(case)
    assert compared(case, text).what == "altered"


def test_events_cut_off_are_counted(case: Case) -> None:
    text = slip_of(case)
    case.attack(sa.delete(e).where(e.c.trail_id == case.trail, e.c.seq > 2))
    found = compared(case, text)
    assert (found.what, found.surplus < 0) == ("fewer", True)
    assert f"少{-found.surplus}条" in str(found)


def test_a_removed_seal_is_told(case: Case) -> None:
    text = slip_of(case)
    case.attack(s.delete())
    assert compared(case, text).what == "no seal"


def test_an_event_inserted_with_an_earlier_moment_is_left_to_the_file(case: Case) -> None:
    text = slip_of(case)
    at = slips.read(text).at - 1
    case.complete("D")
    case.attack(sa.update(e).where(case.at(case.last())).values(at=at))
    assert compared(case, text).what == "more"
