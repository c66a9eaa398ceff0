"""From which stage of sign-off on the Members of each office see results."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from organisation.rules import ELECTED, PostKind, Sight


class OfficeSight(models.Model):
    """What the council says that Members of an office see. Where it says nothing: what is published."""

    office = models.CharField(max_length=30, choices=PostKind.choices, unique=True)
    sight = models.CharField(max_length=10, choices=Sight.choices)

    class Meta:
        ordering = ["office"]
        constraints = [
            models.CheckConstraint(
                condition=Q(office__in=list(ELECTED)), name="sight_is_said_of_an_elected_office"
            ),
            models.CheckConstraint(
                condition=Q(sight__in=list(Sight)), name="sight_is_of_a_known_stage"
            ),
        ]

    def __str__(self) -> str:
        return PostKind(self.office).label
