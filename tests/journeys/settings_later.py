"""The demonstration council at the end of July: the consultation opened on the 12th is over."""

from datetime import date

from kcc_perf.settings import *  # noqa: F403

DEMONSTRATION_TODAY = date(2023, 7, 31)
