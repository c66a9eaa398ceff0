"""The council itself: its name, its look, and its own words for what the framework has."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.words import Word


class AssuranceTeams(Word):
    """Which assurance teams there are: a council may have one for both tasks, or none."""

    BOTH = "both", "Two: one for performance, one for delivery"
    ONE = "one", "One, for performance and delivery alike"
    NONE = "none", "None"


class Council(models.Model):
    """What the council says of itself: one row, or none where nothing has been said yet."""

    ONLY: ClassVar[int] = 1

    name = models.CharField(max_length=200)
    colour = models.CharField(max_length=7, blank=True, default="", help_text="#123c4a")
    logo = models.CharField(max_length=200, blank=True, default="", help_text="Where it is kept")
    logo_sha256 = models.CharField(max_length=64, blank=True, default="")
    logo_description = models.CharField(max_length=200, blank=True, default="")
    words = models.JSONField(default=dict, blank=True, help_text="By key; ours where there is none")
    teams = models.CharField(
        max_length=4, choices=AssuranceTeams.choices, default=AssuranceTeams.BOTH
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="there_is_one_council"),
            models.CheckConstraint(condition=~Q(name=""), name="council_has_a_name"),
            models.CheckConstraint(
                condition=Q(teams__in=list(AssuranceTeams)),
                name="council_has_a_known_number_of_teams",
            ),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__startswith="#"),
                name="council_colour_is_written_like_123c4a",
            ),
        ]

    def __str__(self) -> str:
        return self.name
