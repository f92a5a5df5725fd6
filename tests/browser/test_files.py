"""A photograph from a telephone goes with the task, and nothing typed meanwhile is lost."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.looks import PICTURES, axe_finds
from tests.browser.product import Product
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

#: Draws what a camera gives: many points, no two alike, several megabytes.
_PHOTO = """(wide) => {
  const canvas = document.createElement('canvas');
  canvas.width = wide; canvas.height = wide * 3 / 4;
  const pen = canvas.getContext('2d'), image = pen.createImageData(canvas.width, canvas.height);
  for (let n = 0; n < image.data.length; n += 4) {
    image.data[n] = (n * 7919) % 251; image.data[n + 1] = (n >> 7) % 256; image.data[n + 2] = (n * n) % 241;
    image.data[n + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
  return canvas.toDataURL('image/png').split(',')[1];
}"""


def _photo(page: Page, wide: int) -> dict[str, object]:
    raw = base64.b64decode(page.evaluate(_PHOTO, wide))
    return {"name": "现场照片.png", "mimeType": "image/png", "buffer": raw}


def test_a_photograph_from_a_telephone_is_made_small_and_kept_with_the_task(
    product: Product, windows: Windows, tmp_path: Path
) -> None:
    page = windows.open(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    desk = Desk(page, product, "aide.hnc").log_in().open("每周联系", "刘玉梅")
    desk.form.fill({"沟通情况": "正在上门，稍后补充"})
    photo = _photo(page, 3000)
    assert len(photo["buffer"]) > 2_000_000  # type: ignore[arg-type]
    expect(page.get_by_text("拍照")).to_be_visible()
    with page.expect_response("**/files") as sent:
        page.locator("#files input[multiple]").set_input_files([photo])  # type: ignore[list-item]
    assert sent.value.status == 200
    line = page.locator("#files .file-list li")
    expect(line).to_have_count(1)
    expect(line).to_contain_text("现场照片.jpg")
    assert page.get_by_label("沟通情况").input_value() == "正在上门，稍后补充"
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert axe_finds(page) == []
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/files-phone.png", full_page=True)
    with page.expect_download() as kept:
        line.get_by_role("link").click()
    kept.value.save_as(tmp_path / "back.jpg")
    back = (tmp_path / "back.jpg").read_bytes()
    assert kept.value.suggested_filename == "现场照片.jpg"
    assert back.startswith(b"\xff\xd8\xff")
    assert len(back) < len(photo["buffer"])  # type: ignore[arg-type]
    page.once("dialog", lambda asked: asked.accept())
    line.get_by_role("button", name="删除“现场照片.jpg”").click()
    expect(page.locator("#files .file-list li")).to_have_count(0)
    assert page.get_by_label("沟通情况").input_value() == "正在上门，稍后补充"


def test_a_file_that_is_none_is_refused_in_place(product: Product, windows: Windows) -> None:
    page = windows.open()
    desk = Desk(page, product, "aide.hnc").log_in().open("每周联系", "刘玉梅")
    desk.form.fill({"沟通情况": "电话联系"})
    page.locator("#files input[multiple]").set_input_files(
        [{"name": "说明.docx", "mimeType": "application/msword", "buffer": b"PK\x03\x04 text"}]
    )
    expect(page.locator("#files .flash.bad")).to_have_text("只能上传完整的PDF、JPG、PNG文件。")
    assert page.get_by_label("沟通情况").input_value() == "电话联系"
