"""Forecast every indicator after one closed quarter. The same service as the close runs."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.quarters import Quarter
from core.queries import quarter_state
from indicators.models.forecasts import SystemForecast
from indicators.services.forecasts import forecast_after


class Command(BaseCommand):
    help = "Forecast every indicator for the quarter it is next due in, from results up to QUARTER."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="a closed quarter, such as 2011-Q1")
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many there would be, and write nothing"
        )

    def handle(self, *args: Any, quarter: str, dry_run: bool, **options: Any) -> None:
        try:
            after = Quarter.parse(quarter)
            _refuse_open(after)
            with transaction.atomic():
                sentence = _in_a_sentence(forecast_after(quarter=after, by=None), after)
                transaction.set_rollback(dry_run)
        except ValueError as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"{sentence}; nothing was written." if dry_run else f"{sentence}.")


def _refuse_open(quarter: Quarter) -> None:
    row = quarter_state(quarter)
    if row is None or not row.is_closed:
        raise ValueError(f"{quarter} is not closed: its forecasts are made when it is")


def _in_a_sentence(made: Sequence[SystemForecast], quarter: Quarter) -> str:
    again = sum(each.number > 1 for each in made)
    if not made:
        return f"After {quarter}: no forecast is new"
    sentence = f"After {quarter}: {len(made)} forecast{'' if len(made) == 1 else 's'} made"
    return f"{sentence}, {again} of them again because of a revision" if again else sentence
