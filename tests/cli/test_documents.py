"""What the documents repeat of the program is what the program says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.generate_docs import PART, ROOT, generated

DOCUMENTS = (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
WITH_PARTS = [path for path in DOCUMENTS if PART.search(path.read_text("utf-8"))]


@pytest.mark.parametrize("path", WITH_PARTS, ids=lambda path: path.name)
def test_the_generated_parts_are_what_the_program_prints(path: Path) -> None:
    text = path.read_text("utf-8")
    assert generated(text) == text, "make docs"


def test_both_readmes_name_the_accounts_of_the_demo() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        assert "`staff.rh`" in (ROOT / name).read_text("utf-8")
