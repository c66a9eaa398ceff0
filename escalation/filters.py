"""Filters on the register, kept in the address so that what is seen can be sent to somebody."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q

from core.quarters import Quarter
from escalation.models.escalations import Escalation, EscalationQuerySet
from escalation.models.plans import Action, ActionQuerySet
from escalation.queries.register import overdue_at_level, under_variation
from escalation.rules.ladder import Origin
from organisation.filters import ByUnit
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.rules import Tree
from sorp.lexicon import Level

ONLY = [
    ("overdue", "Overdue at their level"),
    ("no_plan", "Without an action plan since"),
    ("relapse", "Relapses"),
    ("by_hand", "Referred up by a level"),
    ("varied", "Under a variation"),
    ("restated", "Restated"),
]


class EscalationFilter(filters.FilterSet):
    """Narrow the register by words, state, level, unit, trigger, quarter, or what is special.

    The view puts in `without_plan` the indicators whose plan is missing, which it needs anyway.
    """

    text = filters.CharFilter(label="Reference or title", method="by_text")
    state = filters.ChoiceFilter(
        label="State",
        choices=[
            ("open", "Open"),
            ("recovered", "Recovered"),
            ("ended", "Ended: no longer measured"),
        ],
        empty_label="Open and recovered",
        method="by_state",
    )
    level = filters.ChoiceFilter(
        label="Referred to", choices=Level.choices, empty_label="Every level"
    )
    unit = ByUnit(
        label="Unit",
        queryset=Unit.objects.order_by("name"),
        to_field_name="code",
        empty_label="The whole council",
        method="by_unit",
    )
    trigger = filters.AllValuesFilter(label="Trigger", empty_label="Every trigger")
    opened = filters.ChoiceFilter(
        label="Opened in", empty_label="Every quarter", method="by_quarter", choices=[]
    )
    only = filters.MultipleChoiceFilter(
        label="Only",
        choices=ONLY,
        widget=forms.CheckboxSelectMultiple,
        method="by_only",
    )

    class Meta:
        model = Escalation
        fields = ["text", "state", "level", "unit", "trigger", "opened", "only"]

    def __init__(self, *args: Any, tree: Tree, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tree, self.today = tree, today
        self.without_plan: set[int] = set()
        quarters = self.queryset.order_by("-opened_in").values_list("opened_in", flat=True)
        self.filters["opened"].extra["choices"] = [
            (each.key, str(each)) for each in quarters.distinct()
        ]

    @property
    def chosen(self) -> Iterator[tuple[str, str]]:
        """What the address narrows by, each as its label and the words of what was chosen."""
        for field in self.form.visible_fields():
            value = self.form.cleaned_data.get(field.name) if self.form.is_valid() else None
            if not value:
                continue
            choices = dict(getattr(field.field, "choices", ()))
            values = value if isinstance(value, list) else [value]
            yield field.label, ", ".join(str(choices.get(str(each), each)) for each in values)

    @property
    def narrows_further(self) -> bool:
        """Whether one of the filters is chosen that a page keeps out of the way."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        return any(chosen.get(name) for name in ("trigger", "opened", "only"))

    def by_text(self, rows: EscalationQuerySet, name: str, value: str) -> EscalationQuerySet:
        return rows.filter(
            Q(indicator__title__icontains=value) | Q(indicator__reference__icontains=value)
        )

    def by_state(self, rows: EscalationQuerySet, name: str, value: str) -> EscalationQuerySet:
        return {
            "open": rows.open_ones,
            "recovered": lambda: rows.exclude(recovered_in=None),
            "ended": lambda: rows.exclude(ended_in=None),
        }[value]()

    def by_unit(self, rows: EscalationQuerySet, name: str, unit: Unit) -> EscalationQuerySet:
        return rows.filter(indicator__unit__in=list(self.tree.below(unit.pk)))

    def by_quarter(self, rows: EscalationQuerySet, name: str, value: str) -> EscalationQuerySet:
        return rows.filter(opened_in=Quarter.parse(value))

    def by_only(self, rows: EscalationQuerySet, name: str, value: list[str]) -> EscalationQuerySet:
        """What is special in each of the ways that are ticked."""
        for each in value:
            rows = rows.filter(self._special(each))
        return rows

    def _special(self, word: str) -> Q:
        if word == "overdue":
            return Q(pk__in=overdue_at_level(today=self.today))
        if word == "varied":
            return under_variation(Quarter.containing(self.today).previous())
        return {
            "no_plan": Q(
                indicator__in=self.without_plan, recovered_in__isnull=True, ended_in__isnull=True
            ),
            "relapse": Q(relapse=True),
            "by_hand": Q(origin=Origin.MANUAL),
            "restated": Q(restated=True),
        }[word]


DUE_SOON = timedelta(days=14)


class ActionFilter(filters.FilterSet):
    """Narrow the actions of plans by words, whose they are, unit and how they stand."""

    text = filters.CharFilter(label="Action, indicator or name", method="by_text")
    who = filters.ChoiceFilter(
        label="Whose",
        choices=[("me", "Mine"), ("name", "A name alone, of no colleague")],
        empty_label="Everybody’s",
        method="by_who",
    )
    unit = filters.ModelChoiceFilter(
        label="Unit, with all below it",
        queryset=Unit.objects.order_by("name"),
        to_field_name="code",
        empty_label="Every unit",
        method="by_unit",
    )
    state = filters.ChoiceFilter(
        label="State",
        choices=[
            ("open", "Not done"),
            ("overdue", "Overdue"),
            ("soon", "Due within two weeks"),
            ("done", "Done"),
        ],
        empty_label="Done or not",
        method="by_state",
    )

    class Meta:
        model = Action
        fields = ["text", "who", "unit", "state"]

    def __init__(self, *args: Any, tree: Tree, today: date, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tree, self.today, self.reader = tree, today, reader

    def by_text(self, rows: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        indicator = "plan__indicator__"
        return rows.filter(
            Q(description__icontains=value)
            | Q(owner__icontains=value)
            | Q(person__name__icontains=value)
            | Q(**{f"{indicator}title__icontains": value})
            | Q(**{f"{indicator}reference__icontains": value})
        )

    def by_who(self, rows: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        return rows.of(self.reader) if value == "me" else rows.filter(person__isnull=True)

    def by_unit(self, rows: ActionQuerySet, name: str, unit: Unit) -> ActionQuerySet:
        return rows.filter(plan__indicator__unit__in=list(self.tree.below(unit.pk)))

    def by_state(self, rows: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        if value == "done":
            return rows.filter(done_on__isnull=False)
        left = rows.filter(done_on__isnull=True)
        return {
            "open": left,
            "overdue": left.filter(due_on__lt=self.today),
            "soon": left.filter(due_on__range=(self.today, self.today + DUE_SOON)),
        }[value]
