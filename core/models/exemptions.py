"""Something kept from some of its readers: on what ground, who asked for it, who approved it, and until when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.rules.exemptions import Ground, in_words, withheld_line


class Exemption(models.Model):
    """One exemption, of whatever a table below names.

    It withholds from the moment it is proposed: what was read cannot be taken back. Somebody else
    approves it, or it is lifted. On its day of review it is kept to a later day, or lifted.
    """

    ground = models.CharField(max_length=15, choices=Ground.choices)
    section = models.CharField(max_length=3, blank=True, default="")
    reason = models.TextField()
    review_on = models.DateField("to be reviewed on")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_on = models.DateField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_on = models.DateField(null=True, blank=True)
    lifted_because = models.TextField(blank=True, default="")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ground__in=list(Ground)), name="%(class)s_has_a_known_ground"
            ),
            models.CheckConstraint(
                condition=Q(ground="foi") & ~Q(section="") | ~Q(ground="foi") & Q(section=""),
                name="%(class)s_names_a_section_of_one_act",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="%(class)s_says_why"),
            models.CheckConstraint(
                condition=Q(review_on__gt=F("proposed_on")),
                name="%(class)s_is_reviewed_after_it_was_proposed",
            ),
            models.CheckConstraint(
                condition=Q(approved_on__isnull=True) | Q(review_on__gt=F("approved_on")),
                name="%(class)s_is_reviewed_after_it_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_on__isnull=True)
                | Q(
                    approved_by__isnull=False,
                    approved_on__isnull=False,
                    approved_on__gte=F("proposed_on"),
                )
                & ~Q(approved_by=F("proposed_by")),
                name="%(class)s_is_approved_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True, lifted_on__isnull=True, lifted_because="")
                | Q(
                    lifted_by__isnull=False,
                    lifted_on__isnull=False,
                    lifted_on__gte=F("proposed_on"),
                )
                & ~Q(lifted_because=""),
                name="%(class)s_is_lifted_by_somebody_with_a_reason",
            ),
        ]

    @property
    def is_approved(self) -> bool:
        return self.approved_on is not None

    @property
    def ground_in_words(self) -> str:
        return in_words(Ground(self.ground), self.section)

    @property
    def line(self) -> str:
        """What whoever may not read it reads instead."""
        return withheld_line(Ground(self.ground), self.section, self.review_on)
