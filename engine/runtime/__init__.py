"""Tokens over a graph, after chapter 13 of BPMN 2.0.2. Pure: no database, no clock, no policy."""
