"""Lists of PAT and DAT, narrowed by what is in their address."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet

from assurance.models.teams import Seat
from assurance.rules import SeatKind, TeamCode
from core.clock import localdate
from core.filters import SearchFilter

WHEN = (("now", "Sits today"), ("later", "Is still to come"), ("past", "Has ended"))


class SeatFilter(SearchFilter):
    """Seats by who has them and for which directorate, by team, by kind, and by whether they are held today."""

    searched = ("user__name", "user__email", "unit__name", "unit__code")

    team = filters.ChoiceFilter(
        label="Team",
        field_name="team__code",
        choices=[(code.value, code.short) for code in TeamCode],
        empty_label="Either team",
    )
    kind = filters.ChoiceFilter(label="Seat", choices=SeatKind.choices, empty_label="Every seat")
    when = filters.ChoiceFilter(
        label="When", choices=WHEN, empty_label="Whenever", method="by_when"
    )

    class Meta:
        model = Seat
        fields = ["text", "team", "kind", "when"]

    def by_when(self, rows: QuerySet[Seat], name: str, value: str) -> QuerySet[Seat]:
        today = localdate()
        return rows.filter(
            {
                "now": Q(starts_on__lte=today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=today)),
                "later": Q(starts_on__gt=today),
                "past": Q(ends_on__lt=today),
            }[value]
        )
