"""SEC-E1, SEC-E3, THR-1: nothing written into a diagram runs, hangs or reads what it should not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from engine.expressions import ExpressionError, compile_expr
from tests.security.expression_attacks import PAYLOADS

NAMES: dict[str, Any] = {
    "outcome": "NOT_HIRED",
    "failed_count": 3,
    "none": None,
    "numbers": [1, 2, 3],
    "facts": {"a": "x"},
    "day": date(2026, 3, 9),
}
FUNCTIONS = {"due": lambda key: date(2026, 3, 12)}

#: what an escaped expression would have to do; `compile` is raised by parsing itself and not in the list
WATCHED = ("exec", "os.", "subprocess.", "open", "socket.", "import", "ctypes.", "shutil.", "code.__new__")
_seen: list[str] | None = None


def _watch(event: str, _arguments: tuple[Any, ...]) -> None:
    if _seen is not None and event.startswith(WATCHED):
        _seen.append(event)


sys.addaudithook(_watch)


@contextmanager
def watching() -> Iterator[list[str]]:
    """Collect the actions of this process that an expression has no business with."""
    global _seen  # noqa: PLW0603 - an audit hook cannot be taken back, only silenced
    _seen = found = []
    try:
        yield found
    finally:
        _seen = None


def evaluate(text: str) -> Any:
    return compile_expr(text)(NAMES, FUNCTIONS)


def test_the_corpus_is_large_enough() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 150


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_payload_is_refused_at_once_and_does_nothing(payload: str, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    text = payload.replace("MARKER", str(marker))
    start = process_time()
    with watching() as events, pytest.raises(ExpressionError) as refused:
        evaluate(text)
    seconds = process_time() - start
    assert events == []
    assert not marker.exists()
    assert seconds < 0.05
    assert refused.value.sentence().startswith("表达式“")
    assert len(refused.value.sentence()) < 300


def test_the_watch_sees_what_it_watches(tmp_path: Path) -> None:
    with watching() as events:
        (tmp_path / "x").open("w").close()
    assert "open" in events


def test_a_refused_payload_is_refused_again_from_the_cache() -> None:
    for _ in range(2):
        with pytest.raises(ExpressionError, match="failed"):
            evaluate("().__class__")


@pytest.mark.parametrize("text", ['"\\x00"', '"\\ud800"', '["a", "\\udfff"]', '"a\\0b"'])
def test_a_text_that_no_database_takes_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expr(text)
    assert "无法保存的字符" in refused.value.sentence("zh")
