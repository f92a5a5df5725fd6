"""P02: the row of a hardship person is confirmed, the person is brought to the street or declines."""

from __future__ import annotations

from tasks import ages, ledger
from tasks.handlers import Completion, on


@on("P02_ConfirmRow")
def confirm(done: Completion) -> None:
    """Keep the confirmed row; the class follows from the form just written (01.D3b, 01.D4a)."""
    ledger.confirm(done.desk, done.person_id, list(done.values["candidate_categories"]))
    ages.watch(done.desk, done.context)


@on("P02_Accompany")
def accompany(done: Completion) -> None:
    """Remember the day of a refusal: within that visit window nobody is asked again (J.7.11)."""
    if done.values["outcome"] == "DECLINED":
        done.routing["declined_on"] = done.values["accompanied_on"].isoformat()
