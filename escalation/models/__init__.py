"""Escalations with their explanations and handling, plans, exceptions, closes, back-tests, rehearsals."""

from escalation.models import (  # noqa: F401 so that Django finds every table
    backtests,
    close_previews,
    early_closes,
    escalations,
    exceptions,
    plans,
    recorded_closes,
    rehearsals,
    successions,
)
