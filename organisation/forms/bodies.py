"""What is filled in about bodies that meet, and who sits on them."""

from __future__ import annotations

from typing import Any

from django import forms

from core.clock import localdate
from core.forms import DayField, PrintedText, field_of
from organisation.forms.units import (
    NamedOnceForm,
    NamesApart,
    UnitChoices,
    code_field,
    name_field,
)
from organisation.models.bodies import Committee
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.rules import BodyKind, MembershipRole


def units_field(label: str, help_text: str) -> forms.ModelMultipleChoiceField:
    return UnitChoices(
        Unit.objects.none(),
        label=label,
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=help_text,
    )


def directorates(form: forms.Form, *names: str) -> None:
    """These fields offer the units right below the council, which bodies are shared out by."""
    stand = Unit.objects.not_closed(localdate()).filter(parent__parent=None, parent__isnull=False)
    for name in names:
        field_of(form, name, forms.ModelMultipleChoiceField).queryset = stand.order_by("name")


class BodyChoice(forms.ModelChoiceField):
    """One body; two of one name are told apart by their codes."""

    iterator = NamesApart


class BodyForm(forms.Form):
    """What a body is called, of what kind it is, and which units it looks at."""

    name = name_field()
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Choose a kind"), *BodyKind.choices()],
        error_messages={"required": "Choose what kind of body it is"},
    )
    units = units_field(
        "Which units does it look at?", "Leave all unticked if it looks at every unit."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        directorates(self, "units")

    def clean_kind(self) -> BodyKind:
        return BodyKind(self.cleaned_data["kind"])


class NewBodyForm(NamedOnceForm, BodyForm):
    """A body that exists from a day on."""

    code = code_field()
    starts_on = DayField(what="the day from which it exists", label="From when?")
    field_order = ("name", "is_another", "code", "kind", "units", "starts_on")

    def standing(self, name: str) -> tuple[str, str] | None:
        meet = Committee.objects.filter(name__iexact=name).exclude(ends_on__lt=localdate())
        return meet.values_list("name", "code").first()


class MembershipForm(forms.Form):
    """Who sits on a body, in what part, with which portfolio, and between which days."""

    person = forms.ModelChoiceField(
        User.objects.none(), label="Who?", empty_label="Choose a person"
    )
    role = forms.ChoiceField(
        label="As what?", choices=MembershipRole.choices, widget=forms.RadioSelect
    )
    portfolio = PrintedText(
        label="Portfolio",
        max_length=200,
        required=False,
        help_text="Of a Cabinet Member, such as “Environment, Highways and Waste”.",
    )
    units = units_field(
        "Which units does the portfolio cover?", "Leave all unticked if there is none."
    )
    starts_on = DayField(what="the first day", label="First day")
    ends_on = DayField(what="the last day", label="Last day", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        directorates(self, "units")
        active = User.objects.filter(is_active=True)
        field_of(self, "person", forms.ModelChoiceField).queryset = active

    def clean_role(self) -> MembershipRole:
        return MembershipRole(self.cleaned_data["role"])


class PortfolioForm(forms.Form):
    """A portfolio, and the units it reaches."""

    portfolio = PrintedText(label="Portfolio", max_length=200, required=False)
    units = units_field("Which units does it cover?", "Leave all unticked if there are none.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        directorates(self, "units")
