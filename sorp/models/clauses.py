"""What a version says in words: clauses, RAG definitions, terms, risk appetite, comments."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.clock import now
from sorp.lexicon import Appetite, Rag
from sorp.models.conditions import TriggerRule
from sorp.models.keys import KeyField
from sorp.models.statement import Version


class Clause(models.Model):
    """One clause of a version: what is required, of whom, how it is monitored, what follows."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="clauses")
    key = KeyField(made_of=["number", "heading"])
    number = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=200)
    wording = models.TextField()
    responsible = models.CharField(max_length=200, blank=True)
    monitored = models.TextField("how it is monitored", blank=True)
    consequence = models.TextField("what follows where it is not kept", blank=True)
    check_made = models.CharField(
        max_length=30, blank=True, help_text="The measure by which the system tells if it is kept"
    )

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="clauses_are_numbered"),
            models.UniqueConstraint(
                fields=["version", "position"], name="clauses_stand_in_one_order"
            ),
            models.UniqueConstraint(fields=["version", "key"], name="one_clause_of_a_key"),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(heading="") & ~Q(wording="") & ~Q(key=""),
                name="clause_has_a_number_heading_and_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.heading}"


class RagDefinition(models.Model):
    """What a RAG status means, in the words of one version."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="rag_definitions")
    rag = models.CharField(max_length=5, choices=Rag.choices)
    clause = models.CharField(max_length=20)
    wording = models.TextField()

    class Meta:
        ordering = ["version", "clause"]
        constraints = [
            models.UniqueConstraint(fields=["version", "rag"], name="one_definition_of_a_status"),
            models.CheckConstraint(
                condition=Q(rag__in=list(Rag)), name="definition_is_of_a_known_status"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rag_display()}: {self.wording}"


class Term(models.Model):
    """A word of the SORP and what it means there."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="terms")
    term = models.CharField(max_length=60)
    meaning = models.TextField()

    class Meta:
        ordering = ["version", "term"]
        constraints = [
            models.UniqueConstraint(fields=["version", "term"], name="one_meaning_of_a_term"),
            models.CheckConstraint(
                condition=~Q(term="") & ~Q(meaning=""), name="term_has_a_meaning"
            ),
        ]

    def __str__(self) -> str:
        return self.term


class RiskAppetite(models.Model):
    """How much risk the council accepts in an area, and why its triggers stand where they do."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="appetites")
    area = models.CharField(max_length=100)
    appetite = models.CharField(max_length=10, choices=Appetite.choices)
    wording = models.TextField()
    triggers = models.ManyToManyField(TriggerRule, related_name="appetites", blank=True)

    class Meta:
        ordering = ["version", "area"]
        constraints = [
            models.UniqueConstraint(fields=["version", "area"], name="one_appetite_of_an_area"),
            models.CheckConstraint(
                condition=Q(appetite__in=list(Appetite)), name="appetite_is_of_a_known_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area}: {self.get_appetite_display()}"


class Comment(models.Model):
    """What a named person said of a clause in consultation, and what was answered."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="comments")
    clause = models.CharField(max_length=20, blank=True, help_text="Empty: of the whole")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    words = models.TextField()
    said_at = models.DateTimeField(default=now, editable=False)
    answer = models.TextField(blank=True)
    led_to_change = models.BooleanField(default=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["version", "said_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="answer_says_who_gave_it_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author} on {self.clause or 'the whole'}"
