"""Whole numbers in addresses and forms: what no id can be is refused before a database sees it."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, ValidationError

#: Ids are 64-bit and positive (BIGINT).
LIMIT = 2**63
_DIGITS = 19


class IdConverter(IntegerConverter):
    """`<int:…>` of an address: a number that cannot be an id is an address that does not exist."""

    regex = r"[0-9]+"

    def to_python(self, value: str) -> int:
        """Return the number; raise ValidationError, which becomes 404."""
        try:
            return whole(value)
        except ValueError:
            raise ValidationError from None


def whole(text: str) -> int:
    """Return a whole number of 64 bits; raise ValueError for anything else."""
    if len(text.strip()) > _DIGITS + 1:
        raise ValueError(text)
    number = int(text)
    if not -LIMIT <= number < LIMIT:
        raise ValueError(text)
    return number
