"""Who may do and see what: the table, and that nothing is allowed beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import NotCandidate, NotFound, OutOfArea
from tasks.access import (
    Subject,
    allowed,
    authorize,
    authorize_start,
    classes_for,
    load_permissions,
    permissions,
    relations,
    shown_person,
)
from tasks.actor import ADMIN_ROLES, ROLES, SYSTEM, Actor, Grant

STREET = "/1/2/3/"
HERE = "/1/2/3/4/"
THERE = "/1/2/3/5/"
WORKERS = [role for role in ROLES if role.startswith(("community", "street", "district"))]
ROW = {
    "id": 1, "name": "王秀英", "phone": "138", "address": "幸福里", "sex": "F", "birth_date": "1984-01-01",
    "id_sealed": "k1:x", "id_index": "y", "id_masked": "110113********0023", "facts": '{"disabled":true}',
    "household_id": 3, "area": HERE,
}  # fmt: skip


def actor(role: str, area: str = HERE, user_id: int = 7) -> Actor:
    return Actor(user_id, "李四", (Grant(role, area),))


@pytest.mark.parametrize("role", ROLES)
def test_a_task_belongs_to_its_role_in_its_area(role: str) -> None:
    for holder in ROLES:
        assert allowed(actor(holder), "complete_task", Subject(HERE, role=role)) is (holder == role)
    assert allowed(actor(role, STREET), "complete_task", Subject(HERE, role=role))
    with pytest.raises(OutOfArea):
        authorize(actor(role, THERE), "complete_task", Subject(HERE, role=role))


def test_the_area_is_said_before_the_role() -> None:
    with pytest.raises(OutOfArea):
        authorize(actor("street_staff", THERE), "complete_task", Subject(HERE, role="community_aide"))
    with pytest.raises(NotCandidate) as refused:
        authorize(actor("street_staff"), "complete_task", Subject(HERE, role="community_aide"))
    assert "就业援助员" in refused.value.sentence()


def test_a_path_that_merely_begins_alike_is_another_area() -> None:
    assert not allowed(
        actor("community_aide", "/1/2/3/4/"), "claim", Subject("/1/2/3/44/", role="community_aide")
    )


def test_what_lies_outside_the_area_does_not_exist_for_a_reader() -> None:
    with pytest.raises(NotFound):
        authorize(actor("community_staff", THERE), "view_case", Subject(HERE, tier="community"))


@pytest.mark.parametrize("admin", sorted(ADMIN_ROLES))
def test_administrators_see_and_do_nothing_of_a_case(admin: str) -> None:
    case = Subject(HERE, role="street_staff", tier="street")
    about_cases = permissions().actions.keys() - {
        "view_process", "change_setting", "load_calendar", "view_audit", "verify_audit", "export_audit",
        "manage_units", "create_account", "disable_account", "grant_role", "end_sessions", "view_accounts",
        "change_security_setting", "reset_second_factor", "retry_office", "view_access", "view_office_trail",
    }  # fmt: skip
    for action in about_cases:
        assert not allowed(actor(admin, "/1/"), action, case), action
    assert classes_for(actor(admin, "/1/"), case) == frozenset()


def test_one_makes_accounts_another_gives_roles_and_the_third_reads_the_trail() -> None:
    anywhere = Subject("/1/")
    may = {
        action: {role for role in ROLES if allowed(actor(role, "/1/"), action, anywhere)}
        for action in ("create_account", "grant_role", "view_audit", "view_office_trail", "deploy")
    }
    assert may == {
        "create_account": {"system_admin"},
        "grant_role": {"security_admin"},
        "view_audit": {"auditor", "audit_admin"},
        "view_office_trail": {"audit_admin"},
        "deploy": {"supervisor"},
    }


def test_a_supervisor_does_not_complete_the_tasks_of_others() -> None:
    for role in WORKERS:
        assert not allowed(actor("supervisor", STREET), "complete_task", Subject(HERE, role=role))
    assert allowed(actor("supervisor", STREET), "reassign", Subject(HERE))


def test_an_auditor_changes_nothing() -> None:
    readable = {
        "view_case", "view_process", "view_audit", "verify_audit", "export_audit", "unmask", "view_register",
    }  # fmt: skip
    for action in permissions().actions:
        subject = Subject(HERE, role="community_aide", tier="community")
        assert allowed(actor("auditor", "/1/"), action, subject) is (action in readable), action


def test_how_somebody_stands_to_a_case_follows_from_its_tier() -> None:
    aide = actor("community_aide")
    assert relations(aide, Subject(HERE, tier="community")) == {"queue"}
    assert relations(aide, Subject(HERE, tier="street")) == {"handed_over"}
    assert relations(aide, Subject(HERE, tier="street", holders=frozenset({7}))) == {
        "handed_over",
        "assigned",
    }
    assert relations(aide, Subject(HERE, tier="street", role="community_aide")) == {"queue"}
    assert relations(actor("street_staff", STREET), Subject(HERE, tier="community")) == {"above"}
    assert relations(aide, Subject(THERE, tier="community", holders=frozenset({7}))) == frozenset()


@pytest.mark.parametrize(
    ("role", "tier", "held", "classes"),
    [
        ("community_aide", "community", False, {"P2", "P3", "P4*"}),
        ("community_aide", "street", False, {"P2", "P3"}),
        ("street_staff", "community", False, {"P2", "P3"}),
        ("street_staff", "street", False, {"P2", "P3", "P4"}),
        ("district_expert", "district", False, {"P2"}),
        ("district_expert", "district", True, {"P2", "P3", "P4", "P5"}),
        ("district_expert", "community", False, set()),
        ("supervisor", "street", False, {"P2", "P3"}),
        ("auditor", "street", False, {"P2"}),
    ],
)
def test_classes_of_personal_data(role: str, tier: str, held: bool, classes: set[str]) -> None:
    subject = Subject(HERE, tier=tier, holders=frozenset({7} if held else ()))
    assert classes_for(actor(role, "/1/"), subject) == classes


def test_only_the_expert_of_the_case_sees_special_data() -> None:
    for role in ROLES:
        held = Subject(HERE, tier="district", holders=frozenset({7}))
        assert ("P5" in classes_for(actor(role), held)) is (role == "district_expert")


def test_a_person_is_shown_by_class_and_secrets_never() -> None:
    for classes in (frozenset[str](), frozenset({"P2", "P3"}), frozenset({"P2", "P3", "P4"})):
        shown = shown_person(ROW, classes)
        assert not shown.keys() & {"id_sealed", "id_index"}
        assert (shown["name"] == "王秀英") is ("P3" in classes)
        assert ("disabled" in shown["facts"]) is ("P4" in classes)
        assert (shown["id_masked"] == ROW["id_masked"]) is ("P4" in classes)
    masked = shown_person(ROW, frozenset({"P4*"}))
    assert masked["id_masked"] == ROW["id_masked"]
    assert masked["facts"] == "{}"


def test_the_number_is_revealed_to_who_works_on_the_case_only() -> None:
    subject = Subject(HERE, tier="street")
    assert allowed(actor("street_staff"), "view_person_id", subject)
    for role in ("community_aide", "supervisor", "auditor", "system_admin"):
        assert not allowed(actor(role), "view_person_id", subject)


def test_who_may_start_a_process_by_hand() -> None:
    authorize_start(actor("street_staff", STREET), "P03_registration_recognition", Subject(HERE))
    with pytest.raises(NotCandidate):
        authorize_start(actor("community_aide"), "P03_registration_recognition", Subject(HERE))
    with pytest.raises(OutOfArea):
        authorize_start(actor("street_staff", THERE), "P03_registration_recognition", Subject(HERE))
    with pytest.raises(NotCandidate):
        authorize_start(actor("street_staff", STREET), "P05_street_assistance", Subject(HERE))


def test_the_program_itself_passes() -> None:
    authorize(SYSTEM, "complete_task", Subject(HERE, role="street_staff"))
    authorize_start(SYSTEM, "P05_street_assistance", Subject(HERE))


def test_somebody_without_any_role_may_nothing() -> None:
    nobody = Actor(9, "无名")
    assert not any(
        allowed(nobody, action, Subject(HERE, role="street_staff", holders=frozenset({9})))
        for action in permissions().actions
    )
    assert classes_for(nobody, Subject(HERE, holders=frozenset({9}))) == frozenset()


def test_a_table_with_an_unknown_role_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "permissions.yaml"
    for line in ("claim: {roles: [king]}", "claim: {roles: task, relation: [friend]}"):
        path.write_text(
            f"groups: {{}}\nactions:\n  {line}\nstart: {{}}\nfields: {{}}\nperson_fields: {{}}\n", "utf-8"
        )
        with pytest.raises(ValueError, match="unknown"):
            load_permissions(path)
