"""What people fill in about indicators and their results."""

from .results import LONGEST, NUMBER, FigureField, ResultForm

__all__ = ["LONGEST", "NUMBER", "FigureField", "ResultForm"]
