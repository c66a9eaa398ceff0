"""What every app stands on: the audit record, jobs, notices, files brought, the quarters reported on."""

from core.models import (  # noqa: F401 so that Django finds every table
    audit,
    jobs,
    notices,
    quarters,
    spreadsheets,
)
