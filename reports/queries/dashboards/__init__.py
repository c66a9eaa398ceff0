"""A unit's own dashboard: what is measured there, how it stands, and what is being done."""

from .board import (
    Dashboard,
    HeatRow,
    dashboard,
    heat_rows,
    indicators_of,
    quarter_to_show,
)
from .counting import CountRow, count, counts_by_part
from .doubts import DOUBTS, Doubt, doubts_about
from .lines import Line, Standing
from .order import ORDERS, in_order
from .work import Referred

__all__ = [
    "DOUBTS",
    "ORDERS",
    "CountRow",
    "Dashboard",
    "Doubt",
    "HeatRow",
    "Line",
    "Referred",
    "Standing",
    "count",
    "counts_by_part",
    "dashboard",
    "doubts_about",
    "heat_rows",
    "in_order",
    "indicators_of",
    "quarter_to_show",
]
