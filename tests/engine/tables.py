"""Small decision tables for tests, written as rows of cells."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def dmn(
    inputs: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[str]],
    *,
    policy: str = "UNIQUE",
    outputs: Sequence[str] = ("result",),
    extra: str = "",
    days: Sequence[tuple[str | None, str | None]] = (),
) -> bytes:
    """Return a DMN file: inputs are (expression, type), a row its input cells, then its output cells.

    `days` are the first and the last day of each row, where rows are dated.
    """
    columns = "".join(
        f'<input id="i{n}" label={quoteattr(text)}><inputExpression id="e{n}" typeRef="{kind}">'
        f"<text>{escape(text)}</text></inputExpression></input>"
        for n, (text, kind) in enumerate(inputs)
    )
    columns += "".join(f'<output id="o{n}" name="{name}"/>' for n, name in enumerate(outputs))
    return (
        f'<definitions xmlns="{NAMESPACE}" xmlns:aid595="urn:aid595:dmn:1" id="d" name="d" namespace="x">'
        f'<decision id="DT" name="试验表"><decisionTable id="t" hitPolicy="{policy}">{columns}\n'
        + "\n".join(
            _row(n, cells, len(inputs), days[n] if days else (None, None)) for n, cells in enumerate(rows)
        )
        + f"</decisionTable></decision>{extra}</definitions>"
    ).encode()


def _row(number: int, cells: Sequence[str], inputs: int, days: tuple[str | None, str | None]) -> str:
    entries = "".join(
        f'<{kind} id="r{number}_{n}"><text>{escape(cell)}</text></{kind}>'
        for n, cell in enumerate(cells)
        for kind in ("inputEntry" if n < inputs else "outputEntry",)
    )
    names = zip(("valid_from", "valid_to"), days, strict=True)
    dated = "".join(f' aid595:{name}="{day}"' for name, day in names if day is not None)
    return f'<rule id="r{number}"{dated}><description>R{number}</description>{entries}</rule>'
