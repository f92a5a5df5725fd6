"""What an address asks for after its question mark, and what of it makes no sense.

A page is shown as if what cannot be understood had not been asked for; it says so in a sentence and answers
400. What is no page (a file, an answer to a program) is refused instead: `insist`. Names that no page asks
for are let be, and a search that finds nothing was understood.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import NamedTuple, TypeVar, cast

from flask import Flask, Response, g, request

from engine.errors import AidError
from web.numbers import whole

Found = TypeVar("Found")
_SHOWN = 40


class BadAddress(AidError):
    """A value in the address cannot be understood."""

    code = "bad_request"
    zh = "地址中的“{what}”无法识别，请检查后重试。"
    en = "The address asks for “{what}”, which makes no sense here."


class Odd(NamedTuple):
    """A value that was not understood; `said` where its field says so itself."""

    name: str
    value: str
    said: bool

    @property
    def shown(self) -> str:
        """Return it as it stands in the address, cut short, without signs that cannot be seen."""
        value = "".join(char if char.isprintable() else "�" for char in self.value)
        return f"{self.name}={value[:_SHOWN]}{'…' if len(value) > _SHOWN else ''}"


def _all() -> list[Odd]:
    if "odd" not in g:
        g.odd = []
    return cast("list[Odd]", g.odd)


def odd(name: str, value: str, said: bool = False) -> None:
    """Note that a value was not understood; `said` keeps the page from saying it a second time."""
    one = Odd(name, value, said)
    if one not in _all():
        _all().append(one)


def not_understood() -> str:
    """Return what the page has to say was not understood; nothing where all was."""
    return "、".join(one.shown for one in _all() if not one.said)


def insist() -> None:
    """Refuse what is no page where something was not understood; raise BadAddress."""
    if _all():
        raise BadAddress(what="、".join(one.shown for one in _all()))


def read(
    name: str, understand: Callable[[str], Found | None], given: Mapping[str, str] | None = None,
    said: bool = False,
) -> Found | None:  # fmt: skip
    """Return a value as understood; None where it is not given, and for nonsense, which is noted.

    `understand` answers nonsense with None or ValueError. Without `given` the address is read; where the
    field has a sentence of its own, `said` leaves it to it.
    """
    text = (request.args if given is None else given).get(name, "").strip()
    if not text:
        return None
    try:
        found = understand(text)
    except ValueError:
        found = None
    if found is None:
        odd(name, text, said)
    return found


def one_of(
    name: str, known: Collection[str], otherwise: str = "", given: Mapping[str, str] | None = None
) -> str:
    """Return one of some words; for no word and for another, what is given for it."""
    return read(name, lambda text: text if text in known else None, given) or otherwise


def number(name: str) -> int | None:
    """Return a whole number from 0 on, of 64 bits."""
    return read(name, _number)


def _number(text: str) -> int | None:
    found = whole(text)
    return found if found >= 0 else None


def day(name: str, given: Mapping[str, str] | None = None, said: bool = False) -> date | None:
    """Return a day written as 2026-03-01."""
    return read(name, date.fromisoformat, given, said)


def flag(name: str) -> bool:
    """Tell whether something is asked for with 1; 0 is the same as nothing."""
    return one_of(name, ("0", "1")) == "1"


def _answered(response: Response) -> Response:
    if response.status_code == 200 and request.method in ("GET", "HEAD") and "odd" in g and g.odd:
        response.status_code = 400
    return response


def install(flask: Flask) -> None:
    """Make a page that did not understand its address answer 400."""
    flask.after_request(_answered)
