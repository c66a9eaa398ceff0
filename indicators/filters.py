"""Lists of what is measured, narrowed by what is in their address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from core.clock import localdate
from core.filters import SearchFilter
from core.quarters import Quarter
from core.words import Word
from indicators.models.definitions import Indicator
from indicators.models.parts import Dimension, PartTarget
from indicators.models.results import Result, Revision
from indicators.queries.targets import without_target
from indicators.rules.returns import ResultState
from organisation.filters import ByUnit
from organisation.models.units import Unit
from organisation.queries import tree_on
from sorp.lexicon import Kind, Layer, Topic


class InUse(Word):
    """Whether an indicator is measured now."""

    NOW = "now", "Measured now"
    ENDED = "ended", "No longer measured"
    TO_COME = "to_come", "Measured from a later quarter"


class IndicatorFilter(SearchFilter):
    """Indicators by words, by the unit they are of or under, and by what they are."""

    searched = ("reference", "title", "unit__name", "accountable_manager__name", "codes")

    unit = ByUnit(
        label="Unit",
        queryset=Unit.objects.order_by("name"),
        to_field_name="code",
        empty_label="Every unit",
        method="by_unit",
    )
    kind = filters.ChoiceFilter(label="Kind", choices=Kind.choices, empty_label="Every kind")
    layer = filters.ChoiceFilter(
        label="In the report", choices=Layer.choices, empty_label="Every place"
    )
    topic = filters.ChoiceFilter(label="Tells of", choices=Topic.choices, empty_label="Anything")
    use = filters.ChoiceFilter(
        label="Measured", choices=InUse.choices, empty_label="Now or not", method="by_use"
    )

    class Meta:
        model = Indicator
        fields = ["text", "unit", "kind", "layer", "topic", "use"]

    def by_unit(self, rows: QuerySet, name: str, value: Unit) -> QuerySet:
        """Those of the unit and of every unit below it."""
        return rows.filter(unit__in=list(tree_on(localdate()).below(value.pk)))

    def by_use(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        quarter = Quarter.containing(localdate())
        if value == InUse.ENDED:
            return rows.filter(last_quarter__lt=quarter)
        if value == InUse.TO_COME:
            return rows.filter(first_quarter__gt=quarter)
        return rows.filter(pk__in=Indicator.objects.in_use(quarter))


class TargetFilter(IndicatorFilter):
    """Indicators by what is aimed at: those without a target now, those with one that waits."""

    LACKS, WAITS = "lacks", "waits"

    target = filters.ChoiceFilter(
        label="Target",
        choices=[(LACKS, "None set for now"), (WAITS, "One waits to be approved")],
        empty_label="With or without",
        method="by_target",
    )

    class Meta:
        model = Indicator
        fields = ["text", "unit", "target"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "layer", "topic", "use"):
            del self.filters[name]

    def by_target(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == self.WAITS:
            return rows.filter(target_proposals__state__in=("proposed", "recorded")).distinct()
        quarter = Quarter.containing(localdate())
        return rows.filter(pk__in=[each.pk for each in without_target(quarter, rows)])


class GridFilter(IndicatorFilter):
    """What somebody may enter for a quarter, by words, by unit, and by whether a result is there."""

    MISSING = "missing"

    given = filters.ChoiceFilter(
        label="Results",
        choices=[(MISSING, "Not submitted yet")],
        empty_label="Submitted or not",
        method="by_given",
    )

    class Meta:
        model = Indicator
        fields = ["text", "unit", "given"]

    def __init__(self, *args: Any, quarter: Quarter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.quarter = quarter
        for name in ("kind", "layer", "topic", "use"):
            del self.filters[name]

    def by_given(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Those that wait for their manager: nothing submitted, or sent back."""
        given = Result.objects.filter(quarter=self.quarter).exclude(state=ResultState.RETURNED)
        return rows.exclude(pk__in=given.values("indicator"))


class DimensionFilter(SearchFilter):
    """Dimensions by words of their names."""

    searched = ("name", "key")

    class Meta:
        model = Dimension
        fields = ["text"]


class PartTargetFilter(SearchFilter):
    """Targets of parts by words of the indicator and of the part."""

    searched = (
        "indicator__reference",
        "indicator__title",
        "part__name",
        "part__dimension__name",
    )

    class Meta:
        model = PartTarget
        fields = ["text"]


def _choices_of_quarters() -> list[tuple[str, str]]:
    quarters = Result.objects.values_list("quarter", flat=True).distinct().order_by("-quarter")
    return [(each.key, str(each)) for each in quarters]


class ResultFilter(SearchFilter):
    """What indicators came to, by words of the indicator, by quarter and by whether it waits for anybody."""

    WAITS, SIGNED_OFF = "waits", "signed_off"

    searched = (
        "result__indicator__reference",
        "result__indicator__title",
        "result__indicator__unit__name",
    )

    quarter = filters.ChoiceFilter(
        label="Quarter",
        choices=_choices_of_quarters,
        empty_label="Every quarter",
        method="by_quarter",
    )
    state = filters.ChoiceFilter(
        label="Sign-off",
        choices=[(WAITS, "Waits to be signed off"), (SIGNED_OFF, "Signed off")],
        empty_label="Signed off or not",
        method="by_state",
    )

    class Meta:
        model = Revision
        fields = ["text", "quarter", "state"]

    def by_quarter(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(result__quarter=Quarter.parse(value))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        signed = [each for each in ResultState if each.is_signed_off]
        if value == self.SIGNED_OFF:
            return rows.filter(result__state__in=signed)
        return rows.exclude(result__state__in=signed)
