"""Indicators, targets and results from files: all rows or none, through the pages' services."""

from .definitions import import_indicators
from .results import import_results
from .targets import import_targets

__all__ = ["import_indicators", "import_results", "import_targets"]
