"""What is filled in to bring a council's first SORP into force."""

from django import forms

from core.forms import DayField, PrintedText, QuarterTextField


class FirstQuarterForm(forms.Form):
    """From which quarter the default rules are to rule."""

    from_quarter = QuarterTextField(
        label="From which quarter should it be in force?",
        help_text=(
            "The earliest quarter you have figures for. Older quarters are not rated. For "
            "example, Q1 2019/20."
        ),
        error_messages={"required": "Enter the quarter from which it is to be in force"},
    )


class FirstApprovalForm(forms.Form):
    """When, and where, the council's first SORP was approved."""

    approved_on = DayField(label="When was it approved?", what="the day it was approved")
    note = PrintedText(
        label="Where was it approved?",
        help_text="For example, Corporate Management Team, 20 October 2011.",
        max_length=300,
        required=False,
    )
