"""What narrows a register, and what is filled in where several apps have a part."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.forms import DayField, PrintedText, field_of
from core.quarters import Quarter
from dashboards.queries.completion import OutstandingPerson
from organisation.forms.units import named_apart
from organisation.models.people import User
from organisation.rules import Branch, Tree, UnitTier


class RevisionsForm(forms.Form):
    """The restatement register of one quarter, or of one directorate."""

    quarter = forms.ChoiceField(label="Quarter revised", required=False)
    directorate = forms.ChoiceField(label="Directorate", required=False)

    def __init__(self, *args: Any, quarters: Iterable[Quarter], tree: Tree, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "quarter", forms.ChoiceField).choices = [
            ("", "Every quarter"),
            *((quarter.key, str(quarter)) for quarter in quarters),
        ]
        directorates = [
            branch for branch in tree.branches.values() if branch.tier is UnitTier.DIRECTORATE
        ]
        field_of(self, "directorate", forms.ChoiceField).choices = [
            ("", "Every directorate"),
            *sorted(named_apart(directorates), key=lambda choice: choice[1]),
        ]


class ComplianceForm(forms.Form):
    """How well the SORP was kept in one unit and below it."""

    unit = forms.ChoiceField(label="Directorate, division or team", required=False)

    def __init__(self, *args: Any, units: Iterable[tuple[Branch, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = list(units)
        names = dict(named_apart(branch for branch, _ in offered))
        field_of(self, "unit", forms.ChoiceField).choices = [
            ("", "The whole council"),
            *((branch.code, f"{'– ' * depth}{names[branch.code]}") for branch, depth in offered),
        ]


class RemindForm(forms.Form):
    """Whom to remind now, and in which words."""

    people = forms.TypedMultipleChoiceField(
        label="Who is reminded?",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Select somebody to remind",
            "invalid_choice": "Somebody you selected has submitted since: select again",
        },
    )
    subject = forms.CharField(
        label="Subject", max_length=200, error_messages={"required": "Enter a subject"}
    )
    words = forms.CharField(
        label="Message",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Each person’s list of missing results, your name and a link are added below it.",
        error_messages={"required": "Write the message"},
    )
    batch = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, outstanding: Iterable[OutstandingPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "people", forms.TypedMultipleChoiceField).choices = [
            (each.person.pk, f"{each.person.name}: {_lacking(each)}") for each in outstanding
        ]


def _lacking(each: OutstandingPerson) -> str:
    return ", ".join(
        f"{one.indicator.reference} ({one.progress.label.lower()})" for one in each.owed
    )


class LeaveForm(forms.Form):
    """Somebody's last day, who takes over what they answered for, and why."""

    ends_on = DayField(what="the last day", label="Last day")
    heir = forms.ModelChoiceField(
        User.objects.none(),
        label="Who takes over?",
        empty_label="Nobody: there is nothing to take over",
        required=False,
        help_text="People who hold an accountable manager’s post today.",
    )
    reason = PrintedText(
        label="Why do they leave?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For example, “Moving to Housing”. This is recorded.",
        error_messages={"required": "Say why they leave"},
    )

    def __init__(self, *args: Any, heirs: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "heir", forms.ModelChoiceField).queryset = heirs


class ActingForm(forms.Form):
    """For whom somebody acts from today, and who it is."""

    manager = forms.ModelChoiceField(
        User.objects.none(),
        label="For whom?",
        empty_label="Choose a manager",
        error_messages={"required": "Choose for whom somebody acts"},
    )
    acting = forms.ModelChoiceField(
        User.objects.none(),
        label="Who acts?",
        empty_label="Choose a person",
        error_messages={"required": "Choose who acts"},
    )
    reason = PrintedText(
        label="Why?",
        max_length=500,
        required=False,
        help_text="It is put on record.",
    )

    def __init__(
        self, *args: Any, managers: Iterable[User], people: QuerySet[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        within = [each.pk for each in managers]
        field_of(self, "manager", forms.ModelChoiceField).queryset = User.objects.filter(
            pk__in=within
        )
        field_of(self, "acting", forms.ModelChoiceField).queryset = people
