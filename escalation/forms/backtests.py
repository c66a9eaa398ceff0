"""The rules to try in a back-test: a version's triggers with other numbers, or a file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from core.canonical_json import digest
from core.forms import PrintedText
from core.tables.faults import RefusedFileError
from escalation.rules.rule_files import read_rules, write_rules
from escalation.rules.triggers import Rules
from sorp.rules.conditions.base import Condition

LARGEST = 100_000  # bytes: some hundred times what the default rules take
LOST = "\N{REPLACEMENT CHARACTER}"  # stands where a character could not be read
SHORT = forms.NumberInput(attrs={"class": "govuk-input--width-3"})
CHANGED = (
    "The triggers that these were taken from were changed while you were here. Look at them again"
    " below, then start the back-test"
)


@dataclass(frozen=True, slots=True)
class TriggerFields:
    """One trigger as it stands, with the fields in which it is changed."""

    trigger: Condition
    at_least: BoundField
    within: BoundField
    left_out: BoundField


class BacktestForm(forms.Form):
    """What to try. It opens with the rules it starts from; a file takes the place of them all."""

    name = PrintedText(
        label="Name of the back-test",
        max_length=200,
        help_text="So that you can find it again, such as “Red for three quarters”",
        error_messages={"required": "Give the back-test a name so that you can find it again"},
    )
    exit_quarters = forms.IntegerField(
        label="Green quarters to recover", min_value=1, max_value=8, widget=SHORT
    )
    relapse_within = forms.IntegerField(
        label="Quarters after a recovery that count as a relapse",
        min_value=0,
        max_value=16,
        widget=SHORT,
    )
    relapse_shortens_by = forms.IntegerField(
        label="Quarters fewer after a relapse", min_value=0, max_value=4, widget=SHORT
    )
    file = forms.FileField(
        label="Rules file (rules.json)",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        help_text="If you choose one, it is tried instead of the triggers above.",
        error_messages={"empty": "The file is empty: choose a file with rules in it"},
    )
    settings = ("exit_quarters", "relapse_within", "relapse_shortens_by")

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        self.base = rules
        numbers = {name: getattr(rules, name) for name in self.settings}
        for place, trigger in enumerate(rules.triggers, start=1):
            numbers[f"at_least_{place}"] = trigger.at_least
            numbers[f"within_{place}"] = trigger.within
        kwargs["initial"] = numbers | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for place, trigger in enumerate(rules.triggers, start=1):
            self._add_fields_of(trigger, place)
        self.order_fields(["name", *self._of_triggers, *self.settings, "file"])

    def _add_fields_of(self, trigger: Condition, place: int) -> None:
        said = f"“{trigger.name}”"
        for name, label in (("at_least", "At least"), ("within", "Of the last")):
            self.fields[f"{name}_{place}"] = forms.IntegerField(
                label=f"{label} (quarters)",
                min_value=1,
                max_value=16,
                widget=SHORT,
                error_messages={
                    "required": f"Enter a number of quarters for {said}, or leave it out",
                    "invalid": f"Enter a whole number of quarters for {said}",
                    "min_value": f"Enter 1 quarter or more for {said}",
                    "max_value": f"Enter 16 quarters or fewer for {said}",
                },
            )
        self.fields[f"left_out_{place}"] = forms.BooleanField(label="Leave it out", required=False)

    @property
    def _of_triggers(self) -> list[str]:
        return [name for name in self.fields if name.rpartition("_")[2].isdigit()]

    @property
    def mark(self) -> str:
        """Tells these triggers from any others, so that nobody changes what they have not seen."""
        return digest(write_rules(self.base).encode())[:16]

    @property
    def triggers(self) -> Iterator[TriggerFields]:
        """Each trigger in its order, with its fields."""
        for place, trigger in enumerate(self.base.triggers, start=1):
            yield TriggerFields(
                trigger,
                self[f"at_least_{place}"],
                self[f"within_{place}"],
                self[f"left_out_{place}"],
            )

    def clean_name(self) -> str:
        """A name that everybody can read again: no letter of it was lost on the way."""
        name = self.cleaned_data["name"]
        if not name.isprintable() or LOST in name:
            raise forms.ValidationError(
                "The name holds a character that cannot be shown: type it again on one line"
            )
        return name

    def clean_file(self) -> Rules | None:
        """The rules in the file, if one was given: refused whole, with everything to put right."""
        given = self.cleaned_data["file"]
        if given is None:
            return None
        if given.size > LARGEST:
            raise forms.ValidationError(
                "This file is larger than 100 KB: choose the right rules.json"
            )
        try:
            return read_rules(given.read(), given.name)
        except RefusedFileError as refusal:
            raise forms.ValidationError([str(fault) for fault in refusal.faults]) from None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.files.get("file") is not None:
            for name in (*self._of_triggers, *self.settings):
                self.errors.pop(name, None)  # the file says it all
            given["rules"] = given.get("file")
        elif self.data.get("seen") != self.mark:
            self.add_error(None, CHANGED)
        else:
            given["rules"] = self._changed(given)
        return given

    def _changed(self, given: dict[str, Any]) -> Rules | None:
        """The rules it began with, with the numbers that were typed. None where some are refused."""
        kept = []
        for place, trigger in enumerate(self.base.triggers, start=1):
            if given.get(f"left_out_{place}"):
                self.errors.pop(f"at_least_{place}", None)
                self.errors.pop(f"within_{place}", None)
                continue
            kept.append(self._varied(trigger, place, given))
        if not kept:
            self.add_error(None, "Keep at least one trigger: without one, nothing is referred up")
        if self.errors:
            return None
        try:
            return replace(
                self.base, triggers=tuple(kept), **{name: given[name] for name in self.settings}
            )
        except ValueError as refusal:
            self.add_error(None, str(refusal))
            return None

    def _varied(self, trigger: Condition, place: int, given: dict[str, Any]) -> Condition:
        at_least, within = given.get(f"at_least_{place}"), given.get(f"within_{place}")
        if at_least is None or within is None:
            return trigger  # the field says why
        try:
            return replace(trigger, at_least=at_least, within=within)
        except ValueError as refusal:
            self.add_error(f"at_least_{place}", str(refusal))
            return trigger
