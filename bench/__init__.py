"""Measurements beside the raw database floor and a naive engine, in the same run."""
