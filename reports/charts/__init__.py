"""Charts as SVG strings: one source for page, stand-alone file and PDF.

Colours and dashes are written on each element, because a page's CSS does not reach inside an SVG
in the PDF. Every part differs from its neighbour by shape or dash as well as by colour.
"""

from .counts import COUNTED, counts_chart
from .lines import Line, Lines, lines_chart
from .sentences import trend_sentence
from .series import Foreseen, Planned, QuarterPoint, Trend
from .trend import trend_chart

__all__ = [
    "COUNTED",
    "Foreseen",
    "Line",
    "Lines",
    "Planned",
    "QuarterPoint",
    "Trend",
    "counts_chart",
    "lines_chart",
    "trend_chart",
    "trend_sentence",
]
