"""CSV files in and out: UTF-8, a header row, RFC 4180, and a sentence for whatever is wrong.

Django is not needed here: text in, rows and faults out.
"""

from .cells import choice, iso_date, line, parsed, pattern, prose, yes_or_no
from .faults import Fault, Faults, RefusedFileError, shown
from .numbers import decimal, whole_number
from .reading import Column, Reading, Row, content_of, read
from .writing import harmless, written

__all__ = [
    "Column",
    "Fault",
    "Faults",
    "Reading",
    "RefusedFileError",
    "Row",
    "choice",
    "content_of",
    "decimal",
    "harmless",
    "iso_date",
    "line",
    "parsed",
    "pattern",
    "prose",
    "read",
    "shown",
    "whole_number",
    "written",
    "yes_or_no",
]
