"""Everything a page says: one catalogue a language, Chinese first.

A template or view writes `t("inbox.title", count=3)`; the sentence stands under `[inbox] title` in
`catalogue/zh.toml` and `catalogue/en.toml`. A test holds both complete. Names that come from diagrams,
forms and labels are data and are not in here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
#: What `<html lang>` says.
HTML_LANG = {"zh": "zh-Hans-CN", "en": "en"}
_FOLDER = Path(__file__).parent / "catalogue"

Translate = Callable[..., str]


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = str(value)
    return flat


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Return every sentence of a language by its dotted key."""
    sentences: dict[str, str] = {}
    for path in sorted(_FOLDER.glob(f"*{lang}.toml")):
        sentences |= _flatten(tomllib.loads(path.read_text(encoding="utf-8")))
    return sentences


@cache
def translator(lang: str) -> Translate:
    """Return the function that says a sentence in a language; an unknown key raises KeyError."""
    sentences = catalogue(lang)

    def say(key: str, /, **values: Any) -> str:
        text = sentences[key]
        return text.format(**values) if values else text

    return say


def say_or(lang: str, key: str, otherwise: str) -> str:
    """Return a sentence whose key is made from data, or what is given where there is none."""
    return catalogue(lang).get(key, otherwise)


def choose(wanted: str | None, accepted: str = "") -> str:
    """Return the language of a request: the cookie's, else English where no Chinese is read, else Chinese."""
    if wanted in LANGUAGES:
        return wanted
    header = accepted.lower()
    if header.startswith("en") and "zh" not in header:
        return "en"
    return "zh"
