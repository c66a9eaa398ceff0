"""Which version of the SORP to rehearse."""

from typing import Any

from django import forms

from escalation.queries.rehearsals import rehearsable_versions
from sorp.models.statement import Version


class VersionChoice(forms.ModelChoiceField):
    """Versions by number and state."""

    def label_from_instance(self, obj: Version) -> str:
        since = f", from {obj.from_quarter}" if obj.from_quarter else ""
        return f"Version {obj.number} ({obj.get_state_display().lower()}{since})"


class RehearsalForm(forms.Form):
    """It opens with the version still being written, where there is one."""

    version = VersionChoice(
        label="Version of the SORP",
        queryset=Version.objects.none(),
        empty_label=None,
        error_messages={
            "required": "Select the version to rehearse",
            "invalid_choice": "Select the version to rehearse from the list",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["version"]
        assert isinstance(choice, VersionChoice)
        choice.queryset = rehearsable_versions()
