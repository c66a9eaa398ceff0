"""Rate every indicator in use for one quarter."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.clock import localdate
from core.dates import as_date
from core.quarters import Quarter
from indicators.queries.histories import rag_histories
from indicators.services.rating import rate_quarter
from sorp.lexicon import Rag
from sorp.queries.ruling import NoVersionInForce


class Command(BaseCommand):
    help = "Rate every indicator in use for a quarter by the SORP in force, and print the counts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="such as 2011-Q1")
        parser.add_argument(
            "--dry-run", action="store_true", help="print the counts, and write nothing"
        )

    def handle(self, *args: Any, quarter: str, dry_run: bool, **options: Any) -> None:
        try:
            rated = Quarter.parse(quarter)
            if rated.last_day >= localdate():
                first = rated.next().first_day
                raise ValueError(f"{rated} has not ended: rate it from {as_date(first)}")
            with transaction.atomic():
                fresh = rate_quarter(quarter=rated, by=None)
                sentence = f"{_counts(rated)}; {len(fresh)} new or changed"
                transaction.set_rollback(dry_run)
        except (ValueError, NoVersionInForce) as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"{sentence}; nothing was written." if dry_run else f"{sentence}.")


def _counts(quarter: Quarter) -> str:
    """How many of each colour, and how many not rated: together, every indicator in use."""
    judged = [
        judged
        for history in rag_histories(until=quarter).values()
        for judged in history
        if judged.quarter == quarter
    ]
    counted = {rag: sum(each.rag is rag for each in judged) for rag in reversed(Rag)}
    colours = ", ".join(f"{number} {rag.label.lower()}" for rag, number in counted.items())
    not_rated = sum(each.rag is None for each in judged)
    return f"{quarter}: {len(judged)} indicators: {colours}, {not_rated} not rated"
