"""What people fill in about indicators and their results."""

from .evidence import EvidenceForm
from .results import JUST_FIGURES, REVISED, FigureField, ResultForm, typed_in

__all__ = [
    "JUST_FIGURES",
    "REVISED",
    "EvidenceForm",
    "FigureField",
    "ResultForm",
    "typed_in",
]
