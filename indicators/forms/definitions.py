"""What is filled in to measure something, to define it otherwise, and to move it from a day on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField

from core.clock import localdate
from core.fields import Digits
from core.forms import DayField, LongText, PrintedText, QuarterTextField, field_of
from indicators.models.definitions import REFERENCE, Indicator, part_in_words
from indicators.queries.accountability import eligible_managers
from indicators.rules.definitions import contradictions
from indicators.services.definitions import last_quarter_given
from organisation.forms.accounts import PersonField
from organisation.forms.units import UnitChoice
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import tree_on
from sorp.lexicon import (
    Basis,
    Frequency,
    Kind,
    Layer,
    MadeOfMonths,
    Polarity,
    RatingMethod,
    Tier,
    Topic,
)
from sorp.rules.patterns import due_quarters

PARAGRAPHS: LongText = {"widget": forms.Textarea(attrs={"rows": 4}), "max_length": 20_000}
TOLERANCE: Digits = {"max_digits": 6, "decimal_places": 3}
SIGNS = [("yes", "Yes"), ("no", "No"), ("", "Nobody has said")]
YEAR_AHEAD = 370


def _whole(label: str, most: int, **options: Any) -> forms.IntegerField:
    advice = f"Enter a whole number from 0 to {most}"
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), advice)
    return forms.IntegerField(
        label=label, min_value=0, max_value=most, error_messages=messages, **options
    )


class DefinitionForm(forms.Form):
    """What an indicator is. What contradicts itself is said at the field to change."""

    GROUPS: Mapping[str, tuple[str, ...]] = {
        "What it measures": (
            *("reference", "title", "kind", "definition", "source", "codes"),
            *("measure_unit", "decimals", "may_be_negative", "numerator_name", "denominator_name"),
        ),
        "When figures are due": (
            *("frequency", "basis", "due", "made_of_months", "lag_quarters", "seasonal"),
            "first_quarter",
        ),
        "How it is judged": ("polarity", "method", "tolerance"),
        "Who works on it": (
            *("unit", "accountable_manager", "data_provider", "contributors", "checker"),
            "next_review",
        ),
        "Where it belongs": ("tier", "layer", "topic"),
        "This change": ("reason", "break_from"),
    }

    title = PrintedText(
        label="Title", max_length=200, error_messages={"required": "Enter the title"}
    )
    kind = forms.ChoiceField(label="Kind", choices=Kind.choices, initial=Kind.KPI)
    definition = PrintedText(
        label="Definition and method",
        required=False,
        help_text="What is counted, what is left out, and how. This is published.",
        **PARAGRAPHS,
    )
    source = PrintedText(
        label="Source",
        required=False,
        help_text="Where the figures come from: a system, a survey, a publisher.",
        **PARAGRAPHS | {"widget": forms.Textarea(attrs={"rows": 2})},
    )
    codes = PrintedText(
        label="Codes of national frameworks",
        required=False,
        max_length=300,
        help_text="For example, LGBF:CORP 4; LOF:1.2.",
    )
    measure_unit = PrintedText(
        label="Unit", required=False, max_length=40, help_text="%, £, days, people …"
    )
    decimals = _whole("Decimals shown", 6, initial=0)
    may_be_negative = forms.ChoiceField(
        label="Can a result be below zero?",
        choices=SIGNS,
        widget=forms.RadioSelect,
        required=False,
    )
    numerator_name = PrintedText(
        label="What the numerator counts",
        required=False,
        max_length=200,
        help_text="For example, Bins emptied on the day.",
    )
    denominator_name = PrintedText(
        label="What the denominator counts",
        required=False,
        max_length=200,
        help_text="For example, Bins due to be emptied.",
    )
    frequency = forms.ChoiceField(
        label="How often is there a figure?",
        choices=Frequency.choices,
        initial=Frequency.QUARTERLY,
    )
    basis = forms.ChoiceField(
        label="What period does a figure cover?",
        choices=Basis.choices,
        initial=Basis.QUARTER,
    )
    due = forms.CharField(
        label="In which quarters is it due?",
        required=False,
        max_length=20,
        help_text="For example, Q2, or Q1 Q3. For every second year, give the first: 2024-Q3. Leave it empty if “how often” already says it.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    made_of_months = forms.ChoiceField(
        label="How do months make a quarter?",
        required=False,
        choices=[("", "No figure is given by month"), *MadeOfMonths.choices()],
    )
    lag_quarters = _whole(
        "Lag in quarters",
        20,
        initial=0,
        help_text="How many quarters old a figure is when it comes. Enter 0 if it is for its own quarter.",
    )
    seasonal = forms.BooleanField(
        label="It is seasonal: the same quarter of other years is a better guide than the quarter before",
        required=False,
    )
    first_quarter = QuarterTextField(
        label="First quarter in which it is measured",
        help_text="The earliest quarter with a figure. For example, Q1 2019/20.",
        error_messages={"required": "Enter the first quarter in which it is measured"},
    )
    polarity = forms.ChoiceField(
        label="Which way is better?",
        choices=Polarity.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select which way is better"},
    )
    method = forms.ChoiceField(
        label="How is it rated?",
        choices=RatingMethod.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select how it is rated"},
    )
    tolerance = forms.DecimalField(
        label="Tolerance, in per cent of the target",
        required=False,
        error_messages={"invalid": "Enter the tolerance as a number, such as 10"},
        **TOLERANCE,
    )
    data_provider = PrintedText(
        label="Data provider",
        required=False,
        max_length=200,
        help_text="Who gives the figure: a person, a team, a partner organisation.",
    )
    contributors = PrintedText(
        label="Contributors",
        required=False,
        max_length=500,
        help_text="Who else contributes. Put a semicolon between names.",
    )
    checker = PersonField(
        User.objects.filter(is_active=True),
        label="Checker",
        required=False,
        empty_label="Nobody",
        help_text="Checks its figures before they go for sign-off. Not its accountable manager.",
    )
    next_review = DayField(
        label="Next review of the definition", what="the day of the next review", required=False
    )
    tier = forms.ChoiceField(
        label="Tier", choices=Tier.choices, help_text="Whose dashboard it belongs to."
    )
    layer = forms.ChoiceField(
        label="Place in the quarterly report", choices=Layer.choices, initial=Layer.NONE
    )
    topic = forms.ChoiceField(
        label="What does it tell of?",
        required=False,
        choices=[("", "A service, or the council as a whole"), *Topic.choices()],
        help_text="Assurance teams receive the others with every meeting’s papers.",
    )

    @property
    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """The fields under their headings, for the page."""
        for heading, names in self.GROUPS.items():
            if fields := [self[name] for name in names if name in self.fields]:
                yield heading, fields

    def clean_due(self) -> str:
        try:
            numbers, first = due_quarters(self.cleaned_data["due"])
        except ValueError as reason:
            raise forms.ValidationError(str(reason)) from None
        return first.key if first else " ".join(f"Q{number}" for number in numbers)

    def clean_may_be_negative(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["may_be_negative"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        needed = ("kind", "polarity", "method", "basis", "frequency", "due", "lag_quarters")
        if {*needed, "tolerance", "made_of_months"} <= set(given):
            for name, told in contradictions(
                kind=Kind(given["kind"]),
                polarity=Polarity(given["polarity"]),
                method=RatingMethod(given["method"]),
                tolerance=given["tolerance"],
                basis=given["basis"],
                frequency=Frequency(given["frequency"]),
                due=given["due"],
                lag_quarters=given["lag_quarters"],
                made_of_months=given["made_of_months"],
                seasonal=given["seasonal"],
            ):
                self.add_error(name, told)
        return given


class NewIndicatorForm(DefinitionForm):
    """A new indicator: what it is, of which unit, and who answers for it."""

    reference = forms.RegexField(
        f"^{REFERENCE}$",
        label="Reference",
        max_length=30,
        help_text="Letters, figures, spaces inside and . - & /. It cannot be changed later.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
        error_messages={
            "required": "Enter the reference",
            "invalid": "Use letters, figures, spaces inside and . - & /, up to 30",
        },
    )
    unit = UnitChoice(
        Unit.objects.none(),
        label="Unit of the organisation",
        to_field_name="code",
        empty_label="Select a unit",
        error_messages={"required": "Select the unit it belongs to"},
    )
    accountable_manager = PersonField(
        User.objects.none(),
        label="Accountable manager",
        empty_label="Select a person",
        help_text="One person, who holds an accountable manager’s post today.",
        error_messages={"required": "Select who answers for it"},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units_on(today)
        managers = eligible_managers(on=today)
        field_of(self, "accountable_manager", PersonField).queryset = managers

    def clean_reference(self) -> str:
        """One that addresses and names of files can tell from every other."""
        reference: str = self.cleaned_data["reference"]
        if Indicator.objects.filter(reference=reference).exists():
            raise forms.ValidationError(f"{reference} is another indicator’s: enter another")
        try:
            Indicator(reference=reference).clean()
        except forms.ValidationError as refusal:
            raise forms.ValidationError(refusal.message_dict["reference"]) from None
        return reference

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        manager = given.get("accountable_manager")
        if manager is not None and manager == given.get("checker"):
            self.add_error("checker", "Select somebody else: no manager checks their own indicator")
        return given


class ChangedDefinitionForm(DefinitionForm):
    """An indicator that stands, defined otherwise. Its unit and manager move on a page of their own."""

    reason = PrintedText(
        label="Why is it changed?",
        required=False,
        max_length=500,
        help_text="This is published with the new definition.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    break_from = QuarterTextField(
        label="From which quarter can figures no longer be compared with earlier ones?",
        required=False,
        help_text="Leave it empty if they can still be compared. Otherwise trends and runs start again there.",
    )

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        kwargs.setdefault("initial", self.initial_of(indicator))
        super().__init__(*args, **kwargs)
        self.indicator = indicator

    @classmethod
    def initial_of(cls, indicator: Indicator) -> dict[str, Any]:
        """What stands."""
        stands = {
            name: getattr(indicator, name) for name in cls.base_fields if hasattr(indicator, name)
        }
        signs = {True: "yes", False: "no", None: ""}
        return stands | {"may_be_negative": signs[indicator.may_be_negative]}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("checker") == self.indicator.accountable_manager:
            self.add_error("checker", "Select somebody else: no manager checks their own indicator")
        has_other_span = given.get("basis") not in (None, self.indicator.basis)
        last = last_quarter_given(self.indicator) if has_other_span else None
        if last is not None and "break_from" in given and given["break_from"] is None:
            self.add_error(
                "break_from",
                "Enter the first quarter whose figure covers the new period:"
                f" {last.next()} or later",
            )
        return given


class IndicatorMoveForm(forms.Form):
    """Where an indicator goes, from which day on, and why."""

    unit = UnitChoice(Unit.objects.none(), label="Unit", to_field_name="code", empty_label=None)
    manager = PersonField(
        User.objects.filter(is_active=True), label="Accountable manager", empty_label=None
    )
    from_day = DayField(label="From which day?", what="the day from which it applies")
    reason = PrintedText(
        label="Why?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why it is moved"},
    )

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        stands = {
            "unit": indicator.unit.code,
            "manager": indicator.accountable_manager_id,
            "from_day": localdate(),
        }
        kwargs.setdefault("initial", stands)
        super().__init__(*args, **kwargs)
        # Units and managers of a day to come are checked on that day, not left out today.
        field_of(self, "unit", forms.ModelChoiceField).queryset = Unit.objects.order_by("name")


def units_on(day: date) -> Any:
    """The units that stand on a day, by name."""
    return Unit.objects.filter(pk__in=list(tree_on(day).branches)).order_by("name")


def label_of(form: forms.Form, name: str) -> str:
    """A part of a definition as its form calls it."""
    field = form.fields.get(name)
    return str(field.label) if field is not None and field.label else part_in_words(name)
