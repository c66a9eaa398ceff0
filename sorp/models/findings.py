"""How far the SORP was found to be kept."""

from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField
from organisation.models.units import Unit
from sorp.models.statement import Version


class Finding(models.Model):
    """How far a requirement was kept in one unit in one quarter, as it was found then."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="findings")
    clause = models.CharField(max_length=20)
    check_made = models.CharField(max_length=30)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="findings")
    quarter = QuarterField()
    looked_at = models.PositiveIntegerField()
    kept = models.PositiveIntegerField()
    detail = models.JSONField(default=list, help_text="What did not keep to it, by reference")
    found_at = models.DateTimeField(default=now, editable=False)
    number = models.PositiveSmallIntegerField(default=1)
    is_latest = models.BooleanField(default=True)

    class Meta:
        ordering = ["-quarter", "clause", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["check_made", "unit", "quarter"],
                condition=Q(is_latest=True),
                name="one_latest_finding_of_a_check",
            ),
            models.CheckConstraint(
                condition=Q(kept__lte=F("looked_at")), name="no_more_keep_to_it_than_were_looked_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_made} in {self.unit}: {self.kept} of {self.looked_at}"
