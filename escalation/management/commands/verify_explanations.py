"""Work every explanation out again from the inputs kept with it, and name whatever differs."""

import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.quarters import Quarter
from escalation.models.escalations import Explanation
from escalation.rules.explanations import wrong_explanation


class Command(BaseCommand):
    help = "Work out every explanation again from its kept inputs, and name whatever differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", nargs="?", help="such as 2011-Q1; without it, every quarter")

    def handle(self, *args: Any, quarter: str | None, **options: Any) -> None:
        rows = Explanation.objects.select_related("indicator")
        if quarter:
            try:
                rows = rows.filter(quarter=Quarter.parse(quarter))
            except ValueError as reason:
                raise CommandError(str(reason)) from None
        told = differing = 0
        for row in rows.order_by("indicator__reference", "quarter", "number").iterator():
            told += 1
            wrong = list(
                wrong_explanation(outcome=row.outcome, sentence=row.sentence, document=row.document)
            )
            wrong += [*_misplaced(row)]
            differing += bool(wrong)
            for what in wrong:
                self.stderr.write(
                    f"{row.indicator.reference} {row.quarter.key} no. {row.number}: {what}"
                )
        if differing:
            self.stderr.write(f"{differing} of {told} explanations differ from what they rest on.")
            sys.exit(1)
        self.stdout.write(
            f"{told} explanations worked out again: each gives the outcome and the sentence it was"
            " kept with."
        )


def _misplaced(row: Explanation) -> Iterator[str]:
    """Whether the document speaks of another indicator or quarter than the row it is kept in."""
    if row.document.get("reference") != row.indicator.reference:
        yield f"it speaks of {row.document.get('reference')}"
    if row.document.get("quarter") != row.quarter.key:
        yield f"it speaks of {row.document.get('quarter')}"
