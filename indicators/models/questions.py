"""What was asked about a result when it came in, and what was answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from indicators.models.results import Revision
from indicators.rules.questions import CAUTIONS, LONGEST_ANSWER, QuestionKey

KEYS = [key for key in QuestionKey if key not in CAUTIONS]


class QuestionQuerySet(models.QuerySet["Question"]):
    def unanswered(self) -> QuestionQuerySet:
        return self.filter(answer="")

    def standing(self) -> QuestionQuerySet:
        """Those about what is now said of a result."""
        return self.filter(revision__is_latest=True)


class Question(models.Model):
    """A plausibility question about one revision, in the words in which it was asked.

    It blocks nothing. Once answered, the answer stands; unanswered ones lower the data confidence.
    """

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="questions")
    key = models.CharField(max_length=20, choices=QuestionKey.choices)
    words = models.CharField(max_length=500)
    answer = models.CharField(max_length=LONGEST_ANSWER, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["revision", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "key"], name="a_revision_is_asked_a_question_once"
            ),
            models.CheckConstraint(
                condition=Q(key__in=[key.value for key in KEYS]), name="question_has_a_known_key"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="question_has_words"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="an_answer_says_when_it_was_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision}: {self.words}"
