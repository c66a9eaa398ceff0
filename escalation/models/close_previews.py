"""As it stands: what the close of an open quarter would do, kept while the quarter is open."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from core.clock import now
from core.fields import QuarterField
from core.quarters import Quarter
from escalation.rules.close_preview import CloseAct, Consequence
from indicators.models.definitions import Indicator
from organisation.models.units import Unit
from sorp.lexicon import NotRated, Rag, Travel


class ClosePreviewQuerySet(models.QuerySet["ClosePreview"]):
    def of_quarter(self, quarter: Quarter | None) -> Self:
        """Those of one open quarter; none where none is open."""
        return self.none() if quarter is None else self.filter(quarter=quarter)


class ClosePreview(models.Model):
    """What the close of an open quarter would do with one indicator, were it closed now.

    Worked out by the close's own rules as results arrive, and thrown away at the close, which says
    on record what it did. It is not closed: nothing public is made of it.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="close_previews")
    quarter = QuarterField()
    rag = models.CharField("RAG status", max_length=5, choices=Rag.choices, blank=True)
    not_rated = models.CharField(max_length=12, choices=NotRated.choices, blank=True)
    travel = models.CharField(max_length=20, choices=Travel.choices, blank=True)
    is_given = models.BooleanField(
        default=False, help_text="Whether a result was given, with a figure or without"
    )
    follows = models.JSONField(default=list, help_text="What would follow at the close")
    told = models.JSONField(
        null=True, help_text="How it stood when the last morning's notices were owed"
    )
    told_on = models.DateField(null=True, help_text="The morning on which it was last looked at")
    worked_out_at = models.DateTimeField(default=now, editable=False)

    objects = ClosePreviewQuerySet.as_manager()

    # What makes one preview differ from another.
    COMPARED: ClassVar = ("rag", "not_rated", "travel", "is_given", "follows")

    class Meta:
        ordering = ["indicator"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "quarter"], name="one_preview_of_an_indicators_close"
            ),
            models.CheckConstraint(
                condition=Q(rag="") | Q(not_rated=""), name="preview_is_rated_or_says_why_not"
            ),
        ]
        indexes = [models.Index(fields=["quarter"], name="close_preview_by_quarter")]

    def __str__(self) -> str:
        return f"{self.indicator.reference} in {self.quarter}, not closed"

    @property
    def consequences(self) -> tuple[Consequence, ...]:
        """What would follow, in the order in which it matters."""
        return tuple(Consequence.load(each) for each in self.follows)

    @property
    def is_missing(self) -> bool:
        """A result is due and there is none: neither green nor red."""
        return self.not_rated == NotRated.NO_RESULT

    @property
    def is_silent(self) -> bool:
        """A result is due, and nobody has said anything yet."""
        return self.is_missing and not self.is_given

    @property
    def moves(self) -> tuple[Consequence, ...]:
        """What would be otherwise after the close."""
        return tuple(each for each in self.consequences if each.act.is_change)

    @property
    def gist(self) -> dict[str, Any]:
        """What a morning's notice tells of: status, and what would follow."""
        return {
            "status": "not given" if self.is_silent else self.rag or self.not_rated,
            "follows": [each.sentence for each in self.consequences],
        }


class UnitClosePreview(models.Model):
    """What the close of an open quarter would do with one unit for its many poor indicators."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="close_previews")
    quarter = QuarterField()
    follows = models.JSONField(default=list, help_text="What would follow at the close")
    told = models.JSONField(
        null=True, help_text="How it stood when the last morning's notices were owed"
    )
    worked_out_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "quarter"], name="one_preview_of_a_units_close"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} in {self.quarter}, not closed"

    @property
    def consequences(self) -> tuple[Consequence, ...]:
        """What would follow, in the order of the rules."""
        return tuple(Consequence.load(each) for each in self.follows)

    @property
    def goes_up(self) -> bool:
        """Whether the close would refer it up."""
        return any(each.act is CloseAct.OPENS for each in self.consequences)

    @property
    def gist(self) -> dict[str, Any]:
        """What a morning's notice tells of."""
        return {"follows": [each.sentence for each in self.consequences]}
