"""Texts of a workbook that do not fit in memory stand in a file and are read again as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.survey import strings
from tasks.survey.workbook import rows_of
from tests.survey.papers import book, employed, filled, saved


def test_texts_come_back_by_their_number_wherever_they_stand() -> None:
    texts = strings.Texts(in_memory=400)
    given = ["", "甲", "a" * 300, "乙丙" * 100, "𠮷野家", "\ud800", "最后"]
    for text in given:
        texts.add(text)
    texts.close_in()
    assert list(texts) == given
    assert texts[1:3] == given[1:3]
    assert len(texts) == 7
    for wrong in (7, -1):
        with pytest.raises(IndexError):
            texts[wrong]
    texts.close()


def test_a_workbook_reads_the_same_with_no_text_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, book(filled(2), employed(3), filled(4, q16_suggestion="盼多办招聘会")))
    whole = [(row.number, row.answers) for row in rows_of(path)]
    monkeypatch.setattr(strings.Texts.__init__, "__defaults__", (0,))
    spilled = [(row.number, row.answers) for row in rows_of(path)]
    assert spilled == whole
    assert len(whole) == 3
