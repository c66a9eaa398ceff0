"""What an auditor asks for, and what was found."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms

from core.forms import PrintedText, field_of
from core.quarters import Quarter
from indicators.queries.samples import RAGS, Drawable
from indicators.rules.samples import MOST_DRAWN, Found, Method
from organisation.forms.units import UnitChoice
from organisation.models.units import Unit
from sorp.lexicon import Tier


class SampleForm(forms.Form):
    """How many results, of what, drawn how, and by which seed."""

    purpose = PrintedText(
        label="What is it for?",
        max_length=200,
        help_text="Such as “Data quality audit 2011/12, first visit”.",
        error_messages={"required": "Say what the sample is for"},
    )
    from_quarter = forms.TypedChoiceField(
        label="From which quarter?",
        coerce=Quarter.parse,
        error_messages={
            "required": "Choose the first quarter",
            "invalid_choice": "Choose a quarter that is closed",
        },
    )
    until_quarter = forms.TypedChoiceField(
        label="Until which quarter?",
        coerce=Quarter.parse,
        error_messages={
            "required": "Choose the last quarter",
            "invalid_choice": "Choose a quarter that is closed",
        },
    )
    unit = UnitChoice(
        label="Which unit, with every unit below it?",
        queryset=Unit.objects.order_by("name"),
        required=False,
        empty_label="The whole council",
    )
    tier = forms.ChoiceField(
        label="Which level of indicator?",
        choices=[("", "Every level"), *Tier.choices()],
        required=False,
    )
    rag = forms.ChoiceField(
        label="Which RAG status?",
        choices=[("", "Every status"), *((each, each) for each in RAGS)],
        required=False,
    )
    method = forms.ChoiceField(
        label="How is it drawn?",
        choices=Method.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it is drawn"},
    )
    size = forms.IntegerField(
        label="How many results?",
        min_value=1,
        max_value=MOST_DRAWN,
        help_text=f"Up to {MOST_DRAWN}.",
        error_messages={
            "required": "Enter how many results are drawn",
            "invalid": "Enter how many as a whole number",
            "min_value": "Draw at least one result",
            "max_value": f"Draw at most {MOST_DRAWN} results",
        },
    )
    seed = PrintedText(
        label="Seed",
        max_length=40,
        help_text="The same seed always draws the same sample from the same results. Keep this one, or enter your own.",
        error_messages={"required": "Enter a seed, such as a number from a table or a thrown die"},
    )

    def __init__(self, *args: Any, quarters: list[Quarter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.key, str(each)) for each in quarters]
        for name in ("from_quarter", "until_quarter"):
            field_of(self, name, forms.TypedChoiceField).choices = choices
        self.fields["seed"].initial = secrets.token_hex(4)
        self.fields["method"].initial = Method.SIMPLE
        if quarters:
            self.fields["from_quarter"].initial = quarters[0].key
            self.fields["until_quarter"].initial = quarters[0].key

    @property
    def drawable(self) -> Drawable:
        given = self.cleaned_data
        return Drawable(
            given["from_quarter"],
            given["until_quarter"],
            given["unit"],
            given["tier"],
            given["rag"],
        )


class FoundForm(forms.Form):
    """Agreed, not agreed or not evidenced, with a note."""

    found = forms.TypedChoiceField(
        label="What did you find?",
        choices=Found.choices,
        coerce=Found,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether you agree the result"},
    )
    note = PrintedText(
        label="Note",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What you looked at, and what was wrong. Needed unless you agree.",
    )


class EndSampleForm(forms.Form):
    """What the sample came to."""

    conclusion = PrintedText(
        label="What is your conclusion?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Enter your conclusion"},
    )
