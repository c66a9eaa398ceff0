"""Lists of the plan's parts, narrowed by what is in their address."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet

from core.clock import localdate
from core.filters import SearchFilter
from strategy.models import (
    Aim,
    Evaluation,
    Evidence,
    Measure,
    Milestone,
    Priority,
    Programme,
    Project,
    SuccessFactor,
    Theme,
)
from strategy.rules import Judgement, MeasureKind

STANDING = (("yes", "Continues"), ("no", "Has ended"))


class PartFilter(SearchFilter):
    """Parts of the plan by words, and by whether they still go on."""

    standing = filters.ChoiceFilter(
        label="Which", choices=STANDING, empty_label="All", method="by_standing"
    )

    def by_standing(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        has_ended = Q(ends_on__lt=localdate())
        return rows.filter(has_ended if value == "no" else ~has_ended | Q(ends_on=None))


class AimFilter(PartFilter):
    searched = ("name", "slug", "description")

    class Meta:
        model = Aim
        fields = ["text", "standing"]


class ThemeFilter(PartFilter):
    searched = ("name", "slug", "description")

    class Meta:
        model = Theme
        fields = ["text", "standing"]


class PriorityFilter(PartFilter):
    searched = ("name", "slug", "sponsor", "description")

    class Meta:
        model = Priority
        fields = ["text", "standing"]


class SuccessFactorFilter(PartFilter):
    searched = ("wording", "priority__name")

    class Meta:
        model = SuccessFactor
        fields = ["text", "standing"]


class MeasureFilter(PartFilter):
    searched = ("wording", "priority__name", "indicator__reference", "indicator__title")

    kind = filters.ChoiceFilter(label="Kind", choices=MeasureKind.choices, empty_label="Every kind")

    class Meta:
        model = Measure
        fields = ["text", "kind", "standing"]


class MilestoneFilter(PartFilter):
    searched = (
        "title",
        "priority__name",
        "project__name",
        "project__programme__name",
        "accountable_manager__name",
    )

    class Meta:
        model = Milestone
        fields = ["text", "standing"]


class ProgrammeFilter(PartFilter):
    searched = ("name", "slug", "sponsor", "description")

    class Meta:
        model = Programme
        fields = ["text", "standing"]


class ProjectFilter(PartFilter):
    searched = ("name", "slug", "programme__name", "description")

    class Meta:
        model = Project
        fields = ["text", "standing"]


class EvidenceFilter(PartFilter):
    searched = ("title", "finding", "source", "priority__name")

    class Meta:
        model = Evidence
        fields = ["text", "standing"]


class EvaluationFilter(PartFilter):
    searched = ("finding", "judged_by", "priority__name")

    judgement = filters.ChoiceFilter(
        label="Judgement", choices=Judgement.choices, empty_label="Every judgement"
    )

    class Meta:
        model = Evaluation
        fields = ["text", "judgement", "standing"]
