"""The command line: its help, its refusals, what it does to files and databases."""
