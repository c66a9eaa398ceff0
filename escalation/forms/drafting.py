"""What the author of a draft of the SORP fills in: its words. The rules are in drafting_rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

from sorp.lexicon import Appetite, Rag
from sorp.models import Version
from sorp.rules.checks import Check

LONGEST = 4000
SUCH = ", such as 4.8: that of a clause, or one within it."


class Words(forms.CharField):
    """Words that can be kept, in one line or, with rows, in several."""

    def __init__(self, *, rows: int = 0, missing: str = "", **options: Any) -> None:
        options.setdefault("max_length", LONGEST)
        if rows:
            options["widget"] = forms.Textarea(attrs={"rows": rows})
        if missing:
            options["error_messages"] = {"required": missing}
        super().__init__(**options)
        self.validators = [
            each
            if not isinstance(each, ProhibitNullCharactersValidator)
            else ProhibitNullCharactersValidator(
                message="Take out the NUL character: it cannot be kept"
            )
            for each in self.validators
        ]


class DraftForm(forms.Form):
    """One row of a draft. What each field is called is what its column is called."""

    def __init__(self, typed: Any = None, *, draft: Version, row: Any = None) -> None:
        super().__init__(typed, initial=self.held(row) if row is not None else self.at_first(draft))
        self.draft, self.row = draft, row

    def held(self, row: Any) -> dict[str, Any]:
        """What the row says, as the fields have it."""
        return {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}

    def at_first(self, draft: Version) -> dict[str, Any]:
        """What a new row begins with."""
        return {}

    @property
    def given(self) -> dict[str, Any]:
        """What the service takes."""
        return dict(self.cleaned_data)

    def compared(self, row: Any) -> list[tuple[str, str, str]]:
        """Each field with what is saved and what was typed, where the two differ."""
        saved = self.held(row)
        lines = [
            (str(field.label), _shown(field, saved.get(name)), _shown(field, self[name].value()))
            for name, field in self.fields.items()
        ]
        return [line for line in lines if line[1] != line[2]]


def _shown(field: forms.Field, value: Any) -> str:
    """A value as its field shows it."""
    known = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(known.get(str(each), str(each)) for each in value))
    if isinstance(field, forms.BooleanField):
        return "Yes" if value in (True, "on", "True") else "No"
    text = "" if value is None else str(value).replace("\r\n", "\n").strip()
    return known.get(text, text)


class NewDraftForm(forms.Form):
    """A new version: from which, by what number, and what it is for."""

    base = forms.ChoiceField(
        label="Begin from",
        widget=forms.RadioSelect,
        help_text="All that this version says is copied, for you to change.",
        error_messages={
            "required": "Choose the version to begin from",
            "invalid_choice": "Choose a version from the list",
        },
    )
    number = Words(
        label="Number",
        max_length=20,
        help_text="Digits, letters, points and hyphens, such as 2 or 2.1.",
        missing="Enter the number of the new version",
    )
    summary = Words(
        label="What changes, and why?",
        rows=5,
        required=False,
        help_text="People read this first. You can write it later.",
    )

    def __init__(self, *args: Any, bases: list[Version], **options: Any) -> None:
        super().__init__(*args, **options)
        self.by_number = {each.number: each for each in bases}
        self.fields["base"].choices = [
            (each.number, f"Version {each.number}, {each.get_state_display().lower()}")
            for each in bases
        ]


class ClauseForm(DraftForm):
    """A clause: what is required, of whom, how it is monitored, what follows."""

    number = Words(label="Number", max_length=20, help_text="Such as 4.8.")
    heading = Words(label="Heading", max_length=200)
    wording = Words(
        label="What is required?",
        rows=8,
        help_text="One requirement, in words that somebody can be held to.",
    )
    responsible = Words(label="Who is responsible?", max_length=200, required=False)
    monitored = Words(label="How is it monitored?", rows=3, required=False)
    consequence = Words(label="What follows where it is not kept?", rows=3, required=False)
    check_made = forms.ChoiceField(
        label="Measure",
        required=False,
        choices=[("", "None: it is judged by people"), *Check.choices()],
        help_text="By which the service itself tells whether the clause is kept.",
    )


class TermForm(DraftForm):
    """A word and what it means here."""

    term = Words(label="Term", max_length=60, help_text="Wherever pages say it, it leads here.")
    meaning = Words(label="Meaning", rows=4)


class DefinitionForm(DraftForm):
    """What a RAG status means."""

    rag = forms.ChoiceField(label="RAG status", choices=Rag.choices)
    clause = Words(
        label="Clause", max_length=20, help_text=f"The number by which it is cited{SUCH}"
    )
    wording = Words(label="What it means", rows=4)

    def __init__(self, typed: Any = None, *, draft: Version, row: Any = None) -> None:
        super().__init__(typed, draft=draft, row=row)
        if row is not None:
            del self.fields["rag"]

    @property
    def given(self) -> dict[str, Any]:
        return {"rag": self.row.rag if self.row else "", **self.cleaned_data}


class AppetiteForm(DraftForm):
    """How much risk is accepted in an area, and which triggers stand for that."""

    area = Words(label="Area", max_length=100, help_text="Such as safeguarding, or roads.")
    appetite = forms.ChoiceField(
        label="Appetite for risk", choices=Appetite.choices, widget=forms.RadioSelect
    )
    wording = Words(label="What that means", rows=4)
    triggers = forms.MultipleChoiceField(
        label="Triggers that stand for it",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose triggers of this draft"},
    )

    def __init__(self, typed: Any = None, *, draft: Version, row: Any = None) -> None:
        super().__init__(typed, draft=draft, row=row)
        self.rules = {str(each.pk): each for each in draft.trigger_rules.all()}
        self.fields["triggers"].choices = [(key, each.name) for key, each in self.rules.items()]

    def held(self, row: Any) -> dict[str, Any]:
        return super().held(row) | {"triggers": [str(each.pk) for each in row.triggers.all()]}

    @property
    def given(self) -> dict[str, Any]:
        chosen = [self.rules[key] for key in self.cleaned_data["triggers"]]
        return {**self.cleaned_data, "triggers": chosen}
