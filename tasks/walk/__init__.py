"""A walk through a drawing by hand, on the very machine of the product: no database, no case, nothing kept.

A walk is a list of moves. The page sends it back and it is taken again from the start, so that it is the same
walk whoever takes it: which start, which task with which answers, which event, and what was set where the
machine asked for something that no step had filled in.
"""

from tasks.walk.ground import ground_of
from tasks.walk.moves import MOST_MOVES, Move, read_moves, refused, written
from tasks.walk.walk import Ground, Step, Waiting, Walk

__all__ = [
    "MOST_MOVES", "Ground", "Move", "Step", "Waiting", "Walk", "ground_of", "read_moves", "refused",
    "written",
]  # fmt: skip
