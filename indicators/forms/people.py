"""What the performance team fills in about who answers for what."""

from django import forms

from core.forms import DayField
from core.quarters import Quarter
from indicators.models.definitions import Indicator
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
        help_text="Those who hold an accountable manager’s post today.",
        error_messages={
            "required": "Select who answers for them from now on",
            "invalid_choice": "Select somebody from the list: they hold an accountable manager’s"
            " post today",
        },
    )
    reason = forms.CharField(
        label="Why are they moved?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why they are moved"},
    )

    def __init__(self, *args, indicators, managers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["references"].queryset = indicators
        self.fields["references"].label_from_instance = lambda row: f"{row.reference} {row.title}"
        self.fields["to_user"].queryset = managers


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
    unit = forms.ModelChoiceField(
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

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people

    def clean(self):
        fields = super().clean()
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
    reason = forms.CharField(
        label="Why is it not measured?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why it is not measured"},
    )
    approved_by = forms.CharField(
        label="Who agreed to it?",
        max_length=200,
        error_messages={"required": "Enter who agreed to it"},
    )

    def __init__(self, *args, first, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [
            (each.key, str(each)) for each in first.until(Quarter.from_ordinal(first.ordinal + 7))
        ]
        self.fields["from_quarter"].choices = offered
        self.fields["until_quarter"].choices = [("", "Until further notice"), *offered]

    def clean(self):
        fields = super().clean()
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
        help_text="Tick any that somebody else answers for. The performance team will be told and"
        " will find out whose it is. Leave all unticked if all are yours.",
        error_messages={
            "invalid_choice": "%(value)s is no longer yours: the list below is up to date",
        },
    )

    def __init__(self, *args, indicators, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["not_mine"].choices = [
            (each.reference, f"{each.reference} {each.title}") for each in indicators
        ]
