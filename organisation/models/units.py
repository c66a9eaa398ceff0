"""The council's units, and where each stood and when."""

from datetime import date
from typing import Self

from django.db import models

from organisation.rules import UnitTier


class UnitQuerySet(models.QuerySet["Unit"]):
    def standing_on(self, day: date) -> Self:
        """Those that had begun by a day, and had not closed."""
        placed = Placement.objects.on(day).filter(unit=models.OuterRef("pk"))
        return self.filter(models.Exists(placed))

    def not_closed(self, day: date) -> Self:
        """Those that stand on a day, or are yet to begin."""
        placed = Placement.objects.filter(unit=models.OuterRef("pk"))
        ahead = placed.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=day))
        return self.filter(models.Exists(ahead))

    def with_days(self) -> Self:
        """Each with its first day, and its last where that is settled: `first_day`, `last_day`."""
        placed = Placement.objects.filter(unit=models.OuterRef("pk"))
        return self.annotate(
            first_day=models.Subquery(placed.order_by("starts_on").values("starts_on")[:1]),
            last_day=models.Subquery(placed.order_by("-starts_on").values("ends_on")[:1]),
        )


class Unit(models.Model):
    """A council, directorate, division or team. Its name and parent are those of today.

    What it was called, and where it stood, on any other day is in its placements. It has closed when
    the last of them has ended; what belongs to it is from then on its successor's.
    """

    code = models.SlugField(max_length=40, unique=True)
    tier = models.CharField(max_length=12, choices=UnitTier.choices)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="forerunners"
    )

    objects = UnitQuerySet.as_manager()

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
                condition=models.Q(successor__isnull=True) | ~models.Q(successor=models.F("id")),
                name="unit_is_not_its_own_successor",
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

    def on_or_of_closed(self, day: date) -> Self:
        """Those of a day, and every one of a unit that another takes over from."""
        return self.filter(
            models.Q(unit__successor__isnull=False)
            | models.Q(starts_on__lte=day)
            & (models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=day))
        ).order_by("unit", "starts_on")


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
