"""Filters on dashboards, kept in the address so that what is seen can be sent to somebody."""

from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from core.quarters import Quarter
from dashboards.queries.dashboard_lines import QUALITY_FLAGS
from escalation.models.close_previews import ClosePreview
from escalation.models.escalations import Escalation
from indicators.models.definitions import Indicator
from indicators.models.questions import Question
from indicators.models.ratings import Rating
from organisation.models.people import User
from sorp.lexicon import Kind, Layer, Level, Rag, Tier

STANDINGS = [
    *((each.value, each.label) for each in Rag),
    ("not_rated", "Not rated"),
]
QUALITY_CONDITIONS: dict[str, Q | Exists] = {
    "provisional": Q(confidence="provisional"),
    "estimated": Q(confidence="estimated"),
    "questions": Exists(Question.objects.unanswered().filter(revision=OuterRef("revision"))),
    "late": Q(revision__late=True),
    "revised": Q(revision__number__gt=1),
    "stale": Q(stale=True),
    "break": Q(definition_break=True),
}
WORSE = Q(was="green", is_now__in=["amber", "red"]) | Q(was="amber", is_now="red")
BETTER = Q(was="red", is_now__in=["amber", "green"]) | Q(was="amber", is_now="green")


class DashboardFilter(filters.FilterSet):
    """Narrow a dashboard to what is looked for, at the quarter that is shown.

    Of the open quarter a status is the one that its close would give.
    """

    text = filters.CharFilter(label="Title, reference or definition", method="by_text")
    rag = filters.ChoiceFilter(
        label="RAG now", choices=STANDINGS, empty_label="Any", method="by_rag"
    )
    moved = filters.ChoiceFilter(
        label="Since the quarter beside it",
        choices=[("worse", "Worse"), ("better", "Better")],
        empty_label="Any",
        method="by_movement",
    )
    escalated = filters.ChoiceFilter(
        label="Referred up",
        choices=[("any", "Yes, to any level"), ("no", "No"), *Level.choices()],
        empty_label="Any",
        method="by_level",
    )
    confidence = filters.ChoiceFilter(
        label="Doubts about the figure",
        choices=[(key, label) for key, label, _ in QUALITY_FLAGS],
        empty_label="Any",
        method="by_quality_flag",
    )
    tier = filters.ChoiceFilter(label="Tier", choices=Tier.choices(), empty_label="Every tier")
    kind = filters.ChoiceFilter(label="Kind", choices=Kind.choices(), empty_label="Every kind")
    layer = filters.ChoiceFilter(
        label="Layer of the report", choices=Layer.choices(), empty_label="Every layer"
    )
    accountable_manager = filters.ModelChoiceFilter(
        label="Accountable manager", queryset=User.objects.none(), empty_label="Everybody"
    )

    class Meta:
        model = Indicator
        fields = ["text", "rag", "moved", "escalated", "confidence", "tier", "kind", "layer"]

    def __init__(
        self, *args: Any, quarter: Quarter, compared: Quarter, is_open: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.quarter, self.compared, self.is_open = quarter, compared, is_open
        self.filters["accountable_manager"].queryset = User.objects.filter(
            pk__in=self.queryset.order_by().values("accountable_manager")
        )

    @property
    def chosen(self) -> dict[str, Any]:
        """What the address narrows by, field by field."""
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    @property
    def narrows_further(self) -> bool:
        """Whether one of the filters is chosen that the page keeps out of the way."""
        return bool(self.chosen.keys() - {"text", "rag"})

    def _rated(self, quarter: Quarter, *conditions: Q | Exists, **fields: Any) -> Exists:
        rows = Rating.objects.latest_ones().filter(
            *conditions, indicator=OuterRef("pk"), quarter=quarter, **fields
        )
        return Exists(rows)

    def by_text(self, rows: QuerySet[Indicator], name: str, value: str) -> QuerySet[Indicator]:
        return rows.filter(
            Q(title__icontains=value)
            | Q(reference__icontains=value)
            | Q(definition__icontains=value)
        )

    def by_rag(self, rows: QuerySet[Indicator], name: str, value: str) -> QuerySet[Indicator]:
        """As the counts have it: green on out-of-date figures is not rated."""
        is_green = self._stands("green") & ~Q(self._rated(self.quarter, stale=True))
        if value == "green":
            return rows.filter(is_green)
        if value == "not_rated":
            return rows.filter(~is_green, ~self._stands("amber", "red"), kind=Kind.KPI)
        return rows.filter(self._stands(value))

    def _stands(self, *rags: str) -> Q:
        if not self.is_open:
            return Q(self._rated(self.quarter, rag__in=rags))
        previews = ClosePreview.objects.filter(
            indicator=OuterRef("pk"), quarter=self.quarter, rag__in=rags
        )
        return Q(Exists(previews))

    def by_movement(self, rows: QuerySet[Indicator], name: str, value: str) -> QuerySet[Indicator]:
        stood = Rating.objects.latest_ones().filter(indicator=OuterRef("pk")).values("rag")
        now = ClosePreview.objects.filter(indicator=OuterRef("pk")).values("rag")
        rows = rows.annotate(
            was=Subquery(stood.filter(quarter=self.compared)),
            is_now=Subquery((now if self.is_open else stood).filter(quarter=self.quarter)),
        )
        return rows.filter(WORSE if value == "worse" else BETTER)

    def by_level(self, rows: QuerySet[Indicator], name: str, value: str) -> QuerySet[Indicator]:
        stood = Escalation.objects.open_at(self.quarter).filter(indicator=OuterRef("pk"))
        if value in {"any", "no"}:
            return rows.filter(Exists(stood) if value == "any" else ~Exists(stood))
        return rows.filter(Exists(stood.filter(level=value)))

    def by_quality_flag(
        self, rows: QuerySet[Indicator], name: str, value: str
    ) -> QuerySet[Indicator]:
        return rows.filter(self._rated(self.quarter, QUALITY_CONDITIONS[value]))
