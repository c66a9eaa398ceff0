"""What is done at times (kcc_perf/schedule.py says when). Running one twice changes nothing more."""

from celery import shared_task

from core.clock import localdate
from indicators.services import awaited, moves, reminders, rounds, variations


@shared_task
def remind() -> int:
    """Owe everybody the reminders of the day."""
    return reminders.remind(today=localdate())


@shared_task
def remind_of_expiring_variations() -> int:
    """Owe notice of the variations that are in their last quarter."""
    return variations.remind_of_expiring_variations(today=localdate())


@shared_task
def judge_overdue_from_publishers() -> int:
    """What is awaited from its publisher after the day that was stated is missing."""
    return awaited.judge_overdue_from_publishers(today=localdate())


@shared_task
def make_due_moves() -> int:
    """Indicators whose day has come are their new unit's or manager's."""
    return moves.make_due_moves(today=localdate())


@shared_task
def make_due_round_lines() -> int:
    """Definitions that a body agreed to change in the annual round say so from 1 April."""
    return rounds.make_due_lines(today=localdate())
