"""What starts for a person by message: his row of the ledger, the application he is brought to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from tasks import cases, ledger
from tasks.desk import Desk
from tasks.store import casework

APPLICATION = "P03_registration_recognition"
BROUGHT = "P03_Brought_Start"
#: Message -> start event of P02.
_STARTS = {"MSG-01": "P02_Start", "MSG-21": "P02_Found_Start"}
#: How the application of a person who was brought came: it stands in the form that checks it.
ACCOMPANIED = {"channel": "ACCOMPANIED"}


def _person_of(key: str) -> int | None:
    kind, _, number = key.partition(":")
    return int(number) if kind == "person" and number.isdecimal() else None


def _listed(desk: Desk, key: str, values: Mapping[str, Any], message: str) -> bool:
    """Start the ledger process of a person; one that is open gets the message when it next waits."""
    person_id = _person_of(key)
    if person_id is None or not desk.deployed(ledger.PROCESS) or ledger.open_row(desk, person_id):
        return False
    given = {name: value for name, value in values.items() if not name.startswith("_")}
    context = ledger.context_of(desk, person_id)
    live = desk.start(ledger.PROCESS, context, _STARTS[message], given)
    ledger.list_person(desk, live, person_id, message)
    return True


listed = partial(_listed, message="MSG-01")
found = partial(_listed, message="MSG-21")


def brought(desk: Desk, key: str, values: Mapping[str, Any]) -> bool:
    """Open the case of a person who was brought to the street; one that runs already is the one meant."""
    person_id = _person_of(key)
    if person_id is None or not desk.deployed(APPLICATION):
        return False
    if casework.active_case(desk.conn, person_id) is not None:
        return True
    context = cases.open_case(desk, person_id, "street")
    assert context.case_id is not None
    if "from" not in values:  # the family's process says where it comes from, and nobody came along
        desk.change_case(context.case_id, {"prefill:MSG-17": ACCOMPANIED})
    desk.start(APPLICATION, context, BROUGHT)
    return True
