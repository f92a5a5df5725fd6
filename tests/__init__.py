"""Everything that proves the program; helpers are imported from here as `tests.…`."""
