"""What was tampered with on a copy is named by the product and by the verifier that stands alone."""

from __future__ import annotations

import hashlib
import io
import json
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine import seals
from engine.definitions import digest
from engine.history import link
from engine.store.tables import definition, event, event_payload
from tasks.crypto import keys_text
from tasks.store.tables import form_data
from tasks.store.tables_people import paper
from tests.web.copied import REASON, VERIFIER, Copy, copy_of, spoiled
from tests.web.office import Office

e = event.c


@pytest.fixture(scope="module")
def sealed(office: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path, Path]:
    """A case sealed twice while work went on, with another one beside it."""
    folder = tmp_path_factory.mktemp("sealed")
    case, other = office.new_case("司马青"), office.new_case("令狐明")
    office.reach(case, "P04_FirstContact")
    seals.seal(office.db, office.keys.trail, office.clock.now(), folder / "office.checkpoints")
    office.complete(other, "P03_Check")
    office.reach(case, "P04_Wishes")
    seals.seal(office.db, office.keys.trail, office.clock.now(), folder / "office.checkpoints")
    office.complete(case, "P04_Wishes")
    (folder / "office.keys").write_text(keys_text(office.keys))
    return case, folder / "office.checkpoints", folder / "office.keys"


@pytest.fixture
def copy(office: Office, sealed: tuple[int, Path, Path], tmp_path: Path) -> Copy:
    return copy_of(office, sealed, tmp_path)


def altered(copy: Copy) -> None:
    copy.attack(sa.update(event).where(copy.at(9)).values(actor_id=77))


def removed(copy: Copy) -> None:
    p = event_payload.c
    beside = sa.delete(event_payload).where(p.seq == 9, p.trail_id == copy.case)
    copy.attack(beside, sa.delete(event).where(copy.at(9)))


def inserted(copy: Copy) -> None:
    last, row = copy.last(), dict(copy.rows(sa.select(event).where(copy.at(9)))[0]._mapping)
    up = [sa.update(event).where(copy.at(seq)).values(seq=seq + 1) for seq in range(last, 8, -1)]
    p = event_payload
    beside = [
        sa.update(p).where(p.c.trail_id == copy.case, p.c.seq == seq).values(seq=seq + 1)
        for seq in range(last, 8, -1)
    ]
    forged = {**row, "kind": "TaskClaimed", "hash": b"\2" * 32, "command_key": None, "data": "{}"}
    copy.attack(*up, *beside, event.insert().values(**forged))


def reordered(copy: Copy) -> None:
    copy.attack(*(sa.update(event).where(copy.at(a)).values(seq=b) for a, b in ((9, 999), (7, 9), (999, 7))))


def cut(copy: Copy) -> None:
    gone = sa.and_(e.trail_id == copy.case, e.seq > copy.last() - 12)
    beside = event_payload.c
    copy.attack(
        sa.delete(event_payload).where(beside.trail_id == copy.case, beside.seq > copy.last() - 12),
        sa.delete(event).where(gone),
    )


def swapped(copy: Copy) -> None:
    where = definition.c.key == "P03_registration_recognition"
    xml = copy.rows(sa.select(definition.c.xml).where(where))[0][0]
    other = xml.replace("核查申请材料", "不核查材料")
    assert other != xml
    copy.attack(sa.update(definition).where(where).values(xml=other, digest=digest(other.encode())))


def resigned(copy: Copy) -> None:
    previous, changes = bytes(32), []
    for row in copy.rows(sa.select(event).where(e.trail_id == copy.case).order_by(e.seq)):
        made = dict(row._mapping)
        made["actor_id"] = 77 if made["seq"] == 9 else made["actor_id"]
        made["hash"] = previous = link(copy.office.keys.trail, previous, made)
        changes.append(sa.update(event).where(copy.at(made["seq"])).values(**made))
    copy.attack(*changes)


def payload(copy: Copy) -> None:
    p = event_payload
    copy.attack(sa.update(p).where(p.c.trail_id == copy.case).values(payload='{"wish":[true,false]}'))


def form(copy: Copy) -> None:
    f = form_data
    copy.attack(sa.update(f).where(f.c.case_id == copy.case, f.c.element == "P03_Check").values(values="{}"))


def issued(copy: Copy) -> None:
    copy.attack(sa.update(paper).where(paper.c.case_id == copy.case).values(content='{"kind":"E05"}'))


#: attack, what both must name, whether the verifier that stands alone sees it without the key too
ATTACKS: Mapping[str, tuple[Callable[[Copy], None], str, bool]] = {
    "altered": (altered, "记录被改动", False), "removed": (removed, "记录被删除", True),
    "inserted": (inserted, "插入了不是本系统写入的记录", True),
    "reordered": (reordered, "记录的次序被调换", False), "cut": (cut, "末尾的记录被截去", True),
    "definition swapped": (swapped, "流程图被调换", True), "resigned": (resigned, "记录被重新签写", True),
    "payload altered": (payload, "附带内容被改动", False),
    "content altered": (form, "记录所指的内容被改动：表单", False),
    "content altered too": (issued, "记录所指的内容被改动：文书", True),
}  # fmt: skip


def test_an_honest_case_is_whole_by_both(copy: Copy) -> None:
    assert copy.by_the_product() == set()
    packed = copy.bundle()
    for keys, outside in ((True, True), (True, False), (False, True), (False, False)):
        done = copy.alone(packed, keys, outside)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert "没有发现问题" in done.stdout
        assert ("没有给出密钥" in done.stdout) is not keys
        assert ("没有给出库外的封存文件" in done.stdout) is not outside


@pytest.mark.parametrize("what", sorted(ATTACKS))
def test_what_was_done_to_a_copy_is_named_by_both(copy: Copy, what: str) -> None:
    attack, words, without_key = ATTACKS[what]
    attack(copy)
    assert what.removesuffix(" too") in {named for named, _seq in copy.by_the_product()}
    packed = copy.bundle()
    done = copy.alone(packed)
    assert done.returncode == 1, done.stdout + done.stderr
    assert words in done.stdout
    blind = copy.alone(packed, keys=False)
    assert (blind.returncode == 1) is without_key, blind.stdout
    assert "没有给出密钥" in blind.stdout


def _set(seq: int, **values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda found: found["events"][seq - 1].update(values)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set(9, role="x"), "第9条：记录被改动"),
        (lambda found: found["events"].pop(8), "第9条：记录被删除"),
        (lambda found: found["events"].insert(8, dict(found["events"][8])), "第9条：记录的次序被调换"),
        (lambda found: found["events"].reverse(), "记录的次序被调换"),
        (lambda found: found["events"].__delitem__(slice(60, None)), "末尾的记录被截去"),
        (lambda found: found["seals"][-1].update(events=1), "封存记录被改动"),
        (lambda found: found["sealed"]["up"][0].__setitem__(1, "00" * 32), "封存记录被改动"),
        (lambda found: found["payloads"].update({"1": "{}"}), "第1条：附带内容没有对应的记录"),
        (lambda found: found["payloads"].pop(next(iter(found["payloads"]))), "附带内容被整行删除"),
    ],
)  # fmt: skip
def test_a_bundle_changed_and_closed_again_is_named_with_the_key(
    copy: Copy, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    done = copy.alone(spoiled(copy.bundle(), change))
    assert done.returncode == 1, done.stdout + done.stderr
    assert words in done.stdout


def test_a_bundle_changed_and_not_closed_again_is_named_without_the_key(copy: Copy) -> None:
    done = copy.alone(spoiled(copy.bundle(), _set(9, role="x"), close=False), keys=False, outside=False)
    assert done.returncode == 1
    assert "证据包里的文件被改动：evidence.json" in done.stdout


def test_a_second_file_of_the_same_name_is_named(copy: Copy) -> None:
    out = io.BytesIO(copy.bundle())
    with zipfile.ZipFile(out, "a") as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        packed.writestr("page.html", packed.read("page.html"))
    done = copy.alone(out.getvalue(), keys=False, outside=False)
    assert done.returncode == 1
    assert "证据包里多出文件：page.html" in done.stdout


def test_checkpoints_that_were_spoiled_or_are_not_ours_are_named(copy: Copy) -> None:
    packed = copy.bundle()
    lines = copy.checkpoints.read_text().splitlines()
    spoilt = json.loads(lines[0])
    spoilt["heads"][0][1] += 1
    copy.checkpoints.write_text("\n".join([json.dumps(spoilt), *lines[1:]]))
    for keys in (True, False):
        assert "库外的封存文件被改动" in copy.alone(packed, keys).stdout


def test_a_page_that_could_not_compare_with_the_file_outside_says_so(copy: Copy) -> None:
    for username, path in (("auditor.sy", f"/audit/{copy.case}/verify"), ("audit.admin", "/audit/verify")):
        assert "没有找到库外的封存文件" not in copy.asked(username, path, {}).text
    copy.checkpoints.unlink()
    for username, path in (("auditor.sy", f"/audit/{copy.case}/verify"), ("audit.admin", "/audit/verify")):
        page = copy.asked(username, path, {}).text
        assert "验证通过" in page
        assert "没有找到库外的封存文件" in page


@pytest.mark.parametrize("rubbish", [b"", b"PK\x05\x06" + bytes(18), b"not a zip" * 100])
def test_what_is_no_bundle_is_said_to_be_none(copy: Copy, rubbish: bytes) -> None:
    done = copy.alone(rubbish)
    assert (done.returncode, done.stderr) == (2, "")
    assert "不能核验" in done.stdout


def test_without_a_reason_nothing_leaves_and_with_one_it_is_in_the_trail(copy: Copy) -> None:
    office, case = copy.office, copy.case
    auditor = office.browser("auditor.sy")
    refused = auditor.post(f"/audit/{case}/bundle", {"reason": " "})
    assert refused.status_code == 422
    assert "请写明查看个人信息的理由" in refused.text
    before = _exports(office, case)
    answer = auditor.post(f"/audit/{case}/bundle", {"reason": REASON})
    assert answer.headers["Content-Disposition"].endswith('.zip"')
    (kept,) = _exports(office, case)[len(before):]
    assert kept["hash"] == hashlib.sha256(answer.data).hexdigest()
    assert kept["reason"] == REASON
    assert office.browser("audit.admin").post(f"/audit/{case}/bundle", {"reason": REASON}).status_code == 404


def _exports(office: Office, case: int) -> list[dict[str, Any]]:
    query = sa.select(e.data).where(e.trail_id == case, e.kind == "RecordExported").order_by(e.seq)
    with office.app.read() as conn:
        return [json.loads(data) for data in conn.execute(query).scalars()]


def test_the_bundle_holds_a_page_pictures_and_its_own_verifier(copy: Copy) -> None:
    with zipfile.ZipFile(io.BytesIO(copy.bundle())) as packed:
        names = set(packed.namelist())
        page = packed.read("page.html").decode()
        assert packed.read("verify_bundle.py") == VERIFIER.read_bytes()
        picture = packed.read("way-02-P04.svg").decode()
    diagram = "diagrams/P04_community_assistance-v1.bpmn"
    assert {"evidence.json", "manifest.json", "page.css", diagram} <= names
    assert "司马青" in page
    assert re.search(r"导出人\S+，\d{4}年\d+月\d+日 \d\d:\d\d，理由", page)
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert picture.startswith("<?xml")
    assert 'data-flow="F_P04_Wishes_P04_Match"' in picture
