"""Lists of the plan's parts, narrowed by what is in their address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from core.clock import localdate
from core.filters import SearchFilter
from organisation.models.units import Unit
from strategy.models.plan import (
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
from strategy.models.projects import Dependency
from strategy.models.risks import Risk, RiskQuerySet
from strategy.models.savings import Saving
from strategy.rules.plan import Judgement, MeasureKind
from strategy.rules.projects import ProjectKind
from strategy.rules.savings import SavingStatus

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

    kind = filters.ChoiceFilter(label="Kind", choices=ProjectKind.choices, empty_label="Every kind")

    class Meta:
        model = Project
        fields = ["text", "kind", "standing"]


class DependencyFilter(PartFilter):
    searched = ("what", "project__name", "on_project__name")

    class Meta:
        model = Dependency
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


class SavingFilter(PartFilter):
    searched = ("reference", "title", "unit__name", "owner__name", "project__name")

    class Meta:
        model = Saving
        fields = ["text", "standing"]


class RiskFilter(PartFilter):
    searched = ("reference", "title", "unit__name", "owner__name", "description", "mitigation")

    class Meta:
        model = Risk
        fields = ["text", "standing"]


class SavingListFilter(SearchFilter):
    """Savings as everybody reads them: by words, by unit, by how they stand."""

    searched = ("reference", "title", "unit__name", "owner__name", "project__name")

    unit = filters.ModelChoiceFilter(
        label="Unit",
        queryset=Unit.objects.filter(savings__isnull=False).distinct().order_by("name"),
        to_field_name="code",
        empty_label="Every unit",
    )
    stands = filters.ChoiceFilter(
        label="How it stands",
        choices=SavingStatus.choices,
        empty_label="All",
        method="by_status",
    )

    class Meta:
        model = Saving
        fields = ["text", "unit", "stands"]

    def by_status(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        fitting = [each.pk for each in rows if each.status == value]
        return rows.filter(pk__in=fitting)


class RiskListFilter(SearchFilter):
    """Risks as everybody reads them: by words, by register, by how high they stand."""

    searched = ("reference", "title", "unit__name", "owner__name", "description", "mitigation")

    register = filters.ChoiceFilter(
        label="Register", empty_label="Every register", method="by_unit"
    )
    shown = filters.ChoiceFilter(
        label="Which",
        choices=(("over", "Over appetite"), ("red", "High (red)")),
        empty_label="All",
        method="by_height",
    )

    class Meta:
        model = Risk
        fields = ["text", "register", "shown"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(risks__isnull=False).distinct().order_by("name")
        choices = [("corporate", "Corporate register"), *((each.code, each.name) for each in units)]
        self.filters["register"].extra["choices"] = choices

    def by_unit(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(unit=None) if value == "corporate" else rows.filter(unit__code=value)

    def by_height(self, rows: RiskQuerySet, name: str, value: str) -> QuerySet:
        return rows.over_appetite() if value == "over" else rows.red()
