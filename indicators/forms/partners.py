"""What is said about a partner, what a partner fills in, and what a manager decides on it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from core.clock import localdate
from core.forms import DayField, PrintedText, QuarterTextField
from indicators.forms.results import FigureField
from indicators.models.definitions import Indicator
from indicators.queries.partners import AskedOfPartner
from indicators.rules.evidence import LARGEST, TOO_LARGE
from indicators.rules.partners import GIVEN, LONGEST_GIVEN


class PartnerForm(forms.Form):
    """Whom the link goes to, for which indicators, and until when."""

    contact = PrintedText(
        label="Who gives the figures there?",
        max_length=200,
        error_messages={"required": "Enter the name of the person who gives the figures"},
    )
    email = forms.EmailField(
        label="E-mail address",
        error_messages={
            "required": "Enter their e-mail address",
            "invalid": "Enter an e-mail address, like name@partner.example",
        },
    )
    indicators = forms.CharField(
        label="Of which indicators?",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="References, one a line. They see only these.",
        error_messages={"required": "Name at least one indicator"},
    )
    quarter = QuarterTextField(
        label="Of which quarter?",
        required=False,
        help_text="Leave it empty for every quarter that opens while the link works.",
    )
    ends_on = DayField(what="the last day on which the link works", label="Until when?")

    def clean_indicators(self) -> list[Indicator]:
        asked = [
            each.strip()
            for each in re.split(r"[\n;,]", self.cleaned_data["indicators"])
            if each.strip()
        ]
        known = {each.reference: each for each in Indicator.objects.filter(reference__in=asked)}
        if missing := [each for each in asked if each not in known]:
            raise forms.ValidationError(f"There is no indicator {', '.join(missing[:5])}")
        return [known[each] for each in dict.fromkeys(asked)]


class NewPartnerForm(PartnerForm):
    """A partner that is invited from a day on."""

    name = PrintedText(
        label="What is the organisation called?",
        max_length=200,
        error_messages={"required": "Enter what the organisation is called"},
    )
    starts_on = DayField(what="the first day on which the link works", label="From when?")
    field_order = ("name", "contact", "email", "indicators", "quarter", "starts_on", "ends_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = localdate()


class WithdrawForm(forms.Form):
    """Why a partner gives no more."""

    because = PrintedText(
        label="Why?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why it is withdrawn"},
    )


class GivenForm(forms.Form):
    """A partner's figure for one indicator and quarter: it is read by the rules, as a manager's is."""

    value = FigureField(label="Result")
    numerator = FigureField(label="Numerator")
    denominator = FigureField(label="Denominator")
    not_available = forms.CharField(
        label="If there is no figure, why not?", required=False, max_length=300
    )
    commentary = PrintedText(
        label="What should its manager know?",
        required=False,
        max_length=LONGEST_GIVEN,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="They may use it in what is published.",
    )
    file = forms.FileField(
        label="A file that supports it",
        required=False,
        help_text="PDF, DOCX, XLSX, CSV, TXT, PNG or JPG, smaller than 5 MB.",
        error_messages={"empty": "The selected file is empty"},
    )

    def __init__(self, *args: Any, asked: AskedOfPartner) -> None:
        super().__init__(*args)
        self.initial = asked.row
        indicator = asked.indicator
        if indicator.measure_unit:
            self.fields["value"].label = f"Result ({indicator.measure_unit})"
        if not indicator.denominator_name:
            del self.fields["numerator"], self.fields["denominator"]
        else:
            self.fields["numerator"].label = indicator.numerator_name or "Numerator"
            self.fields["denominator"].label = indicator.denominator_name
            self.fields["value"].help_text = "Leave it empty if you give the two counts below."

    def clean_file(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > LARGEST:
            raise forms.ValidationError(TOO_LARGE)
        return file

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the boxes for figures and words."""
        return {name: self.cleaned_data.get(name, "") for name in GIVEN}


class DecideGivenForm(forms.Form):
    """Whether a manager takes a partner's figure."""

    verdict = forms.ChoiceField(
        label="Do you accept it?",
        choices=[("accept", "Yes, into my draft"), ("refuse", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether you accept it"},
    )
    why = PrintedText(
        label="If not, why?",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The partner reads this, and may give another figure.",
    )
