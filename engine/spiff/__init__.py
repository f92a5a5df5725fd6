"""The only room that imports SpiffWorkflow: it reads diagrams and gives the second opinion at deploy."""

from engine.spiff.opinion import Budget, Opinion, second_opinion

__all__ = ["Budget", "Opinion", "second_opinion"]
