"""The trail of one case for somebody outside: whole, provable, and without a word about the person."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from engine import seals
from engine.errors import NotFound
from tasks.bundle import bundle
from tasks.exports import export
from tests.web.office import Office, id_number


def test_a_bundle_holds_every_event_its_proof_and_its_diagrams(office: Office, tmp_path: Path) -> None:
    case = office.new_case("王秀英")
    points = tmp_path / "points"
    seals.seal(office.app.db, office.app.keys.trail, office.clock.now(), points)
    file = tmp_path / "case.zip"
    count = bundle(office.app, str(case), file, "法院调取", points)
    with zipfile.ZipFile(file) as made:
        members = {name: made.read(name) for name in made.namelist()}
    events = [json.loads(line) for line in members["events.jsonl"].splitlines()]
    proof = json.loads(members["proof.json"])
    assert (proof["whole"], proof["events"], len(events)) == (True, count, count)
    assert [event["seq"] for event in events] == list(range(1, count + 1))
    assert (events[-1]["kind"], json.loads(events[-1]["data"])["reason"]) == ("TrailExported", "法院调取")
    begun = [json.loads(event["data"]) for event in events if event["kind"] == "ProcessStarted"]
    drawn = {
        hashlib.sha256(data).hexdigest()[:32] for name, data in members.items() if name.endswith(".bpmn")
    }
    assert {data["diagram"] for data in begun} == drawn
    assert members["checkpoints.txt"]
    digests = json.loads(members.pop("manifest.json"))
    assert digests == {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    text = b"".join(data for name, data in members.items() if not name.endswith(".bpmn")).decode()
    assert "王秀英" not in text
    assert id_number(office.people) not in text


def test_a_case_is_found_by_its_number_and_no_other(office: Office, tmp_path: Path) -> None:
    case = office.new_case()
    export(office.app, "cases", tmp_path / "cases.csv")
    row = (tmp_path / "cases.csv").read_text("utf-8-sig").splitlines()[1]
    number = row.split(",")[0].strip('"')
    assert bundle(office.app, number, tmp_path / "a.zip", "", tmp_path / "none") > 0
    assert str(case) not in row
    with pytest.raises(NotFound):
        bundle(office.app, "nobody's", tmp_path / "b.zip", "", tmp_path / "none")
