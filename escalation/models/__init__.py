"""Escalations with their explanations and handling, plans, exceptions, back-tests."""

from escalation.models import backtests, early_closes, escalations, exceptions, plans, successions  # noqa: F401 so that Django finds every table
