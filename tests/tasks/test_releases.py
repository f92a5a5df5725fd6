"""A draft becomes a version by two people's hands, and every act stands on the trail of its process."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.codec import loads
from engine.compile import GateError
from engine.errors import AidError, FourEyes, IllegalState, NotCandidate, NotFound
from engine.store.db import Database
from engine.store.tables import definition, event
from tasks import commands as all_commands
from tasks import studio_commands as commands
from tasks.store.tables_org import user_account
from tests.tasks.studio import ANN, BEN, CLERK, KEY, SHIPPED, Studio, renamed


@pytest.fixture
def studio(database: Database, clock: VirtualClock) -> Studio:
    return Studio(database, clock)


def states(studio: Studio) -> list[tuple[int, str]]:
    return [(row.version, row.status) for row in studio.versions()]


def told(studio: Studio) -> list[tuple[str, int | None, str]]:
    """Return kind, actor and reason of every event of the process's trail."""
    with studio.app.read() as conn:
        rows = conn.execute(sa.select(event.c.kind, event.c.actor_id, event.c.data).order_by(event.c.seq))
        return [(row[0], row[1], loads(row[2]).get("reason", "")) for row in rows]


def test_a_draft_becomes_the_version_at_work_by_two_hands(studio: Studio) -> None:
    made = studio.submitted(renamed("新名"))
    assert states(studio) == [(2, "submitted"), (1, "active")]
    studio.do(commands.ApproveRelease(made, "同意"), BEN)
    assert [(v.version, v.status, v.author_id, v.approver_id) for v in studio.versions()] == [
        (2, "active", ANN.user_id, BEN.user_id), (1, "retired", None, None),
    ]  # fmt: skip
    assert studio.versions()[0].name == "新名"
    assert studio.drafts() == []
    assert told(studio) == [
        ("ReleaseActivated", None, "随产品发布"), ("DraftOpened", 101, ""),
        ("ReleaseSubmitted", 101, "试一试"), ("ReleaseApproved", 102, "同意"),
        ("ReleaseActivated", 102, "同意"),
    ]  # fmt: skip


def test_approval_by_the_author_is_refused_by_the_command(studio: Studio) -> None:
    made = studio.submitted()
    with pytest.raises(FourEyes):
        studio.do(commands.ApproveRelease(made, "我自己批"), ANN)
    assert states(studio) == [(2, "submitted"), (1, "active")]


@pytest.mark.parametrize(
    "values",
    [
        {"status": "active", "approver_id": ANN.user_id}, {"status": "approved"}, {"status": "active"},
        {"status": "retired"}, {"approver_id": ANN.user_id},
    ],
)  # fmt: skip
def test_approval_by_the_author_or_nobody_is_refused_by_the_database(
    studio: Studio, values: dict[str, Any]
) -> None:
    made = studio.submitted()
    with studio.app.write() as conn:
        conn.execute(sa.update(definition).where(definition.c.version == 1).values(status="retired"))
    with pytest.raises(sa.exc.IntegrityError, match="four_eyes"), studio.app.write() as conn:
        conn.execute(sa.update(definition).where(definition.c.id == made).values(**values))
    assert states(studio) == [(2, "submitted"), (1, "retired")]


def test_who_saved_last_is_not_the_second_person(studio: Studio) -> None:
    draft = studio.draft(ANN)
    studio.do(commands.SaveModel(draft, 1, renamed("甲")), ANN)
    done = studio.do(commands.SubmitRelease(draft, 2, "代提交"), BEN)
    with pytest.raises(FourEyes):
        studio.do(commands.ApproveRelease(int(done["definition_id"]), "同意"), ANN)


def test_the_second_of_two_supervisors_is_told_and_overwrites_nothing(studio: Studio) -> None:
    draft = studio.draft(ANN)
    assert studio.do(commands.SaveModel(draft, 1, renamed("安的")), ANN) == {"rev": 2}
    with pytest.raises(AidError) as refused:
        studio.do(commands.SaveModel(draft, 1, renamed("本的")), BEN)
    assert refused.value.code == "draft_changed"
    assert refused.value.data["rev"] == 2
    with studio.app.read() as conn:
        assert "安的" in studio.source(conn, draft).xml
    with pytest.raises(AidError, match="changed"):
        studio.do(commands.SubmitRelease(draft, 1, "旧的"), BEN)


def test_the_same_save_sent_twice_is_one_save(studio: Studio) -> None:
    draft = studio.draft()
    for _ in range(2):
        assert studio.do(commands.SaveModel(draft, 1, renamed("安的"))) == {"rev": 2}


def test_two_saves_at_once_keep_one_of_them(studio: Studio) -> None:
    draft = studio.draft()
    answers: list[str] = []

    def save(name: str) -> None:
        try:
            studio.do(commands.SaveModel(draft, 1, renamed(name)), ANN if name == "甲" else BEN)
            answers.append("saved")
        except AidError as error:
            answers.append(error.code)

    run_together(save, ["甲", "乙"])
    assert sorted(answers) == ["draft_changed", "saved"]


def run_together(act: Any, arguments: list[Any]) -> None:
    threads = [threading.Thread(target=act, args=(one,)) for one in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_versions_stay_dense_when_several_submit_at_once(studio: Studio) -> None:
    drafts = [studio.changed() for _ in range(4)]

    def submit(draft: int) -> None:
        studio.do(commands.SubmitRelease(draft, 2, "同时"))

    run_together(submit, drafts)
    assert sorted(row.version for row in studio.versions()) == [1, 2, 3, 4, 5]


def test_a_process_nobody_knew_gets_one_trail_when_two_begin_it_at_once(studio: Studio) -> None:
    run_together(lambda who: studio.do(commands.OpenDraft("NEW", None, SHIPPED), who), [ANN, BEN])
    with studio.app.read() as conn:
        query = sa.select(event.c.trail_id).where(event.c.kind == "DraftOpened")
        trails = conn.execute(query).scalars().all()
    assert len(trails) == 2
    assert len(set(trails)) == 1


def test_a_refused_version_gives_its_draft_back(studio: Studio) -> None:
    made = studio.submitted(renamed("不好"))
    (draft,) = studio.drafts()
    assert draft.definition_id == made
    for command in (commands.SaveModel(draft.id, 2, SHIPPED), commands.DiscardDraft(draft.id, "不要了")):
        with pytest.raises(IllegalState):
            studio.do(command)
    assert studio.do(commands.RejectRelease(made, "名称不妥"), BEN) == {"draft_id": str(draft.id)}
    assert states(studio) == [(2, "rejected"), (1, "active")]
    assert studio.do(commands.SaveModel(draft.id, 2, renamed("好"))) == {"rev": 3}
    done = studio.do(commands.SubmitRelease(draft.id, 3, "改好了"))
    assert done["version"] == 3
    with pytest.raises(IllegalState):
        studio.do(commands.ApproveRelease(made, "改批旧的"), BEN)


def test_taking_back_lets_the_version_before_work_again_as_it_was(studio: Studio) -> None:
    before = studio.versions()[0].digest
    made = studio.submitted(renamed("新名"))
    studio.do(commands.ApproveRelease(made, "同意"), BEN)
    studio.do(commands.TakeBack(made, "有误"), ANN)
    assert states(studio) == [(2, "retired"), (1, "active")]
    assert studio.versions()[1].digest == before
    assert [kind for kind, *_ in told(studio)][-2:] == ["ReleaseTakenBack", "ReleaseActivated"]
    with pytest.raises(IllegalState, match="没有更早的版本"):
        studio.do(commands.TakeBack(studio.versions()[1].id, "再撤"), ANN)


def test_an_approved_version_may_wait_for_its_day(studio: Studio) -> None:
    made = studio.submitted()
    studio.do(commands.ApproveRelease(made, "同意", activate=False), BEN)
    assert states(studio) == [(2, "approved"), (1, "active")]
    studio.do(commands.ActivateRelease(made), ANN)
    assert states(studio) == [(2, "active"), (1, "retired")]


def test_a_retired_process_starts_nothing_more(studio: Studio) -> None:
    studio.do(commands.RetireRelease(studio.versions()[0].id, "不再培训"))
    assert states(studio) == [(1, "retired")]
    with pytest.raises(NotFound), studio.app.read() as conn:
        studio.app.definitions.active(conn, KEY)


def test_a_draft_begun_before_the_latest_release_does_not_undo_it(studio: Studio) -> None:
    late = studio.draft(BEN)
    studio.do(commands.ApproveRelease(studio.submitted(), "同意"), BEN)
    with pytest.raises(IllegalState, match="第2版"):
        studio.do(commands.SubmitRelease(late, 1, "晚到"), BEN)


def test_a_draft_in_which_nothing_was_changed_is_no_release(studio: Studio) -> None:
    draft = studio.draft()
    with pytest.raises(IllegalState, match="第1版没有不同"):
        studio.do(commands.SubmitRelease(draft, 1, "没改"))
    again = SHIPPED.replace(b'isExecutable="true"', b'isExecutable = "true"  ')
    assert again != SHIPPED
    studio.do(commands.SaveModel(draft, 1, again))
    with pytest.raises(IllegalState, match="没有可以发布的改动"):
        studio.do(commands.SubmitRelease(draft, 2, "只换了写法"))
    assert states(studio) == [(1, "active")]
    studio.do(commands.SaveModel(draft, 2, renamed("新名")))
    studio.do(commands.SubmitRelease(draft, 3, "改了名称"))
    assert states(studio) == [(2, "submitted"), (1, "active")]


def test_what_was_stopped_may_begin_again_as_it_was(studio: Studio) -> None:
    draft = studio.draft()
    studio.do(commands.RetireRelease(studio.versions()[0].id, "暂停"))
    studio.do(commands.SubmitRelease(draft, 1, "恢复培训"))
    assert states(studio) == [(2, "submitted"), (1, "retired")]


def test_a_discarded_draft_is_gone_and_its_reason_stays(studio: Studio) -> None:
    studio.do(commands.DiscardDraft(studio.draft(), "画错了"))
    assert studio.drafts() == []
    assert told(studio)[-1] == ("DraftDiscarded", ANN.user_id, "画错了")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (commands.OpenDraft("../etc", None, SHIPPED), "form_invalid"),
        (commands.OpenDraft("NOBODY"), "not_found"),
        (commands.OpenDraft(KEY, 1), "not_found"),
        (commands.OpenDraft(KEY, None, b"<!DOCTYPE x><x/>"), "xml_refused"),
        (commands.SaveModel(1, 1, SHIPPED), "not_found"),
        (commands.SubmitRelease(1, 1, "无"), "not_found"),
        (commands.ApproveRelease(1, "无"), "not_found"),
        (commands.TakeBack(1, "无"), "not_found"),
    ],
)
def test_what_is_not_there_is_refused_and_stores_nothing(
    studio: Studio, command: all_commands.Command, code: str
) -> None:
    before = told(studio)
    with pytest.raises(AidError) as refused:
        studio.do(command)
    assert refused.value.code == code
    assert (told(studio), studio.drafts()) == (before, [])


@pytest.mark.parametrize("xml", [b"", b"\xff\xfe", b"<a>", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', b"\0"])
def test_an_unsafe_drawing_is_not_saved(studio: Studio, xml: bytes) -> None:
    draft = studio.draft()
    with pytest.raises(AidError) as refused:
        studio.do(commands.SaveModel(draft, 1, xml))
    assert refused.value.code == "xml_refused"
    assert studio.drafts()[0].rev == 1


@pytest.mark.parametrize(
    "annex",
    ["", "[]", "{", '{"x":{}}', '{"forms":[]}', '{"forms":{"A":1}}', '{"forms":{},"forms":{}}', '{"a":NaN}',
     '{"forms":{"A":{"x":"\\ud800"}}}', '{"forms":' + '{"a":' * 5_000 + "1" + "}" * 5_001,
     '{"forms":{"A":{"x":"' + "y" * 600_000 + '"}}}'],
)  # fmt: skip
def test_an_annex_that_cannot_be_read_is_not_saved(studio: Studio, annex: str) -> None:
    draft = studio.draft()
    with pytest.raises(AidError) as refused:
        studio.do(commands.SaveModel(draft, 1, SHIPPED, annex))
    assert refused.value.code == "annex_refused"
    assert studio.drafts()[0].rev == 1


def test_a_release_with_a_broken_annex_is_refused_by_form_and_field(studio: Studio) -> None:
    draft = studio.draft()
    annex = '{"forms":{"LOCAL_A":{"title_zh":"甲","title_en":"A","fields":[{"name":"when","zh":"何时","en":"When","type":"dat"}]}}}'  # noqa: E501
    studio.do(commands.SaveModel(draft, 1, SHIPPED, annex))
    with pytest.raises(GateError) as refused:
        studio.do(commands.SubmitRelease(draft, 2, "试"))
    assert [one.element for one in refused.value.findings] == ["forms.LOCAL_A.when"]
    assert states(studio) == [(1, "active")]
    assert studio.drafts()[0].definition_id is None


def test_only_supervisors_draw_and_release(studio: Studio) -> None:
    made = studio.submitted()
    (draft,) = studio.drafts()
    for command in (
        commands.OpenDraft(KEY), commands.SaveModel(draft.id, 2, SHIPPED),
        commands.DiscardDraft(draft.id, "x"), commands.SubmitRelease(draft.id, 2, "x"),
        commands.ApproveRelease(made, "x"), commands.RejectRelease(made, "x"),
        commands.ActivateRelease(made), commands.RetireRelease(made, "x"), commands.TakeBack(made, "x"),
    ):  # fmt: skip
        with pytest.raises(NotCandidate):
            studio.do(command, CLERK)


def test_one_person_alone_cannot_publish_a_file(studio: Studio) -> None:
    with pytest.raises(FourEyes):
        studio.do(all_commands.Deploy((("x.bpmn", renamed("偷换")),), "快", heard=True), ANN)
    assert states(studio) == [(1, "active")]


def test_another_account_of_the_author_does_not_sign(studio: Studio) -> None:
    made = studio.submitted()
    with studio.app.write() as conn:
        for actor in (ANN, BEN):
            given = {"id": actor.user_id, "username": f"sup{actor.user_id}", "display_name": actor.name}
            conn.execute(
                sa.insert(user_account).values(**given, person_key="one", password_hash="", created_at=0)
            )
    with pytest.raises(FourEyes):
        studio.do(commands.ApproveRelease(made, "同意"), BEN)
    assert states(studio) == [(2, "submitted"), (1, "active")]
    with studio.app.write() as conn:
        own = sa.update(user_account).where(user_account.c.id == BEN.user_id)
        conn.execute(own.values(person_key="two"))
    studio.do(commands.ApproveRelease(made, "同意"), BEN)
    assert states(studio) == [(2, "active"), (1, "retired")]
