"""What the performance team fills in about who answers for what."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.forms import DayField, PrintedText, field_of
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from organisation.forms.units import UnitChoice
from organisation.models.people import User
from organisation.models.units import Unit


class MoveForm(forms.Form):
    """Moving one manager's indicators to another."""

    references = forms.ModelMultipleChoiceField(
        Indicator.objects.none(),
        label="Which indicators?",
        to_field_name="reference",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Select the indicators to move",
            "invalid_choice": "%(value)s is no longer theirs: select from the list",
        },
    )
    to_user = forms.ModelChoiceField(
        User.objects.none(),
        label="Who answers for them from now on?",
        empty_label="Select a manager",
        help_text="People who hold an accountable manager’s post today.",
        error_messages={
            "required": "Select who answers for them from now on",
            "invalid_choice": "Select somebody from the list: they hold an accountable manager’s"
            " post today",
        },
    )
    reason = PrintedText(
        label="Why are they moved?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why they are moved"},
    )

    def __init__(
        self, *args: Any, indicators: QuerySet[Indicator], managers: QuerySet[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "references", forms.ModelMultipleChoiceField).queryset = indicators
        field_of(self, "to_user", forms.ModelChoiceField).queryset = managers


class DeputyForm(forms.Form):
    """Who stands in for a unit's managers, between two days."""

    person = forms.ModelChoiceField(
        User.objects.none(),
        label="Who deputises?",
        empty_label="Select a person",
        error_messages={
            "required": "Select who deputises",
            "invalid_choice": "Select who deputises from the list",
        },
    )
    unit = UnitChoice(
        Unit.objects.order_by("name"),
        label="For which unit?",
        empty_label="Select a unit",
        help_text="They may submit results for its indicators, and for those of the units below it.",
        error_messages={
            "required": "Select the unit",
            "invalid_choice": "Select the unit from the list",
        },
    )
    starts_on = DayField(label="From which day?", what="the first day")
    ends_on = DayField(label="Until which day?", what="the last day")

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "person", forms.ModelChoiceField).queryset = people

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        starts_on, ends_on = fields.get("starts_on"), fields.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "The last day must be the same as or after the first day")
        return fields


class EndDeputyForm(forms.Form):
    """The last day on which somebody deputises."""

    ends_on = DayField(label="What is their last day?", what="their last day")


class SuspendForm(forms.Form):
    """Agreeing that an indicator is not measured for some quarters."""

    from_quarter = forms.TypedChoiceField(
        label="From which quarter?",
        coerce=Quarter.parse,
        error_messages={"required": "Select the first quarter in which it is not measured"},
    )
    until_quarter = forms.TypedChoiceField(
        label="Until which quarter?",
        coerce=Quarter.parse,
        required=False,
        empty_value=None,
        help_text="The last in which it is not measured.",
    )
    reason = PrintedText(
        label="Why is it not measured?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why it is not measured"},
    )
    approved_by = PrintedText(
        label="Who agreed to it?",
        max_length=200,
        error_messages={"required": "Enter who agreed to it"},
    )

    def __init__(self, *args: Any, first: Quarter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (each.key, str(each)) for each in first.until(Quarter.from_ordinal(first.ordinal + 7))
        ]
        field_of(self, "from_quarter", forms.TypedChoiceField).choices = offered
        until = field_of(self, "until_quarter", forms.TypedChoiceField)
        until.choices = [("", "Until further notice"), *offered]

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        first, last = fields.get("from_quarter"), fields.get("until_quarter")
        if first and last and last < first:
            self.add_error("until_quarter", f"Select {first} or a later quarter")
        return fields


class AttestationForm(forms.Form):
    """I am accountable for these, but for those ticked."""

    not_mine = forms.MultipleChoiceField(
        label="Are any of these not yours?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick any that somebody else answers for, and the performance team will find out who. Leave all unticked if all are yours.",
        error_messages={
            "invalid_choice": "%(value)s is no longer yours: the list below is up to date",
        },
    )

    def __init__(self, *args: Any, indicators: Iterable[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "not_mine", forms.MultipleChoiceField).choices = [
            (each.reference, f"{each.reference} {each.title}") for each in indicators
        ]
