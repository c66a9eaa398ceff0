"""The council's units, where each stood and when, and its committees."""

from datetime import date
from typing import Self

from django.db import models

from organisation.rules import UnitTier


class Unit(models.Model):
    """A council, directorate, division or team. Its name and parent are those of today.

    What it was called, and where it stood, on any other day is in its placements.
    """

    code = models.SlugField(max_length=40, unique=True)
    tier = models.CharField(max_length=12, choices=UnitTier.choices)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tier=UnitTier.COUNCIL, parent__isnull=True)
                | (~models.Q(tier=UnitTier.COUNCIL) & models.Q(parent__isnull=False)),
                name="only_the_council_has_no_parent",
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="unit_is_not_its_own_parent"
            ),
            models.CheckConstraint(
                condition=models.Q(tier__in=list(UnitTier)), name="unit_is_of_a_known_tier"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlacementQuerySet(models.QuerySet["Placement"]):
    def on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day).filter(
            models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=day)
        )


class Placement(models.Model):
    """What a unit was called and whose part it was, between two dates.

    Directorates are renamed and divisions moved within one plan's term (three structures in
    Kent's four years), so a report can be drawn under the structure of its day.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="placements")
    name = models.CharField(max_length=200)
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "starts_on"], name="one_placement_a_day"),
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(ends_on__isnull=True),
                name="one_present_placement_of_a_unit",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="placement_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.starts_on}"


class Committee(models.Model):
    """A body of Members: Cabinet, a POSC, Scrutiny Board, Governance and Audit, County Council."""

    class Kind(models.TextChoices):
        COUNTY_COUNCIL = "county_council", "County Council"
        CABINET = "cabinet", "Cabinet"
        POSC = "posc", "Policy Overview and Scrutiny Committee"
        SCRUTINY_BOARD = "scrutiny_board", "Scrutiny Board"
        GOVERNANCE_AUDIT = "governance_audit", "Governance and Audit Committee"

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="committee_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.name
