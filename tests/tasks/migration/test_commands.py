"""One case by a command, batches by a supervisor: rights, reasons, dates, drafts, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bench.office import Office
from engine.errors import FormInvalid, IllegalState, NotCandidate, NotFound, OutOfArea
from engine.migration import NotMigratable, PlanInvalid
from engine.store import tables as kernel
from engine.store.conn import Connection
from engine.store.db import Database
from tasks import commands, migration_runs, worker
from tasks.accounts import disable_account
from tasks.commands import Done
from tasks.migration_commands import MigrateInstance, StartMigration, StopMigration
from tasks.queries import release_history, trail
from tasks.store import migrations as migration_store
from tasks.store.tables import deadline, form_data
from tasks.studio_commands import OpenDraft, RejectRelease, SaveModel, SubmitRelease
from tests.tasks.migration import holding
from tests.tasks.migration.crowd import Crowd, crowd_in
from tests.tasks.migration.versions import KEYS, Change, redrawn, renamed, retimed

P04 = KEYS[0]


@pytest.fixture
def crowd(sqlite_database: Database) -> Crowd:
    """An office with a case that was led as far as its interview at the community."""
    return crowd_in(sqlite_database, "P04_Interview")


def _instance(office: Office, case_id: int) -> int:
    return next(task.instance_id for task in office.open_tasks(case_id) if task.element.startswith("P04"))


def _migrate(office: Office, case_id: int, change: Change, who: str = "sup.sy", **more: object) -> Done:
    version = holding.publish(office, change)[P04]
    with office.app.read() as conn:
        d = kernel.definition.c
        to_id = conn.execute(sa.select(d.id).where(d.key == P04, d.version == version)).scalar_one()
    given = {"mapping": change.mappings[P04], "reason": "新版启用", **more}
    command = MigrateInstance(_instance(office, case_id), to_id, **given)  # type: ignore[arg-type]
    return office.app.do(command, office.actor(who))


def test_a_case_goes_on_in_the_hands_of_its_holder(crowd: Crowd) -> None:
    office, case_id = crowd.office, crowd.spread(11)[-1]
    task = next(one for one in office.open_tasks(case_id) if one.element.startswith("P04"))
    done = _migrate(office, case_id, renamed(office.app.library))
    assert (done.case_id, done.instance_id) == (case_id, task.instance_id)
    after = next(one for one in office.open_tasks(case_id) if one.element.startswith("P04"))
    assert (after.id, after.assignee_id, after.due_at) == (task.id, task.assignee_id, task.due_at)
    with office.app.read() as conn:
        last = trail.events(conn, case_id, newest_first=True, limit=1)[0]
    assert (last.kind, last.actor, last.data["reason"]) == (
        "ProcessMigrated",
        office.actor("sup.sy").name,
        "新版启用",
    )


def test_history_before_a_migration_speaks_of_the_version_that_ran(crowd: Crowd) -> None:
    office, case_id = crowd.office, crowd.spread(11)[-1]
    with office.app.read() as conn:
        before = {one.seq: one.definition_id for one in trail.events(conn, case_id)}
    _migrate(office, case_id, renamed(office.app.library))
    with office.app.read() as conn:
        after = trail.events(conn, case_id)
    assert {one.seq: one.definition_id for one in after if one.seq in before} == before
    assert after[-1].definition_id not in before.values()


@pytest.mark.parametrize(
    ("who", "refusal"), [("staff.rh", NotCandidate), ("sup.nfx", OutOfArea), ("auditor.sy", NotCandidate)]
)
def test_only_a_supervisor_of_the_area_migrates(crowd: Crowd, who: str, refusal: type[Exception]) -> None:
    office, case_id = crowd.office, crowd.spread(11)[-1]
    with pytest.raises(refusal):
        _migrate(office, case_id, renamed(office.app.library), who)
    assert not holding.migrated(office)


def test_a_migration_needs_a_reason_and_a_plan_that_fits(crowd: Crowd) -> None:
    office, case_id = crowd.office, crowd.spread(9)[-1]
    with pytest.raises(FormInvalid):
        _migrate(office, case_id, renamed(office.app.library), reason=" ")
    with pytest.raises(PlanInvalid, match="P04_Nothing"):
        _migrate(office, case_id, redrawn(office.app.library), mapping={"P04_Interview": "P04_Nothing"})
    with pytest.raises(NotMigratable, match="P04_Interview"):
        _migrate(office, case_id, redrawn(office.app.library), mapping={})
    assert not holding.migrated(office)
    assert holding.faults(office) == []


def test_a_draft_that_the_new_form_cannot_hold_is_kept_on_file(crowd: Crowd) -> None:
    office, case_id = crowd.office, crowd.spread(9)[-1]
    done = _migrate(office, case_id, redrawn(office.app.library))
    assert "草稿" in done.extra["said"][-1]["zh"]
    task = next(one for one in office.open_tasks(case_id) if one.element == "P04_Outcome")
    with office.app.read() as conn:
        kept = (
            conn.execute(sa.select(form_data.c.element).where(form_data.c.task_id == task.id)).scalars().all()
        )
        e, p = kernel.event.c, kernel.event_payload.c
        filed = (
            sa.select(p.payload)
            .join(kernel.event, sa.and_(e.trail_id == p.trail_id, e.seq == p.seq))
            .where(e.kind == "TaskSaved", e.trail_id == case_id)
        )
        assert "尚未填完" in conn.execute(filed).scalar_one()
    assert kept == ["P04_Outcome"]
    assert holding.faults(office) == []


def test_dates_stay_unless_they_are_counted_again(crowd: Crowd) -> None:
    office = crowd.office
    kept, counted = (crowd.spread(1, 2)[0] for _ in range(2))  # at the first contact
    change = retimed(office.app.library)

    def moment(case_id: int) -> int:
        m = kernel.timer.c
        query = sa.select(m.due_at).where(
            m.trail_id == case_id, m.element == "P04_FirstContact_Timer", m.state == "scheduled"
        )
        with office.app.read() as conn:
            return int(conn.execute(query).scalar_one())

    before = moment(kept)
    _migrate(office, kept, change)
    _migrate(office, counted, change, recompute=True)
    day = timedelta(days=1) // timedelta(microseconds=1)
    assert (moment(kept) - before, moment(counted) - before) == (0, day)


def test_counting_again_takes_the_rule_as_it_is_now(crowd: Crowd) -> None:
    office = crowd.office
    case_id = crowd.spread(1, 2)[0]
    row = sa.and_(deadline.c.case_id == case_id, deadline.c.rule_id == "DL-015")
    with office.app.write() as conn:
        right = conn.execute(sa.select(deadline.c.due_at).where(row)).scalar_one()
        conn.execute(sa.update(deadline).where(row).values(due_effective="2026-01-05", due_at=1))
    _migrate(office, case_id, retimed(office.app.library), recompute=True)
    task = next(one for one in office.open_tasks(case_id) if one.element == "P04_FirstContact")
    with office.app.read() as conn:
        assert conn.execute(sa.select(deadline.c.due_at).where(row)).scalar_one() == right == task.due_at


def _bare(office: Office) -> tuple[Change, int]:
    change = redrawn(office.app.library)
    return change, holding.publish(office, change)[P04]


def _begun(office: Office) -> Mapping[str, Any]:
    """Let the district's supervisor begin to move every case of P04; return what she is told."""
    change, version = _bare(office)
    command = StartMigration(P04, 1, version, change.mappings[P04], reason="新版")
    return office.app.do(command, office.actor("sup.sy")).extra


def test_a_batch_takes_the_cases_of_the_supervisors_area_only(crowd: Crowd) -> None:
    office = crowd.office
    crowd.spread(5)
    change, version = _bare(office)
    command = StartMigration(P04, 1, version, change.mappings[P04], reason="新版")
    assert office.app.do(command, office.actor("sup.nfx")).extra["cases"] == 0
    with pytest.raises(NotCandidate):
        office.app.do(command, office.actor("staff.rh"))
    with pytest.raises(FormInvalid):
        office.app.do(StartMigration(P04, 1, version), office.actor("sup.sy"))
    with pytest.raises(NotFound):
        office.app.do(StartMigration(P04, 1, 9, reason="x"), office.actor("sup.sy"))


def test_the_same_batch_is_gone_on_with_and_another_one_has_to_wait(crowd: Crowd) -> None:
    office = crowd.office
    crowd.spread(5)
    change, version = _bare(office)
    supervisor = office.actor("sup.sy")
    command = StartMigration(P04, 1, version, change.mappings[P04], reason="新版")
    first = office.app.do(command, supervisor).extra
    again = office.app.do(command, supervisor).extra
    assert (again["migration"], again["resumed"]) == (first["migration"], True)
    with pytest.raises(IllegalState):
        office.app.do(StartMigration(P04, 1, version, {}, reason="新版"), supervisor)
    batch = int(first["migration"])
    migration_runs.run(office.app, batch, most=2)
    office.app.do(StopMigration(batch), supervisor)
    assert migration_runs.run(office.app, batch).waiting == first["cases"] - 2
    with pytest.raises(IllegalState):
        office.app.do(StopMigration(batch), supervisor)
    rest = office.app.do(command, supervisor).extra
    assert rest["cases"] == first["cases"] - 2


def test_the_worker_works_a_batch_off_and_ends_it(crowd: Crowd) -> None:
    office = crowd.office
    crowd.spread(5)
    begun = _begun(office)
    worker.tick(office.app)
    done = migration_runs.progress(office.app, int(begun["migration"]))
    assert (done.state, done.done) == ("done", begun["cases"])


def test_a_supervisor_who_left_migrates_nothing_more(crowd: Crowd) -> None:
    office = crowd.office
    crowd.spread(5)
    begun = _begun(office)
    with office.app.write() as conn:
        disable_account(conn, office.actor("sup.sy").user_id, office.clock.now())
    assert migration_runs.run(office.app, int(begun["migration"])).state == "stopped"
    assert not holding.migrated(office)
    told = _told(office)[-1]
    assert (told.kind, told.data["waiting"]) == ("MigrationStopped", begun["cases"])


def test_a_case_that_ended_or_went_on_by_itself_is_passed_over(crowd: Crowd) -> None:
    office = crowd.office
    case_id = crowd.spread(3)[0]
    begun = _begun(office)
    cancel = commands.CancelInstance(_instance(office, case_id), "转出")
    office.app.do(cancel, office.actor("sup.sy"))
    done = migration_runs.run(office.app, int(begun["migration"]))
    assert (done.gone, done.refused, done.waiting) == (1, 0, 0)


def test_a_case_that_ends_between_the_look_and_its_turn_is_passed_over(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = crowd.office
    case_id = crowd.spread(3)[0]
    begun = _begun(office)
    given_up, look = _instance(office, case_id), migration_store.next_item

    def look_and_be_late(conn: Connection, batch: int) -> migration_store.Item | None:
        item = look(conn, batch)
        if item is not None and item.instance_id == given_up and item.status == "running":
            office.app.do(commands.CancelInstance(given_up, "转出"), office.actor("sup.sy"))
        return item

    monkeypatch.setattr(migration_store, "next_item", look_and_be_late)
    done = migration_runs.run(office.app, int(begun["migration"]))
    assert (done.gone, done.refused, done.waiting) == (1, 0, 0)


def _told(office: Office) -> list[trail.Happened]:
    with office.app.read() as conn:
        return [one for one in release_history.history(conn, P04) if one.kind.startswith("Migration")][::-1]


def test_a_batch_that_ends_by_itself_stands_on_the_trail_of_the_process_once(crowd: Crowd) -> None:
    office = crowd.office
    case_id = crowd.spread(5)[0]
    begun = _begun(office)
    office.app.do(commands.CancelInstance(_instance(office, case_id), "转出"), office.actor("sup.sy"))
    for _ in range(2):
        migration_runs.run(office.app, int(begun["migration"]))
    started, ended = _told(office)
    assert (started.kind, ended.kind) == ("MigrationStarted", "MigrationEnded")
    assert ended.data["batch"] == begun["migration"]
    assert (ended.data["done"], ended.data["gone"], ended.data["waiting"]) == (begun["cases"], 1, 0)


def test_a_batch_of_another_area_is_neither_stopped_nor_taken_for_ones_own(crowd: Crowd) -> None:
    office = crowd.office
    crowd.spread(5)
    change, version = _bare(office)
    real = StartMigration(P04, 1, version, change.mappings[P04], reason="新版")
    trial = StartMigration(P04, 1, version, {}, dry=True)
    others = [int(office.app.do(one, office.actor("sup.rh")).extra["migration"]) for one in (real, trial)]
    neighbour = office.actor("sup.nfx")
    for batch in others:
        with pytest.raises(OutOfArea):
            office.app.do(StopMigration(batch), neighbour)
    own = office.app.do(StartMigration(P04, 1, version, change.mappings[P04], dry=True), neighbour).extra
    assert int(own["migration"]) not in others
    assert [migration_runs.progress(office.app, batch).state for batch in others] == ["running"] * 2
    office.app.do(StopMigration(others[0]), office.actor("sup.sy"))
    assert migration_runs.progress(office.app, others[0]).state == "stopped"


def test_the_batch_of_a_smaller_area_is_not_taken_for_that_of_the_whole(crowd: Crowd) -> None:
    office = crowd.office
    crowd.spread(5)
    change, version = _bare(office)
    command = StartMigration(P04, 1, version, change.mappings[P04], reason="新版")
    assert office.app.do(command, office.actor("sup.nfx")).extra["cases"] == 0
    with pytest.raises(IllegalState):
        office.app.do(command, office.actor("sup.sy"))


@pytest.mark.parametrize("refused", [False, True])
def test_no_case_is_taken_to_a_version_that_nobody_else_has_signed(crowd: Crowd, refused: bool) -> None:
    office = crowd.office
    case_id = crowd.spread(3)[0]
    author, colleague = office.actor("sup.sy"), office.actor("sup.rh")
    draft = int(office.app.do(OpenDraft(P04), author).extra["draft_id"])
    drawing = redrawn(office.app.library).files[P04]
    office.app.do(SaveModel(draft, 1, drawing), author)
    made = office.app.do(SubmitRelease(draft, 2, "自己用"), author).extra
    if refused:
        office.app.do(RejectRelease(int(made["definition_id"]), "不同意"), colleague)
    for command in (
        MigrateInstance(_instance(office, case_id), int(made["definition_id"]), reason="先试一件"),
        StartMigration(P04, 1, made["version"], reason="新版启用"),
    ):
        with pytest.raises(IllegalState) as caught:
            office.app.do(command, author)
        assert "没有经另一位督导批准" in caught.value.sentence()
    told = office.app.do(StartMigration(P04, 1, made["version"], dry=True), author).extra
    assert told["cases"] > 0
