"""What people fill in about savings."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from core.forms import DayField, PrintedText, field_of
from indicators.models.definitions import Indicator
from organisation.forms.accounts import PersonField
from organisation.forms.units import UnitChoice
from organisation.models.people import User
from organisation.models.units import Unit
from strategy.forms.plan import PartForm, description_field, first_day_field
from strategy.models.plan import PlanPart, Project
from strategy.models.savings import Saving
from strategy.rules.savings import read_pounds

REFERENCE = RegexValidator(
    r"^[A-Za-z0-9](?:[A-Za-z0-9.\-&/ ]*[A-Za-z0-9])?$",
    "Use letters, figures, spaces inside and . - & /",
)


class PoundsField(forms.CharField):
    """Whole pounds, typed as people write them: 250000, 250,000, £250,000. What was typed stays."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "widget",
            forms.TextInput(
                attrs={
                    "inputmode": "numeric",
                    "class": "govuk-input--width-10",
                    "autocomplete": "off",
                }
            ),
        )
        super().__init__(max_length=40, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_pounds(text)
        except ValueError as reason:
            said = str(reason)
            raise forms.ValidationError(said[:1].upper() + said[1:]) from None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}" if isinstance(value, int) else value


def reference_field(example: str) -> PrintedText:
    return PrintedText(
        label="Reference",
        max_length=30,
        validators=[REFERENCE],
        help_text=f"Such as {example}. It is how files know it, so it cannot be changed later.",
        error_messages={"required": f"Enter its reference, such as {example}"},
    )


def owner_field() -> PersonField:
    return PersonField(
        User.objects.none(),
        label="Who owns it?",
        to_field_name="email",
        empty_label="Choose a person",
        error_messages={"required": "Choose who owns it"},
    )


def project_field() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Project.objects.none(),
        label="Which project is it part of?",
        to_field_name="slug",
        empty_label="None",
        required=False,
    )


def offer_owner_and_project(form: forms.Form, part: PlanPart | None) -> None:
    """Those who may be chosen: everybody here, every project that goes on, and what stands there now."""
    owners, projects = User.objects.filter(is_active=True), Project.objects.filter(ends_on=None)
    if part is not None:
        owners |= User.objects.filter(pk=getattr(part, "owner_id"))  # noqa: B009 of a saving or a risk
        projects |= Project.objects.filter(pk=getattr(part, "project_id"))  # noqa: B009
    field_of(form, "owner", PersonField).queryset = owners.distinct().order_by("name")
    field_of(form, "project", forms.ModelChoiceField).queryset = projects.distinct()


class SavingForm(PartForm):
    """A saving that the Medium Term Financial Plan counts on."""

    settled = ("reference",)

    reference = reference_field("MTFP-014")
    title = PrintedText(
        label="What is saved?",
        max_length=200,
        error_messages={"required": "Say what is saved"},
    )
    description = description_field()
    amount = PoundsField(
        label="How much is to be saved?",
        help_text="In whole pounds, all years together, such as 250,000.",
        error_messages={"required": "Enter how much is to be saved, in pounds"},
    )
    profile = PrintedText(
        label="When does it fall?",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One year or quarter on each line, such as 2011/12 100,000 or Q1 2012/13 50,000. Together they come to the amount. Leave it empty if it is not known yet.",
    )
    unit = UnitChoice(
        Unit.objects.order_by("name"),
        label="Which unit makes it?",
        to_field_name="code",
        empty_label="Choose a unit",
        error_messages={"required": "Choose the unit"},
    )
    owner = owner_field()
    project = project_field()
    indicator = forms.ModelChoiceField(
        Indicator.objects.order_by("reference"),
        label="Which indicator shows it, or may suffer from it?",
        to_field_name="reference",
        empty_label="None",
        required=False,
    )
    starts_on = first_day_field()

    def __init__(self, *args: Any, part: Saving | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        offer_owner_and_project(self, part)


class ReportSavingForm(forms.Form):
    """How a saving stands. Its amount is not here: what was counted on is not changed by falling short."""

    as_at = DayField(label="As at which day?", what="the day of these figures")
    delivered = PoundsField(
        label="How much is delivered so far?",
        help_text="In whole pounds, all years together. 0 if nothing is yet.",
        error_messages={"required": "Enter how much is delivered so far; 0 if nothing is"},
    )
    forecast = PoundsField(
        label="How much do you expect in all?",
        help_text="With what is delivered already.",
        error_messages={"required": "Enter how much you expect in all"},
    )
    at_risk = PoundsField(
        label="How much of that is at risk?",
        help_text="0 if none is.",
        error_messages={"required": "Enter how much is at risk; 0 if none is"},
    )
    note = PrintedText(
        label="Note",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="If some of it is at risk, or it falls short, say why and what is being done.",
    )
