"""A draft that asks less than the policy is told so, in words a colleague who signs can weigh."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.office import Office
from engine.codec import canonical
from engine.definitions import Deployed
from engine.store.db import Database
from tasks import release
from tasks.queries.release_history import history
from tasks.studio_commands import OpenDraft, SaveModel, SubmitRelease
from tests.tasks.local_step import KEY, LIBRARY, SHIPPED, shipped_rule

DEPLOYED = Deployed({path.stem: frozenset[str]() for path in LIBRARY.diagrams()})
STREET = "P05_street_assistance"


def warned(xml: bytes, rules: dict[str, Any], key: str = KEY) -> list[release.Finding]:
    checked = release.check(
        LIBRARY, xml, canonical({"rules": rules}), DEPLOYED, release.files_of({}), key, wait=False
    )
    return [one for one in checked.findings if one.rule == "minima"]


def diagram(key: str) -> bytes:
    return next(path for path in LIBRARY.diagrams() if path.stem == key).read_bytes()


def changed(rule_id: str, **parts: Any) -> dict[str, Any]:
    rule = {**shipped_rule(rule_id), **parts}
    return {rule_id: {name: value for name, value in rule.items() if value is not None}}


LOOSER: dict[str, tuple[str, dict[str, Any], str]] = {
    "more days": (KEY, changed("DL-015", value=3), "晚"),
    "months instead of days": (KEY, changed("DL-015", value=1, unit="month"), "晚"),
    "beyond every calendar": (KEY, changed("DL-015", value=60, unit="month"), "晚"),
    "one referral instead of two": (STREET, changed("DL-025", minimum=1), "由2次减为1次"),
    "met by no step": (KEY, changed("DL-015", met_by=None, met_field=None), "不再判定"),
    "opened by fewer steps": (
        KEY, changed("DL-015", opens=[{"element": "P03_Card", "field": "issued_on"}]), "P03_Approve"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOSER)
def test_a_rule_that_asks_less_than_the_policy_is_told_with_its_words(name: str) -> None:
    key, rules, said = LOOSER[name]
    (finding, *_) = warned(diagram(key), rules, key)
    (rule_id,) = rules
    assert rule_id in finding.zh
    assert said in finding.zh
    assert str(shipped_rule(rule_id)["quote_zh"]) in finding.zh
    assert finding.severity == "warning"
    assert finding.way_zh


STRICTER: dict[str, Callable[[], dict[str, Any]]] = {
    "as it is": lambda: changed("DL-015"),
    "fewer days": lambda: changed("DL-015", value=1),
    "a day of every kind": lambda: changed("DL-015", value=2, unit="calendar_day", roll=False),
    "another name": lambda: changed("DL-015", title="尽快首次联系"),
}


@pytest.mark.parametrize("name", STRICTER)
def test_a_rule_that_asks_as_much_or_more_passes_in_silence(name: str) -> None:
    assert warned(SHIPPED, STRICTER[name]()) == []


def test_an_earliest_day_that_comes_sooner_is_told() -> None:
    rule = LIBRARY.policy["DL-024"]
    assert rule.rule is not None
    assert rule.rule.earliest
    key = next(path.stem for path in LIBRARY.diagrams() if path.stem.startswith((rule.met_by or "")[:3]))
    told = warned(diagram(key), changed("DL-024", value=rule.rule.value - 1), key)
    assert ["早" in one.zh for one in told] == [True]


def test_a_review_by_the_same_person_is_told_at_the_step() -> None:
    xml = SHIPPED.replace(b' aid595:otherPersonThan="P04_Outcome"', b"")
    (finding,) = warned(xml, {})
    assert finding.element == "P04_ConfirmOwn"
    assert "一人即可办完" in finding.zh


def test_a_clause_without_a_step_is_told_where_it_was() -> None:
    xml = SHIPPED.replace(b'aid595:clauses="R004-03.D2a R004-03.D2b"', b'aid595:clauses="R004-03.D2a"')
    told = warned(xml, {})
    assert [("R004-03.D2b" in one.zh, one.element) for one in told] == [(True, "P04_FirstContact")]


def test_a_new_process_has_no_minima() -> None:
    assert warned(SHIPPED.replace(KEY.encode(), b"P99_local"), {}, "P99_local") == []


def test_what_asks_less_stands_in_the_trail_of_the_release(sqlite_database: Database) -> None:
    office = Office(sqlite_database)
    author = office.actor("sup.sy")
    draft = int(office.app.do(OpenDraft(KEY), author).extra["draft_id"])
    rules = canonical({"rules": changed("DL-015", value=3)})
    office.app.do(SaveModel(draft, 1, SHIPPED, rules), author)
    office.app.do(SubmitRelease(draft, 2, "试一试"), author)
    with office.app.read() as conn:
        (submitted,) = [one for one in history(conn, KEY) if one.kind == "ReleaseSubmitted"]
    assert ["DL-015" in note["zh"] for note in submitted.data["notes"]] == [True]
