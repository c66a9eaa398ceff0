"""What stands on under another trigger, because a version of the SORP dropped its own."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.clock import now
from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.models.exceptions import PositiveException, UnitEscalation
from sorp.models.statement import Version

SUBJECTS = ("escalation", "unit_escalation", "positive_exception")


class SuccessionQuerySet(models.QuerySet["Succession"]):
    def ruling(self, quarter: Quarter) -> Self:
        """Those of versions that rule by a quarter, the earliest version first."""
        rows = self.filter(version__state__in=Version.BINDING, version__from_quarter__lte=quarter)
        return rows.select_related("version").order_by("version__from_quarter", "pk")


class Succession(models.Model):
    """From the first quarter of a version on, what a dropped trigger opened stands under another.

    Whoever approved the version said so. It says nothing while the version is not approved.
    """

    version = models.ForeignKey(Version, models.PROTECT, related_name="successions")
    escalation = models.ForeignKey(
        Escalation, models.PROTECT, null=True, blank=True, related_name="successions"
    )
    unit_escalation = models.ForeignKey(
        UnitEscalation, models.PROTECT, null=True, blank=True, related_name="successions"
    )
    positive_exception = models.ForeignKey(
        PositiveException, models.PROTECT, null=True, blank=True, related_name="successions"
    )
    trigger = models.CharField(max_length=100, help_text="Its name, as it read then")
    trigger_key = models.CharField(max_length=100)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=now, editable=False)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        ordering = ["version", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    escalation__isnull=False,
                    unit_escalation__isnull=True,
                    positive_exception__isnull=True,
                )
                | Q(
                    escalation__isnull=True,
                    unit_escalation__isnull=False,
                    positive_exception__isnull=True,
                )
                | Q(
                    escalation__isnull=True,
                    unit_escalation__isnull=True,
                    positive_exception__isnull=False,
                ),
                name="succession_is_of_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(trigger="") & ~Q(trigger_key=""), name="succession_names_a_trigger"
            ),
            *(
                models.UniqueConstraint(
                    fields=["version", each], name=f"one_succession_of_{each}_by_a_version"
                )
                for each in SUBJECTS
            ),
        ]

    def __str__(self) -> str:
        return f"Under “{self.trigger}” by version {self.version.number}"
