"""A council in service on a day that its journey says."""

import os
from datetime import date

from kcc_perf.settings import *  # noqa: F403

DEMONSTRATION_TODAY = date.fromisoformat(os.environ["JOURNEY_DAY"])
