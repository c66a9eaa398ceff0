"""What the council says of itself: its name, its look and its own words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField

from core.forms import PrintedText
from core.own_words import OURS
from organisation.models.council import AssuranceTeams
from organisation.services.council import LARGEST_LOGO, LONGEST_WORD

ASKED = {
    "sorp": "Its rule book, in short",
    "sorp_in_full": "The rule book, spelled out",
    "pat": "The team that looks at performance, in short",
    "pat_in_full": "That team, spelled out",
    "dat": "The team that looks at delivery, in short",
    "dat_in_full": "That team, spelled out",
    "posc": "A committee that scrutinises, in short",
    "posc_in_full": "That committee, spelled out",
    "plan": "Its plan for the term",
    "floor": "The level below which a result is red",
}


class CouncilForm(forms.Form):
    """Its name and colour, whether it has assurance teams, and what it calls things."""

    name = PrintedText(label="What is the council called?", max_length=200)
    colour = forms.CharField(
        label="Colour",
        max_length=7,
        required=False,
        help_text="Six letters and figures, such as #123c4a. White text must be readable on it. "
        "Leave it empty to use ours.",
    )
    teams = forms.ChoiceField(
        label="How many assurance teams does it have?",
        choices=AssuranceTeams.choices,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in ASKED.items():
            self.fields[key] = PrintedText(
                label=label,
                max_length=LONGEST_WORD,
                required=False,
                help_text=f"Without a word of its own: {OURS[key]}.",
            )

    def clean_teams(self) -> AssuranceTeams:
        return AssuranceTeams(self.cleaned_data["teams"])

    @property
    def own(self) -> list[BoundField]:
        """The fields for its own words."""
        return [self[key] for key in ASKED]

    @property
    def words(self) -> dict[str, str]:
        return {key: self.cleaned_data.get(key, "") for key in ASKED}


class LogoForm(forms.Form):
    """A picture, and what it shows in words."""

    logo = forms.FileField(
        label="Choose the picture",
        help_text=f"PNG, JPEG, WebP or GIF, up to {LARGEST_LOGO // 1024} kB. It is shown on the "
        f"council’s colour.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
        error_messages={
            "required": "Choose a picture",
            "missing": "Choose a picture",
            "empty": "The file is empty: choose another",
            "invalid": "The file could not be uploaded. Choose it again",
        },
    )
    description = PrintedText(
        label="What does it show?",
        max_length=200,
        help_text="For people who cannot see it, such as “Wealdshire’s white horse”.",
    )

    def clean_logo(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["logo"]
        if (file.size or 0) > LARGEST_LOGO:
            raise forms.ValidationError(
                f"The picture must be {LARGEST_LOGO // 1024} kB or smaller: make it smaller first"
            )
        return file
