"""Who we are: people, units, posts, committees; the record of what was done; work to be done."""

from organisation.models import accounts, people, units  # noqa: F401 so that Django finds every table
