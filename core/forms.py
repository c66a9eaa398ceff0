"""Fields that forms of every app share."""

from __future__ import annotations

import re
from datetime import time
from typing import Any, TypedDict, TypeVar

from django import forms
from django.core.files.uploadedfile import UploadedFile

from core.clock import localdate
from core.lettering import UNSEEN, plain, refusal_of
from core.quarters import Quarter, read_quarter


class LongText(TypedDict):
    """The options of a field for some paragraphs, which several fields of a form have alike."""

    widget: forms.Widget
    max_length: int


Declared = TypeVar("Declared", bound=forms.Field)


def field_of(form: forms.BaseForm, name: str, kind: type[Declared]) -> Declared:
    """One form's own field, known to be of the kind it is declared as. TypeError where it is not."""
    field = form.fields[name]
    if not isinstance(field, kind):
        raise TypeError(f"{name} is a {type(field).__name__}, no {kind.__name__}")
    return field


class PrintedText(forms.CharField):
    """Text that may come to stand in a report: every character of it can be printed.

    What a word processor put in place of a plain space or hyphen is made plain; a letter that no
    font of the report holds is named.
    """

    def to_python(self, value: Any) -> str:
        return plain(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if UNSEEN.search(value):
            return  # refused in words of its own
        if refusal := refusal_of(value):
            raise forms.ValidationError(refusal)


class DayField(forms.DateField):
    """A day, typed as three numbers. What was typed stays on the page, right or wrong."""

    widget = forms.SelectDateWidget

    def __init__(self, *, what: str = "the date", **options: Any) -> None:
        self.what, self.is_told_how = what, "help_text" not in options
        options["error_messages"] = {"required": f"Enter {what}"} | options.get(
            "error_messages", {}
        )
        super().__init__(**options)
        self._say_how()

    def __deepcopy__(self, memo: dict[int, Any]) -> DayField:
        """A form's own field: its example is of the year in which the form is asked for."""
        field = super().__deepcopy__(memo)  # type: ignore[misc] # its stubs leave it out
        field._say_how()
        return field

    def _say_how(self) -> None:
        example = f"14 11 {localdate().year}"
        wanted = f"Enter {self.what} as a real day, month and year, such as {example}"
        self.error_messages = {**self.error_messages, "invalid": wanted}
        if self.is_told_how:
            self.help_text = f"For example, {example}"


class ClockField(forms.TimeField):
    """A time of the day, typed as 10:00, 10.00 or 9:30 pm. What was typed stays on the page."""

    widget = forms.TextInput(attrs={"class": "govuk-input--width-5", "autocomplete": "off"})

    def __init__(self, **options: Any) -> None:
        wanted = "Enter the time as hours and minutes, such as 10:00 or 14:30"
        options["error_messages"] = {"invalid": wanted} | options.get("error_messages", {})
        options.setdefault("input_formats", ["%H:%M", "%H.%M", "%I:%M %p", "%I.%M %p", "%I %p"])
        super().__init__(**options)

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, str):  # 2.30pm and 2pm as people write them
            value = re.sub(r"(?<=\d)\s*([ap])\.?m\.?$", r" \1m", value.strip().lower())
        return super().to_python(value)


class QuarterTextField(forms.CharField):
    """A quarter, typed in any form that can be read in one way only. What was typed stays."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "For example, Q1 2019/20.")
        options.setdefault("widget", forms.TextInput(attrs={"class": "govuk-input--width-10"}))
        super().__init__(max_length=40, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_quarter(text)
        except ValueError as reason:
            said = str(reason)
            raise forms.ValidationError(said[:1].upper() + said[1:]) from None

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Quarter) else value


def mark_one_of_several(field: forms.Field) -> None:
    """Some of several fields are needed, so that no page says of one that it is optional."""
    field.one_of_several = True  # type: ignore[attr-defined] # kcc_perf/forms.py asks for it


MB = 1024 * 1024
LARGEST_SPREADSHEET = 5 * MB


class SpreadsheetForm(forms.Form):
    """A file of rows to look over. What is in it is judged by the import of what it holds."""

    file = forms.FileField(
        label="Choose the file",
        help_text=f"An Excel workbook (.xlsx) or CSV, up to {LARGEST_SPREADSHEET // MB} MB.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,text/csv"}),
        error_messages={
            "required": "Choose a file",
            "missing": "Choose a file",
            "empty": "The file is empty: choose another",
            "invalid": "The file could not be uploaded. Choose it again",
        },
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_SPREADSHEET:
            raise forms.ValidationError(
                f"The file must be {LARGEST_SPREADSHEET // MB} MB or smaller: upload it in parts"
            )
        return file
