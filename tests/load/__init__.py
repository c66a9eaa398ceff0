"""Loads heavier than the suite bears, run by hand: python -m tests.load.return_load."""
