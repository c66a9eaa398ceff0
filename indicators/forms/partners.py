"""What is said about a partner, what a partner fills in, and what a manager decides on it."""

from __future__ import annotations

import re
from copy import copy
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from core.clock import localdate
from core.forms import DayField, PrintedText, QuarterTextField
from core.months import months_of
from indicators.forms.results import FigureField
from indicators.models.definitions import Indicator
from indicators.queries.partners import AskedOfPartner
from indicators.rules.entry import ANSWERS, month_field
from indicators.rules.evidence import LARGEST, TOO_LARGE
from indicators.rules.partners import GIVEN, LONGEST_GIVEN
from sorp.lexicon import Rag


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


def _mid_sentence(label: str) -> str:
    return label[:1].lower() + label[1:]


class GivenForm(forms.Form):
    """A partner's figure for one indicator and quarter: it is read by the rules, as a manager's is."""

    value = FigureField(label="Result")
    numerator = FigureField(label="Numerator")
    denominator = FigureField(label="Denominator")
    not_available = forms.CharField(
        label="If there is no figure, why not?", required=False, max_length=300
    )
    status = forms.ChoiceField(
        label="How do you rate it yourselves?",
        required=False,
        choices=[("", "We do not"), *((each.value, each.label) for each in Rag)],
        help_text="Its manager reads it. The council’s own status follows from its own rules.",
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
        in_unit = f" ({indicator.measure_unit})" if indicator.measure_unit else ""
        counted = indicator.denominator_name
        labels = {
            "value": f"Result{in_unit}",
            "numerator": indicator.numerator_name or "Numerator",
            "denominator": counted,
            "not_available": "If there is no figure, why not?",
        }
        if not counted:
            del labels["numerator"], labels["denominator"]
        if indicator.made_of_months:
            months = list(enumerate(months_of(asked.quarter), start=1))
            boxes = {
                month_field(place, part): (part, f"{month}: {_mid_sentence(label)}")
                for place, month in months
                for part, label in labels.items()
            }
        else:
            boxes = {part: (part, label) for part, label in labels.items()}
        for part in ANSWERS:
            field = self.fields.pop(part)
            for name, (of, label) in boxes.items():
                if of == part:
                    self.fields[name] = copy(field)
                    self.fields[name].label = label
                    if part == "value" and counted:
                        told = "Leave it empty if you give the two counts below."
                        self.fields[name].help_text = told
        self.order_fields([*boxes, "status", "commentary", "file"])

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
