"""A drawing for a diagram that has none: lanes, columns and rows, lines that turn at right angles."""

from __future__ import annotations

from engine.layout.write import laid_out, with_drawing

__all__ = ["laid_out", "with_drawing"]
