"""The one question asked when a workbook comes back: which file?"""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile

from core.tables.workbooks import LARGEST_FILE, RefusedWorkbook, check_size


class WorkbookForm(forms.Form):
    """A workbook to look at. What is in it is judged by indicators.workbooks.preview."""

    file = forms.FileField(
        label="Upload the workbook",
        help_text=f"An Excel workbook (.xlsx) downloaded here, up to {LARGEST_FILE // 2**20} MB.",
        allow_empty_file=True,  # so that it is refused in the same words as other files
        widget=forms.FileInput(
            attrs={
                "accept": ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        ),
        error_messages={
            "required": "Select a workbook",
            "missing": "Select a workbook",
            "invalid": "The selected file could not be uploaded. Try again",
        },
    )

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        try:
            check_size(file.size)
        except RefusedWorkbook as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return file
