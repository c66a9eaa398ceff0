"""What a manager fills in. A form asks in plain words and gives back what was typed."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from django import forms

from indicators.models import Indicator
from indicators.queries import ResultSheet
from indicators.services import ResultGiven
from sorp.lexicon import Confidence, Quarter

# A plain number, with commas between thousands if need be, and no more figures than any result has.
NUMBER = re.compile(r"[-−+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?|[-−+]?\.\d+")
LONGEST = 30


class FigureField(forms.CharField):
    """A number as people write it: 1,234.5 or 76.4 %. Gives a Decimal, or None where left empty."""

    one_of_several = True  # some figure is wanted, so none is marked optional

    def __init__(self, *, what: str, measure_unit: str = "", **kwargs):
        self.what, self.measure_unit = what, measure_unit
        kwargs.setdefault("required", False)
        attributes = {
            "inputmode": "decimal",
            "autocomplete": "off",
            "class": "govuk-input--width-10",
        }
        super().__init__(widget=forms.TextInput(attrs=attributes), **kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        plain = text.replace(" ", "").replace("\u00a0", "")
        if self.measure_unit == "%":
            plain = plain.removesuffix("%")
        if self.measure_unit.startswith("£"):
            plain = plain.removeprefix("£")
        if not NUMBER.fullmatch(plain) or len(plain) > LONGEST:
            raise forms.ValidationError(
                f"Enter {self.what} as a number, like 76.4 or 1,250", code="not_a_number"
            )
        try:
            return Decimal(plain.replace(",", "").replace("−", "-"))
        except InvalidOperation:
            raise forms.ValidationError(f"Enter {self.what} as a number, like 76.4") from None


class ResultForm(forms.Form):
    """The result of one indicator for one quarter."""

    numerator = FigureField(
        what="the numerator",
        label="Numerator",
        help_text="How many met the standard. With the denominator, it works out the result.",
    )
    denominator = FigureField(
        what="the denominator", label="Denominator", help_text="How many there were in all."
    )
    confidence = forms.ChoiceField(
        label="How firm is this figure?",
        choices=Confidence.choices,
        widget=forms.RadioSelect,
        initial=Confidence.FINAL,
        error_messages={"required": "Say how firm the figure is"},
    )
    not_available = forms.CharField(
        label="If there is no figure, why not?",
        required=False,
        max_length=300,
        help_text="Leave the result empty and give the reason here. It will show as not rated.",
    )
    definition_break = forms.BooleanField(
        label="The definition changed: figures before this quarter cannot be compared",
        required=False,
    )
    commentary = forms.CharField(
        label="Commentary",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="What happened, why, and what is being done. Members and the public read this.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, sheet: ResultSheet, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["not_available"].one_of_several = True
        self.sheet = sheet
        indicator = sheet.indicator
        self.fields["value"] = FigureField(
            what="the result",
            measure_unit=indicator.measure_unit,
            label=f"Result for {sheet.quarter}",
            help_text=_how_to_write(indicator),
        )
        self.order_fields(["value", "numerator", "denominator"])
        if sheet.is_closed:
            self.fields["reason"] = forms.CharField(
                label="Why is the result revised?",
                max_length=500,
                help_text="The quarter is closed. The old figure stays on record beside the new.",
                error_messages={"required": "Say why the result is revised"},
            )

    def clean(self):
        fields = super().clean()
        if self.errors:
            return fields
        has_ratio = fields["numerator"] is not None or fields["denominator"] is not None
        if has_ratio and fields["value"] is not None and self._was_typed():
            self._refuse_contradiction(fields)
        if self.errors:
            return fields
        if fields["value"] is None and not has_ratio and not fields["not_available"].strip():
            self.add_error(
                "value", f"Enter the result for {self.sheet.quarter}, or say why there is none"
            )
            return fields
        try:
            self.given = self._as_given(fields)
            self.given.value_in(self.sheet.indicator.measure_unit)
        except ValueError as reason:
            self.add_error("numerator" if has_ratio else "value", str(reason))
        return fields

    def _was_typed(self) -> bool:
        return "value" in self.changed_data

    def _refuse_contradiction(self, fields):
        if None in (fields["numerator"], fields["denominator"]) or fields["denominator"] == 0:
            return
        indicator = self.sheet.indicator
        worked_out = ResultGiven(
            numerator=fields["numerator"], denominator=fields["denominator"]
        ).value_in(indicator.measure_unit)
        if abs(worked_out - fields["value"]) > Decimal(1).scaleb(-indicator.decimals):
            self.add_error(
                "value",
                f"The numerator and denominator give {worked_out.normalize():f}: clear the result,"
                " or mend whichever is wrong",
            )

    def _as_given(self, fields) -> ResultGiven:
        by_ratio = fields["numerator"] is not None or fields["denominator"] is not None
        return ResultGiven(
            value=None if by_ratio else fields["value"],
            numerator=fields["numerator"],
            denominator=fields["denominator"],
            confidence=Confidence(fields["confidence"]),
            not_available=fields["not_available"],
            definition_break=fields["definition_break"],
            data_quarter=_data_quarter(self.sheet),
            commentary=fields["commentary"],
        )

    @staticmethod
    def starting_from(sheet: ResultSheet) -> dict:
        """What the form shows first: what was last said, or nothing."""
        revision = sheet.revision
        if revision is None:
            return {"seen": 0}
        by_ratio = revision.numerator is not None
        return {
            "value": None if by_ratio else _plain(revision.value),
            "numerator": _plain(revision.numerator),
            "denominator": _plain(revision.denominator),
            "confidence": revision.confidence,
            "not_available": revision.not_available,
            "definition_break": revision.definition_break,
            "commentary": revision.commentary,
            "seen": revision.number,
        }


def _data_quarter(sheet: ResultSheet) -> Quarter | None:
    start = sheet.revision.data_quarter_start if sheet.revision else None
    return Quarter.containing(start) if start else None


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"


def _how_to_write(indicator: Indicator) -> str:
    unit = indicator.measure_unit or "a plain number"
    decimals = {0: "no decimals", 1: "one decimal"}.get(
        indicator.decimals, f"{indicator.decimals} decimals"
    )
    return f"In {unit}, usually with {decimals}. Leave empty if you give both counts below."
