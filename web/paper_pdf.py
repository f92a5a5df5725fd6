"""A paper as PDF, where the optional component is installed; nothing is fetched from anywhere."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

_STYLE = Path(__file__).parent / "static" / "paper.css"


class Outside(Exception):
    """A paper asked for something outside itself."""


@cache
def available() -> bool:
    """Tell whether PDF can be made here (the extra `pdf`)."""
    return importlib.util.find_spec("weasyprint") is not None


def pdf_of(article: str, title: str) -> bytes:
    """Return a paper, given as its `article`, as PDF in the fonts of the machine."""
    from markupsafe import escape
    from weasyprint import CSS, HTML

    page = (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>body {{ margin: 0 }}</style></head><body>{article}</body></html>"
    )
    style = CSS(string=_STYLE.read_text(encoding="utf-8"), url_fetcher=_refuse)
    made: bytes = HTML(string=page, url_fetcher=_refuse).write_pdf(stylesheets=[style])
    return made


def _refuse(url: str, *_more: Any, **_named: Any) -> Any:
    raise Outside(url)
