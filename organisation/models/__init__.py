"""Who we are: people, units, posts, committees; the record of what was done; work to be done."""

from organisation.models import (  # noqa: F401 so that Django finds every table
    accounts,
    bodies,
    council,
    departures,
    people,
    sights,
    units,
)
