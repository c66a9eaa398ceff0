"""What is said of a figure that its publisher has not issued."""

from django import forms

from core.forms import DayField, PrintedText


class AwaitedForm(forms.Form):
    """From whom a figure is awaited, and until the end of which day."""

    publisher = PrintedText(
        label="Who publishes it?",
        max_length=200,
        help_text="For example, the Office for National Statistics.",
        error_messages={"required": "Enter who publishes it"},
    )
    until = DayField(label="By which day will they have issued it?", what="the day")
