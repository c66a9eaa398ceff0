"""Indicators, targets and results from files: all rows or none, through the pages' services."""
