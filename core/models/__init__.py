"""What every app stands on: the audit record, jobs, notices, and the quarters reported on."""

from core.models import audit, jobs, notices, quarters  # noqa: F401 so that Django finds every table
