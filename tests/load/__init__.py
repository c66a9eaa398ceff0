"""Faults and loads heavier than the suite bears: `make faults`. Each can be run alone: python -m tests.load.NAME."""
