"""A stand-in for the outside systems: a program of its own that speaks the adapters' real protocol."""
