"""Everything a user may see has a name in Chinese and in English."""

from __future__ import annotations

import ast
import inspect
import json
import re
import tomllib
from pathlib import Path

import pytest

import engine.errors
from engine.errors import AidError
from tasks import accounts, facts, labels, nonlocals, sessions
from tasks.actor import ROLES
from tasks.labels import LANGUAGES, catalogue, label, load_labels


def words(text: str) -> list[str]:
    return text.split()


ROOT = Path(__file__).parents[2]
POLICY = ROOT / "bpmn" / "policy"
EVENTS = words("""
CaseOpened CaseClosed CaseTransferred RunStarted ProcessStarted ProcessEnded ProcessCancelled ProcessMigrated
TokenMoved TaskCreated TaskClaimed TaskUnclaimed TaskReassigned TaskDelegated TaskSaved TaskCompleted
TaskSentBack TaskWithdrawn TaskCancelled TaskAutoFilled BranchTaken DecisionMade HandOverSubmitted
HandOverAccepted HandOverReturned DeadlineSet DeadlinePending DeadlineRecomputed DeadlineExtended DeadlineMet
DeadlineMissed DeadlineClosed DutyOpened DutyCreated DutyDone DutyMissed DutyClosed ReferralMade
OutcomeRecorded PaperIssued PaperVoided RegisterWritten HelperDesignated HelperReleased WaiverFiled
ExitRecorded FoundWork JobLost FactChanged ClassChanged CategoriesDecided MessageSent MessageReceived
MessageUndelivered IncidentOpened IncidentRetried IncidentStays IncidentResolved WarningRaised WarningClosed
CalendarAlarm RecordViewed RecordExported
""")
ERRORS = words("""
already_claimed not_assignee not_candidate out_of_area four_eyes stale_task illegal_state form_invalid
guard_unmet calendar_unknown not_found duplicate_person possible_duplicate case_active paused
rate_limited
""")
ENDS = words("""
END-STABLE END-WELFARE END-WAIVED END-INELIGIBLE END-OBJECTION END-AGE END-MOVED END-DIED END-ABILITY
END-MILITARY END-STUDENT END-NOLONGER END-UNREACHABLE
""")


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("event", EVENTS),
        ("error", ERRORS),
        ("role", list(ROLES)),
        ("end", ENDS),
        ("tier", ["community", "street", "district", "any", "level"]),
        ("paper", [f"E{n:02d}" for n in range(1, 57)]),
        ("visit_class", ["1", "2", "3", "4"]),
        ("followup_class", ["WEEKLY", "TEN_DAYS", "MONTHLY"]),
        ("priority", ["URGENT", "HIGH", "NORMAL"]),
        ("registration_type", ["UNEMPLOYED", "RURAL_TRANSFER", "NOT_MET"]),
    ],
)
def test_every_code_of_a_kind_has_a_label(kind: str, codes: list[str]) -> None:
    for code in codes:
        for lang in LANGUAGES:
            assert catalogue().find(kind, code, lang), f"{kind} {code} {lang}"


def test_the_contract_names_no_role_without_label() -> None:
    contract = json.loads((POLICY / "tasks.json").read_text(encoding="utf-8"))
    assert set(contract["roles"]) == set(ROLES) == set(catalogue().codes("role"))


def test_papers_and_registers_of_every_task_have_a_name() -> None:
    contract = json.loads((POLICY / "tasks.json").read_text(encoding="utf-8"))
    for task in contract["tasks"]:
        for code in (*task["papers"], *task["registers"]):
            assert catalogue().find("paper", code, "zh"), code


def test_every_duty_has_the_name_of_its_task() -> None:
    contract = json.loads((POLICY / "tasks.json").read_text(encoding="utf-8"))
    names = {task["id"]: task["name_zh"] for task in contract["tasks"] if task["process"] == "P21_duty"}
    assert {code: label("duty", code) for code in names} == names


def test_every_refusal_has_a_title_and_a_sentence_in_both_languages() -> None:
    for module in (engine.errors, accounts, sessions):
        for _name, refusal in inspect.getmembers(module, inspect.isclass):
            if issubclass(refusal, AidError):
                assert catalogue().find("error", refusal.code), refusal.code
                assert re.search(r"[\u4e00-\u9fff]", refusal.zh)
                assert re.search(r"[a-z]", refusal.en)


def test_every_label_has_both_languages_and_no_other_key() -> None:
    for kind, code, entry in catalogue():
        assert entry.keys() == set(LANGUAGES), f"{kind} {code}"
        assert all(text.strip() == text and text for text in entry.values()), f"{kind} {code}"


def test_a_field_may_name_a_code_in_its_own_way() -> None:
    assert label("code", "UNEMPLOYED") == "未就业"
    assert label("code", "UNEMPLOYED", field="subsystem") == "失业人员管理子系统"
    assert label("code", "BEN-POST", "en") == "Post subsidy"


def test_a_code_without_label_shows_itself() -> None:
    assert label("event", "NoSuchThing") == "NoSuchThing"


def test_two_files_may_not_name_one_code(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text('[role]\nx = { zh = "甲", en = "A" }\n', encoding="utf-8")
    with pytest.raises(ValueError, match="stand twice"):
        load_labels(tmp_path)


def test_every_fact_has_a_name_and_the_seeds_list_is_whole() -> None:
    rules = words("""
    sex birth_date urban unemployed rural_transfer_wish labour_ability wish urgent receives_dibao disabled
    unemployed_since graduation_date employed_since_graduation military_family first_time_in_shunyi
    zero_employment_family pure_farming_family eco_post green_staff_post green_transition_affected land_loss
    other_recognised family_economy special_family_reason nearby_only family_income household education
    low_income stability placement_count benefits
""")
    assert set(facts.FACTS) == {*rules, nonlocals.FACT}
    assert all(fact.zh and fact.en for fact in facts.FACTS.values())
    assert labels.catalogue() is labels.catalogue()


def code_files() -> list[Path]:
    return [path for package in ("engine", "tasks") for path in sorted((ROOT / package).rglob("*.py"))]


def emitted(path: Path) -> set[str]:
    """Return the event kinds that a file writes: names given to a call of `emit`."""
    return {
        argument.value
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "emit"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        if re.fullmatch(r"([A-Z][a-z]+){2,}", argument.value)
    }


def test_every_event_the_program_writes_has_a_label() -> None:
    kinds = set().union(*map(emitted, code_files()))
    assert "TaskCompleted" in kinds
    assert kinds <= set(catalogue().codes("event")), kinds - set(catalogue().codes("event"))


def test_every_error_code_of_the_program_has_a_label() -> None:
    found = {
        code
        for path in code_files()
        for code in re.findall(r'^    code(?:: ClassVar\[str\])? = "(\w+)"', path.read_text("utf-8"), re.M)
    }
    assert len(found) > len(ERRORS)
    assert found <= set(catalogue().codes("error")), found - set(catalogue().codes("error"))


def test_every_setting_has_its_title_as_label() -> None:
    settings = tomllib.loads((ROOT / "bpmn" / "settings.toml").read_text(encoding="utf-8"))["setting"]
    assert {row["id"]: row["title"] for row in settings} == {
        code: label("setting", code) for code in catalogue().codes("setting")
    }
