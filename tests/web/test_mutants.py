"""Whatever is uploaded as a diagram: no fault, an answer in time, and a place for every finding."""

from __future__ import annotations

import os
import re
from time import process_time

import pytest

from tasks import studio_commands
from tasks.release import check, files_of
from tests.tasks.local_step import KEY
from tests.web.mutants import Mutants
from tests.web.office import Browser, Office

SEED = int(os.environ.get("AID595_SEED", "595"))
#: CPU seconds for one static answer.
PATIENCE = 2.0
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def draft(office: Office) -> int:
    with office.app.read() as conn:
        active = office.app.definitions.active(conn, KEY).id
    done = office.app.do(studio_commands.OpenDraft(KEY, active), office.actor("sup.rh"))
    return int(done.extra["draft_id"])


def upload(browser: Browser, token: str, draft: int, rev: int, made: bytes) -> tuple[int, int]:
    """Save a mutant into the draft; return the status and the revision that is there now."""
    body = {"xml": made.decode("utf-8", "surrogateescape"), "annex": "{}", "rev": rev}
    answer = browser.client.put(f"/studio/drafts/{draft}/model", json=body, headers={"X-CSRF-Token": token})
    if answer.status_code == 200:
        return 200, int(answer.get_json()["rev"])
    assert 400 <= answer.status_code < 500, answer.status_code
    assert _CHINESE.search(answer.get_json()["detail"]), answer.text
    return answer.status_code, rev


def hold(office: Office, made: bytes) -> bool:
    """Ask the gate about a mutant and hold what it says; tell whether it was admitted."""
    with office.app.read() as conn:
        deployed = office.app.definitions.deployed(conn)
    began = process_time()
    found = check(office.app.library, made, "{}", deployed, files_of({}), wait=False).findings
    assert process_time() - began < PATIENCE
    lines = made.count(b"\n") + 1
    for one in found:
        assert 1 <= one.line <= max(lines, made.count(b"\r") + 1, 1) or not one.element, one
        assert _CHINESE.search(one.zh), one
        assert one.en, one
        assert one.way_zh, one
    return not any(one.severity == "error" for one in found)


def meet(office: Office, draft: int, count: int, seed: int) -> tuple[int, int]:
    """Send mutants through upload and gate; return how many were stored and how many admitted."""
    browser, mutants = office.browser("sup.rh"), Mutants(seed, office.app.library)
    token = browser.token("/notices")
    model = browser.client.get(f"/studio/drafts/{draft}/model").get_json()
    rev, stored, admitted = int(model["rev"]), 0, 0
    for _turn in range(count):
        made = mutants.next()
        status, rev = upload(browser, token, draft, rev, made)
        stored += status == 200
        admitted += hold(office, made)
        if status == 200:
            answer = browser.client.post(
                f"/studio/drafts/{draft}/check", json={}, headers={"X-CSRF-Token": token}
            )
            assert answer.status_code == 200, answer.text[:300]
    return stored, admitted


def test_mutants_are_answered_by_place_and_never_a_fault(office: Office, draft: int) -> None:
    stored, admitted = meet(office, draft, 80, SEED)
    assert 0 < admitted < stored < 80


@pytest.mark.nightly
def test_ten_thousand_mutants_are_answered_by_place_and_never_a_fault(office: Office, draft: int) -> None:
    stored, admitted = meet(office, draft, 10_000, SEED + 1)
    assert 0 < admitted < stored < 10_000
