"""Items of a meeting that are kept from some who read its papers."""

from typing import Self

from django.db import models
from django.db.models import Q

from assurance.models.meetings import CallIn
from core.models.exemptions import Exemption


class ItemExemptionQuerySet(models.QuerySet["ItemExemption"]):
    def standing(self) -> Self:
        """Those that withhold something now: from being proposed until they are lifted."""
        return self.filter(lifted_on__isnull=True)


class ItemExemption(Exemption):
    """What is said about one called-in item at its meeting is exempt; its title only where somebody says so."""

    call_in = models.ForeignKey(CallIn, models.PROTECT, related_name="exemptions")
    title_too = models.BooleanField(default=False)

    objects = ItemExemptionQuerySet.as_manager()

    class Meta(Exemption.Meta):
        abstract = False
        ordering = ["call_in", "id"]
        constraints = [
            *Exemption.Meta.constraints,
            models.UniqueConstraint(
                fields=["call_in"],
                condition=Q(lifted_on__isnull=True),
                name="an_item_has_one_standing_exemption",
            ),
        ]

    def __str__(self) -> str:
        return f"Exemption of an item of {self.call_in.meeting}"
