"""Registers, as an office reads them: entries, filters, rights, workbook, summary, closed months."""

from __future__ import annotations

import pytest

from tasks.queries import registers as entries
from tasks.registers import lines
from tasks.registers.spec import register_specs
from tests.web.office import Browser, Office


@pytest.fixture(scope="module")
def office_with_work(office: Office) -> tuple[Office, int]:
    """An office with a case that went up to the street."""
    case_id = office.new_case("王秀英")
    office.reach(case_id, "P05_Conference")
    return office, case_id


def test_what_is_done_stands_in_the_registers(office_with_work: tuple[Office, int]) -> None:
    office, _case = office_with_work
    everything = entries.Wanted(("/",), 0, 2**62)
    with office.app.read() as conn:
        for name, spec in register_specs().items():
            found = entries.entries(conn, spec, everything)
            told = lines.lines_of(conn, spec, found)
            print(name, len(found))
            for line in told[:2]:
                print("   ", line.cells)
