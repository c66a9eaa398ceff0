"""Whole pieces of work in a real browser, on the demonstration council, with axe on every page."""
