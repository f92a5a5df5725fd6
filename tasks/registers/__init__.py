"""Registers (台账): entries of what is done, read as lines, taken along as workbooks, closed monthly."""
