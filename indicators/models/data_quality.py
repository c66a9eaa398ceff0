"""The register of data quality: what is known of how far an indicator's figures can be trusted."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.clock import now
from indicators.models.definitions import Indicator
from indicators.rules.data_quality import Risk


class DataQualityEntry(models.Model):
    """What the register says of one indicator from one entry to the next. None is ever changed."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="data_quality")
    number = models.PositiveSmallIntegerField()
    is_latest = models.BooleanField(default=True)
    source = models.TextField(help_text="Where the figures come from, and who draws them.")
    risk = models.CharField(max_length=6, choices=Risk.choices)
    why = models.CharField("why the risk is so", max_length=500)
    checked_on = models.DateField(null=True, blank=True)
    checked_by = models.CharField(max_length=200, blank=True)
    finding = models.TextField(blank=True)
    mend = models.TextField("what is done about it", blank=True)
    mend_due_on = models.DateField(null=True, blank=True)
    mended_on = models.DateField(null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["indicator", "number"]
        verbose_name = "entry of the register of data quality"
        verbose_name_plural = "entries of the register of data quality"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "number"], name="data_quality_entries_are_numbered"
            ),
            models.UniqueConstraint(
                fields=["indicator"],
                condition=Q(is_latest=True),
                name="one_latest_data_quality_entry",
            ),
            models.CheckConstraint(
                condition=Q(risk__in=list(Risk)), name="data_quality_has_a_known_risk"
            ),
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(why=""),
                name="data_quality_has_a_source_and_says_why",
            ),
            models.CheckConstraint(
                condition=Q(checked_on__isnull=True, checked_by="", finding="")
                | (Q(checked_on__isnull=False) & ~Q(checked_by="") & ~Q(finding="")),
                name="a_check_of_data_says_who_when_and_what_was_found",
            ),
            models.CheckConstraint(
                condition=Q(mend="", mend_due_on__isnull=True, mended_on__isnull=True)
                | (~Q(mend="") & Q(mend_due_on__isnull=False)),
                name="a_mend_of_data_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"Data quality of {self.indicator.reference}, entry {self.number}"
