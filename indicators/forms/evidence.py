"""The file that a manager adds to a result."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from indicators.rules.evidence import (
    EMPTY,
    KINDS,
    LARGEST,
    LONGEST_NAME,
    MOST_FILES,
    NO_FILE,
    NOT_UPLOADED,
    TOO_LARGE,
)

ACCEPTED = ",".join(f".{kind}" for kind in (*KINDS, "jpeg"))


class EvidenceForm(forms.Form):
    """One file. What it holds is the rules' to judge, once it is here whole."""

    file = forms.FileField(
        label="Add a file",
        help_text=f"{', '.join(kind.upper() for kind in KINDS)}. Up to 5 MB each, and"
        f" {MOST_FILES} with a result.",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": NO_FILE,
            "missing": NO_FILE,
            "invalid": NOT_UPLOADED,
            "empty": EMPTY,
        },
    )

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(TOO_LARGE)
        if len(file.name) > 4 * LONGEST_NAME:
            raise forms.ValidationError("Give the file a shorter name, then select it again")
        return file
