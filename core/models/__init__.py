"""What every app stands on: the audit record and archive, jobs, notices, files brought, quarters."""

from core.models import (  # noqa: F401 so that Django finds every table
    archive,
    audit,
    jobs,
    notices,
    quarters,
    spreadsheets,
)
