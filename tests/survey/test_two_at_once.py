"""Two workbooks with the same new persons taken over at the same moment: one file each, nothing lost."""

from __future__ import annotations

import threading

import sqlalchemy as sa

from tasks.actor import OPERATOR
from tasks.store import survey_imports
from tasks.store.tables_people import person
from tasks.survey.import_run import ImportRun
from tests.survey.conftest import Place
from tests.survey.papers import book, filled


def test_two_imports_at_once_open_each_file_once(both: Place) -> None:
    rows = [filled(n, name=f"王{chr(0x4E00 + n)}") for n in range(2, 42)]
    found = [both.checked(book(*some), f"{n}.xlsx") for n, some in enumerate((rows, rows[::-1]))]
    with both.app.write() as conn:
        for one in found:
            survey_imports.write(conn, one.id, "checked", state="importing")
    runs = [ImportRun(both.app, OPERATOR, one.id) for one in found]
    threads = [threading.Thread(target=run.run) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [both.standing(one.id) for one in found]
    assert [(one.state, one.done) for one in done] == [("done", 40)] * 2
    assert sum(one.opened for one in done) == sum(one.same for one in done) == 40
    with both.app.read() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(person)).scalar_one() == 40
    assert len(both.kept()) == 40
