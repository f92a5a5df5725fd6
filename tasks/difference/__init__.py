"""What differs between two versions of a process: as sentences, and as marks on both diagrams.

`compare` reads the versions as they would run (steps, roles, deadlines, conditions, branches), with the forms
and deadline rules each brings along, and tells apart what only the drawing shows.
"""

from tasks.difference.compare import alike, compare
from tasks.difference.model import Difference, Sentence, Source

__all__ = ["Difference", "Sentence", "Source", "alike", "compare"]
