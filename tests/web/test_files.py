"""Files of a step: told by content, sealed, for who works on the case, every look in the trail (THR-17)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from engine.codec import loads
from engine.store.tables import event
from tasks import commands, files
from tasks.files import kind_of, shown_name
from tasks.store.files import Kept, files_of_case
from tasks.store.tables_files import attachment_content
from tests.web.office import Browser, Office

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\0\0\0\0\0\0\0\0IEND\xaeB`\x82"
JPG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 50 + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
#: Nothing of this is kept, whatever it calls itself.
REFUSED = {
    "page.pdf": b"<html><script>alert(1)</script></html>", "x.svg": b"<svg onload='alert(1)'/>",
    "x.png": b"MZ\x90\0 a program", "x.jpg": b"GIF89a;", "cut.jpg": JPG[:-2], "cut.png": PNG[:20],
    "cut.pdf": PDF[:20], "late.pdf": b"<script>1</script>" + PDF, "x.zip": b"PK\x03\x04" + b"\0" * 40,
    "x.doc": b"\xd0\xcf\x11\xe0", "empty.pdf": b"", "x.php.png": b"<?php echo 1; ?>",
}  # fmt: skip


def _send(browser: Browser, task: int, *given: tuple[str, bytes], script: bool = False) -> TestResponse:
    sent = {"_csrf": browser.token("/notices"), "file": [(io.BytesIO(raw), name) for name, raw in given]}
    headers = {"HX-Request": "true"} if script else {}
    return browser.client.post(f"/tasks/{task}/files", data=sent, headers=headers)


def _task(office: Office, case: int, element: str) -> int:
    return office.open_tasks(case)[element].id


def _kept(office: Office, case: int) -> list[Kept]:
    with office.app.read() as conn:
        return files_of_case(conn, case)


def _events(office: Office, case: int, kind: str) -> list[dict[str, Any]]:
    with office.app.read() as conn:
        query = sa.select(event.c.data).where(event.c.trail_id == case, event.c.kind == kind)
        return [loads(one) for one in conn.execute(query).scalars()]


@pytest.mark.parametrize(("raw", "kind"), [(PNG, "png"), (JPG, "jpg"), (PDF, "pdf")])
def test_a_file_is_what_its_content_is_and_comes_back_as_a_file(
    office: Office, street: Browser, raw: bytes, kind: str
) -> None:
    case = office.new_case("韩春梅")
    task = _task(office, case, "P03_Check")
    answer = _send(street, task, ("韩春梅 身份证.exe", raw))
    assert answer.status_code == 303, answer.text
    page = street.get(answer.location).text
    assert "附件已上传" in page
    assert f"韩春梅 身份证.{kind}" in page
    made = _kept(office, case)[0]
    back = street.get(f"/files/{made.id}")
    assert back.data == raw
    assert back.content_type == files.MEDIA[kind]
    assert back.headers["Content-Disposition"].startswith("attachment;")
    assert "韩" not in back.headers["Content-Disposition"]
    assert back.headers["X-Content-Type-Options"] == "nosniff"
    assert back.headers["Cache-Control"] == "no-store"
    assert _events(office, case, "FileAdded")[0]["hash"] == made.hash
    assert _events(office, case, "RecordViewed")[0]["viewed"] == "file"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_whole_picture_or_pdf_is_refused_and_not_kept(
    office: Office, street: Browser, name: str
) -> None:
    case = office.new_case("韩春梅")
    answer = _send(street, _task(office, case, "P03_Check"), (name, REFUSED[name]))
    assert answer.status_code == 422
    assert "只能上传完整的PDF、JPG、PNG文件" in answer.text or "文件是空的" in answer.text
    assert 'class="card taskform"' in answer.text, "the page with its form comes again"
    assert _kept(office, case) == []


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("身份证.JPEG", "身份证.png"), ("../../etc/passwd", "passwd.png"), ("C:\\a\\IMG_1.jpg", "IMG_1.png"),
        ("<b>x</b>.png", "b.png"), ("证明\u202egnp.exe", "证明gnp.png"), (".", "file.png"), ("", "file.png"),
        ('a"\r\nX: 1.png', "a X 1.png"), ("长" * 300 + ".png", "长" * 80 + ".png"), ("无后缀", "无后缀.png"),
    ],
)  # fmt: skip
def test_a_name_is_only_a_name(typed: str, shown: str) -> None:
    assert shown_name(typed, "png") == shown
    assert kind_of(PNG) == "png"


def test_a_file_too_large_is_refused_with_a_sentence(
    office: Office, street: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.new_case("韩春梅")
    task = _task(office, case, "P03_Check")
    with monkeypatch.context() as smaller:
        smaller.setattr(files, "LARGEST", len(JPG) - 1)
        answer = _send(street, task, ("a.jpg", JPG), script=True)
    assert (answer.status_code, "没有保存" in answer.text) == (422, True)
    token = street.token("/notices")
    for headers in ({"HX-Request": "true", "X-CSRF-Token": token}, {"X-CSRF-Token": token}, {}):
        answer = street.client.post(
            f"/tasks/{task}/files", data=b"--x", content_type="multipart/form-data; boundary=x",
            headers=headers, environ_overrides={"CONTENT_LENGTH": str(9 << 20)},
        )  # fmt: skip
        assert answer.status_code == 413
        assert "没有保存" in answer.text
    assert _kept(office, case) == []


def test_the_same_photograph_twice_is_one_and_no_more_than_twenty_are_kept(
    office: Office, street: Browser
) -> None:
    case = office.new_case("韩春梅")
    task = _task(office, case, "P03_Check")
    assert _send(street, task, ("a.png", PNG), ("b.png", PNG)).status_code == 303
    assert [one.name for one in _kept(office, case)] == ["a.png"]
    for n in range(files.MOST - 1):
        office.app.do(commands.AddFile(task, f"{n}.png", PNG + bytes([n])), office.actor("staff.rh"))
    answer = _send(street, task, ("more.png", PNG + b"more"))
    assert (answer.status_code, "最多20个附件" in answer.text) == (422, True)
    assert len(_kept(office, case)) == files.MOST


def test_no_file_stands_open_in_the_database(office: Office, street: Browser) -> None:
    case = office.new_case("韩春梅")
    secret = PDF[:-6] + b"110113197403090251" + PDF[-6:]
    _send(street, _task(office, case, "P03_Check"), ("a.pdf", secret))
    with office.app.read() as conn:
        kept = conn.execute(sa.select(attachment_content.c.sealed)).scalars().all()
    assert kept
    assert not any(b"110113197403090251" in bytes(one) or b"%PDF" in bytes(one) for one in kept)


def test_a_removed_file_is_gone_and_the_trail_tells(office: Office, street: Browser) -> None:
    case = office.new_case("韩春梅")
    _send(street, _task(office, case, "P03_Check"), ("别人的证件.png", PNG))
    made = _kept(office, case)[0]
    page = street.post(f"/files/{made.id}/remove", headers={"HX-Request": "true"})
    assert page.status_code == 200
    assert "别人的证件" not in page.text
    assert street.get(f"/files/{made.id}").status_code == 404
    assert _events(office, case, "FileRemoved")[0]["hash"] == made.hash
    with office.app.read() as conn:
        left = sa.select(attachment_content).where(attachment_content.c.attachment_id == made.id)
        assert conn.execute(left).first() is None


def test_after_the_step_its_files_stay_and_are_listed_with_the_case(office: Office, street: Browser) -> None:
    case = office.new_case("韩春梅")
    _send(street, _task(office, case, "P03_Check"), ("申请材料.pdf", PDF))
    made = _kept(office, case)[0]
    office.complete(case, "P03_Check")
    assert "申请材料.pdf" in street.get(f"/cases/{case}").text
    assert street.post(f"/files/{made.id}/remove").status_code == 409
    assert _send(street, made.task_id, ("b.png", PNG)).status_code == 409
    assert street.get(f"/files/{made.id}").data == PDF


@pytest.mark.parametrize(
    ("username", "status"),
    [("staff.rh", 200), ("officer.rh", 200), ("aide.hnc", 404), ("sup.rh", 404), ("expert.sy", 404),
     ("staff.nfx", 404), ("sup.nfx", 404), ("auditor.sy", 403), ("system.admin", 403)],
)  # fmt: skip
def test_only_who_works_on_the_case_opens_its_files(office: Office, username: str, status: int) -> None:
    case = office.new_case("韩春梅")
    task = _task(office, case, "P03_Check")
    _send(office.browser("staff.rh"), task, ("申请材料.pdf", PDF))
    made, browser = _kept(office, case)[0], office.browser(username)
    before = len(_events(office, case, "RecordViewed"))
    assert browser.get(f"/files/{made.id}").status_code == status
    assert len(_events(office, case, "RecordViewed")) == before + (status == 200)
    if username not in ("staff.rh", "officer.rh"):
        assert browser.post(f"/files/{made.id}/remove").status_code in (403, 404)
        assert _send(browser, task, ("b.png", PNG)).status_code in (403, 404)
        assert len(_kept(office, case)) == 1
    if username in ("aide.hnc", "sup.rh"):
        page = browser.get(f"/cases/{case}").text
        assert "申请材料.pdf" not in page
        assert "只向正在援助的层级显示" in page


def test_a_held_task_takes_no_file_from_another(office: Office, street: Browser) -> None:
    case = office.new_case("韩春梅")
    office.reach(case, "P04_Interview")
    task = _task(office, case, "P04_Interview")
    assert _send(office.browser("aide.hnc"), task, ("合影.jpg", JPG)).status_code == 303
    assert _send(office.browser("staff.hnc"), task, ("b.png", PNG)).status_code == 403
    assert _send(street, task, ("b.png", PNG)).status_code == 403


def test_templates_and_the_program_name_one_size(office: Office, street: Browser) -> None:
    page = street.get(f"/tasks/{_task(office, office.new_case(), 'P03_Check')}").text
    assert f"不超过{files.LARGEST >> 20}MB" in page
    script = (Path(__file__).parents[2] / "web" / "static" / "files.js").read_text("utf-8")
    assert f"LARGEST = {files.LARGEST >> 20} * 1024 * 1024" in script
