"""What the author of a draft of the SORP fills in: its words. The rules are in drafting_rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)

from core.forms import field_of, mark_one_of_several
from sorp.lexicon import (
    Appetite,
    ComparedWith,
    CountedFrom,
    ForecastBy,
    Level,
    Movement,
    Rag,
    Step,
    Tier,
    TravelMethod,
)
from sorp.models.conditions import ReminderRule, TriggerRule
from sorp.models.statement import Version
from sorp.rules.checks import Check
from sorp.rules.conditions import kinds
from sorp.rules.conditions.aggregate import UNIT_TIERS
from sorp.rules.conditions.base import MOST_QUARTERS, listed
from sorp.rules.conditions.kinds import every_kind
from sorp.rules.conditions.status import Status

LONGEST = 4000
SUCH = ", such as 4.8: the number of a clause, or a number within it."


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
        help_text="Everything in this version is copied for you to change.",
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
        field_of(self, "base", forms.ChoiceField).choices = [
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
        help_text="One requirement, clear enough to hold somebody to.",
    )
    responsible = Words(label="Who is responsible?", max_length=200, required=False)
    monitored = Words(label="How is it monitored?", rows=3, required=False)
    consequence = Words(label="What happens if it is not kept?", rows=3, required=False)
    check_made = forms.ChoiceField(
        label="Measure",
        required=False,
        choices=[("", "None: it is judged by people"), *Check.choices()],
        help_text="How this service checks whether the clause is kept.",
    )


class TermForm(DraftForm):
    """A word and what it means here."""

    term = Words(
        label="Term", max_length=60, help_text="Pages that use this word link to its meaning."
    )
    meaning = Words(label="Meaning", rows=4)


class DefinitionForm(DraftForm):
    """What a RAG status means."""

    rag = forms.ChoiceField(label="RAG status", choices=Rag.choices)
    clause = Words(label="Clause", max_length=20, help_text=f"The number used to refer to it{SUCH}")
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
        label="Triggers that reflect it",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose triggers of this draft"},
    )

    def __init__(self, typed: Any = None, *, draft: Version, row: Any = None) -> None:
        super().__init__(typed, draft=draft, row=row)
        self.rules = {str(each.pk): each for each in draft.trigger_rules.all()}
        field_of(self, "triggers", forms.MultipleChoiceField).choices = [
            (key, each.name) for key, each in self.rules.items()
        ]

    def held(self, row: Any) -> dict[str, Any]:
        return super().held(row) | {"triggers": [str(each.pk) for each in row.triggers.all()]}

    @property
    def given(self) -> dict[str, Any]:
        chosen = [self.rules[key] for key in self.cleaned_data["triggers"]]
        return {**self.cleaned_data, "triggers": chosen}


# The fields that belong together, under what heading, with what to know of them.
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("At which status", "", ("status",)),
    (
        "For how long",
        "For quarters running, enter the same number twice: 2 of the last 2. Quarters that are "
        "not rated are skipped.",
        ("at_least", "within"),
    ),
    (
        "Which way it moves",
        "Optional for a RAG status: enter both or neither. For worse results, enter only what "
        "they are compared with.",
        ("movement", "compared_with"),
    ),
    ("By how much", "", ("percent",)),
    ("Whose forecast", "", ("forecast_by",)),
    ("How many, in which unit", "", ("unit_tier", "count")),
)


class Count(forms.IntegerField):
    """A whole number within bounds, asked for in words."""

    def __init__(self, *, what: str, least: int = 1, most: int, **options: Any) -> None:
        told = f"Enter {what} as a whole number from {least} to {most:,}"
        options.setdefault("error_messages", {})
        for code in ("required", "invalid", "min_value", "max_value"):
            options["error_messages"].setdefault(code, told)
        super().__init__(min_value=least, max_value=most, **options)
        for validator in self.validators:
            if isinstance(validator, MinValueValidator | MaxValueValidator):
                validator.message = told


class Choice(forms.ChoiceField):
    """One answer of a list."""

    def __init__(self, label: str, choices: Any, **options: Any) -> None:
        told = f"Choose an answer from the list for “{label}”"
        options.setdefault("error_messages", {"invalid_choice": told})
        super().__init__(label=label, choices=choices, **options)


class TriggerForm(DraftForm):
    """A trigger of any kind: only what its kind needs is read."""

    name = Words(
        label="What is it called?",
        max_length=100,
        help_text="People see this name when it is met. For example: Red for two quarters.",
        missing="Enter a name for the trigger",
    )
    clause = Words(
        label="Clause",
        max_length=20,
        help_text=f"The number used to refer to it{SUCH}",
        missing="Enter its clause number, such as 4.8",
    )
    kind = Choice("What does it look for?", kinds.choices, widget=forms.RadioSelect)
    status = Choice(
        "Status",
        TriggerRule.STATUSES,
        required=False,
        help_text="Amber counts red as well. For missing results, choose one of the last two.",
    )
    at_least = Count(label="In at least how many quarters?", what="in how many quarters", most=16)
    within = Count(label="Of the last how many?", what="how many quarters it looks at", most=16)
    movement = Choice(
        "Movement",
        [("", "Either way"), *((each.value, each.label.capitalize()) for each in Movement)],
        required=False,
    )
    compared_with = Choice(
        "Compared with",
        [("", "Nothing"), *((each.value, each.label.capitalize()) for each in ComparedWith)],
        required=False,
    )
    percent = forms.DecimalField(
        label="Per cent",
        max_digits=6,
        decimal_places=2,
        min_value=0,
        max_value=1000,
        help_text="For a result that misses or beats its target: per cent of the target. For this service’s own forecast: the chance of red at which the trigger is met.",
        error_messages={"invalid": "Enter the per cent as a number, such as 10 or 2.5"},
    )
    forecast_by = Choice("Forecast", ForecastBy.choices, required=False, widget=forms.RadioSelect)
    unit_tier = Choice(
        "Unit",
        [("", "Choose a unit"), *((each, each.capitalize()) for each in UNIT_TIERS)],
        required=False,
    )
    count = Count(
        label="How many indicators?", what="how many indicators it takes", least=2, most=1000
    )
    tiers = forms.MultipleChoiceField(
        label="Which indicators does it look at?",
        choices=Tier.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one tier of indicator",
            "invalid_choice": "Choose tiers from the list",
        },
    )
    level = Choice("To which level does it refer?", Level.choices, widget=forms.RadioSelect)

    def __init__(self, typed: Any = None, *, draft: Any, row: Any = None) -> None:
        super().__init__(typed, draft=draft, row=row)
        self.kinds = {each.kind: each for each in every_kind()}
        self.of_some = set().union(*(each.form_fields for each in self.kinds.values()))
        for name in self.of_some:
            self.fields[name].required = False
            mark_one_of_several(self.fields[name])  # its kind decides whether it is needed
        kind = typed.get("kind") if typed is not None else self.initial.get("kind")
        self.of_kind = self.kinds.get(kind or "")
        self.needed = self.of_kind.form_fields if self.of_kind else ()

    def held(self, row: TriggerRule) -> dict[str, Any]:
        percent = row.percent if row.percent is None else f"{row.percent.normalize():f}"
        tiers = [each.tier for each in row.tiers.all()]
        return super().held(row) | {"tiers": tiers, "percent": percent}

    def at_first(self, draft: Any) -> dict[str, Any]:
        return {"kind": Status.kind, "tiers": [each.value for each in Tier]}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        needed = self.of_kind.required_fields(said) if self.of_kind else set()
        for name in self.of_some - needed:
            self.errors.pop(name, None)  # what its kind does not need is left aside, right or wrong
            said.pop(name, None)
        for name in ("at_least", "within", "count"):
            if name in self.needed and name not in self.errors and said.get(name) is None:
                self.add_error(name, self.fields[name].error_messages["required"])
        return said

    @property
    def given(self) -> dict[str, Any]:
        """The columns of a trigger: what its kind needs, and nothing beside."""
        said = {"at_least": 1, "within": 1} | self.cleaned_data
        said["movement"] = said.get("movement", "")
        return {**said, **self.kinds[said["kind"]].fixed}

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The fields that only some kinds need, each group with the kinds that need it."""
        found = []
        for heading, hint, names in GROUPS:
            asking = [each for each in self.kinds.values() if set(names) & set(each.form_fields)]
            found.append(
                {
                    "heading": heading,
                    "for_whom": f"For {listed([each.short_label for each in asking], 'and')}.",
                    "hint": hint,
                    "fields": [self[name] for name in names],
                    "is_wrong": any(self[name].errors for name in names),
                    "kinds": [each.kind for each in asking],
                }
            )
        return found


class LevelDutyForm(DraftForm):
    """What a level does, and in how many working days."""

    level = Choice("Level", Level.choices, widget=forms.RadioSelect)
    duty = Words(label="What does it do with indicators referred to it?", rows=4)
    within = Count(label="In how many working days?", what="the number of working days", most=120)
    clause = Words(
        label="Clause",
        max_length=20,
        required=False,
        help_text=f"The number used to refer to it{SUCH}",
    )


class CalendarForm(DraftForm):
    """By when a step of a quarter is due."""

    step = Choice("Step", Step.choices)
    tier = Choice("For which indicators?", [("", "All of them"), *Tier.choices()], required=False)
    working_days = Count(label="How many working days?", what="the working days", least=0, most=120)
    counted_from = Choice("Counted from", CountedFrom.choices, widget=forms.RadioSelect)


class ReminderForm(DraftForm):
    """When somebody is written to about a step."""

    step = Choice("Step", Step.choices)
    audience = Choice(
        "Who gets the reminder?", ReminderRule.Audience.choices, widget=forms.RadioSelect
    )
    working_days = Count(label="How many working days?", what="the working days", most=60)
    side = Choice("Before or after?", ReminderRule.Side.choices, widget=forms.RadioSelect)
    then_every = Count(
        label="Repeat every how many working days?",
        what="the working days between",
        most=60,
        required=False,
        help_text="Only for overdue steps. Leave it empty to remind once.",
    )


class SettingsForm(DraftForm):
    """A version's number and summary, and its rules for travel, exit, relapse and plans."""

    number = Words(
        label="Number", max_length=20, help_text="Digits, letters, points and hyphens, such as 2.1."
    )
    summary = Words(
        label="What changes, and why?",
        rows=6,
        required=False,
        help_text="People read this first. It is needed before consultation.",
    )
    travel_method = Choice(
        "How is direction of travel worked out?", TravelMethod.choices, widget=forms.RadioSelect
    )
    exit_quarters = Count(
        label="Green for how many rated quarters running is a recovery?",
        what="the green quarters that it takes",
        most=8,
    )
    relapse_within = Count(
        label="Referred up again within how many quarters is a relapse?",
        what="the quarters",
        least=0,
        most=MOST_QUARTERS,
    )
    relapse_shortens_by = Count(
        label="After a relapse, how many quarters fewer does a trigger ask for?",
        what="the quarters fewer",
        least=0,
        most=4,
    )
    plan_within = Count(
        label="In how many working days is an action plan due?",
        what="the working days for a plan",
        most=120,
    )
    action_on_amber = forms.BooleanField(
        label="Amber, like red, needs management action to be given", required=False
    )
