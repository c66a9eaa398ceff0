"""What an accountable manager fills in about poor performance."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict

from core.forms import DayField, LongText, PrintedText, field_of, mark_one_of_several
from core.quarters import Quarter
from escalation.models.plans import ActionPlan
from indicators.models.definitions import VALUE
from organisation.forms.naming import NamesWho, outsider_field, who_field
from organisation.queries import Colleagues
from sorp.lexicon import Level

QUARTERS_AHEAD = 12
LONG: LongText = {"widget": forms.Textarea(attrs={"rows": 4}), "max_length": 4000}


class SeenPlan(forms.Field):
    """The number of the plan that a page showed. Whatever is no number was never shown by any."""

    NEVER = -1
    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: object) -> int:
        said = str(value or "")
        return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else self.NEVER


class PlanForm(forms.Form):
    """What is wrong, what stands in the way, and when the indicator is expected to recover.

    `replaces` is the plan in place, if there is one: its writer says what differs from it, and the
    form remembers which one they had before them.
    """

    seen = SeenPlan()
    change = PrintedText(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    cause = PrintedText(
        label="What causes the poor performance?",
        error_messages={"required": "Enter what causes the poor performance"},
        **LONG,
    )
    barriers = PrintedText(label="What is stopping improvement?", required=False, **LONG)
    help_wanted = PrintedText(label="What help do you need, and from whom?", required=False, **LONG)
    expected_recovery = forms.TypedChoiceField(
        label="When do you expect it to be back on target?",
        coerce=Quarter.parse,
        empty_value=None,
        required=False,
    )
    expected_value = forms.DecimalField(
        label="What result do you expect then?",
        max_digits=VALUE["max_digits"],
        decimal_places=VALUE["decimal_places"],
        required=False,
        error_messages={"invalid": "Enter the result you expect as a number, such as 82.5"},
    )
    starts_on = DayField(
        label="When does the plan start?", what="the day on which the plan starts", required=False
    )

    def __init__(
        self, *args: Any, today: date, replaces: ActionPlan | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.replaces = replaces
        if replaces is None:
            del self.fields["change"]
        else:
            change = self.fields["change"]
            change.label = f"What has changed since plan {replaces.number}, and why?"
            # Who saw no plan, or an older one, is told of this one first.
            change.required = not self.is_bound or (
                self.data.get(self.add_prefix("seen")) == str(replaces.number)
            )
            change.error_messages["required"] = (
                f"Enter what has changed since plan {replaces.number}"
            )
        self.initial.setdefault("seen", replaces.number if replaces else 0)
        self._offer_quarters(today)

    def keep_only(self, names: Iterable[str]) -> None:
        """Only these are asked for: the other steps ask for the rest."""
        for name in set(self.fields) - {*names}:
            del self.fields[name]

    def _offer_quarters(self, today: date) -> None:
        now = Quarter.containing(today)
        ahead = now.until(Quarter.from_ordinal(now.ordinal + QUARTERS_AHEAD))
        field_of(self, "expected_recovery", forms.TypedChoiceField).choices = [
            ("", "Not yet known"),
            *((quarter.key, str(quarter)) for quarter in ahead),
        ]


class ActionForm(NamesWho):
    """One action. A row left empty is no action; a row begun must be finished."""

    description = PrintedText(
        label="What will be done?",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    owner = who_field()
    is_outsider = outsider_field()
    starts_on = DayField(label="From when?", what="the day on which it starts", required=False)
    due_on = DayField(label="By when?", what="the day by which it will be done", required=False)

    MISSING = {
        "description": "Enter what will be done",
        "owner": "Enter who will do it",
        "due_on": "Enter the day by which it will be done",
    }

    def __init__(self, *args: Any, colleagues: Colleagues, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = colleagues
        for name in self.MISSING:
            mark_one_of_several(self.fields[name])

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if self.is_left_empty:
            return said
        for name, sentence in self.MISSING.items():
            if not said.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        starts, due = said.get("starts_on"), said.get("due_on")
        if starts and due and due < starts:
            self.add_error("due_on", "Enter a day on or after the one on which it starts")
        return said

    @property
    def is_left_empty(self) -> bool:
        return not self.errors and not any(
            self.cleaned_data.get(name) for name in (*self.MISSING, "starts_on")
        )


class Actions(BaseFormSet):
    """The actions of a plan."""

    default_error_messages = {
        "missing_management_form": "Some actions did not arrive: enter them again",
        "too_many_forms": "Enter %(num)d actions or fewer",
        "too_few_forms": "Enter at least %(num)d actions",
    }

    def clean(self) -> None:
        if not any(self.errors) and not self.given:
            raise forms.ValidationError("Enter at least one action: who does what, by when")

    @property
    def given(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.forms if not form.is_left_empty]


MOST_ACTIONS = 50
ActionFormSet = cast(
    type[Actions],
    formset_factory(
        ActionForm,
        formset=Actions,
        extra=0,
        max_num=MOST_ACTIONS,
        absolute_max=MOST_ACTIONS + 10,
        validate_max=True,
    ),
)


class ProgressForm(forms.Form):
    """How far an action has got. What is not sent at all stays as it is held."""

    seen = SeenPlan()
    progress = PrintedText(
        label="Progress",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    done_on = DayField(label="When was it done?", what="the day it was done", required=False)

    def __init__(self, typed: QueryDict | None, *, held: dict[str, Any]) -> None:
        super().__init__(_completed(typed, held), initial=held)


def _completed(typed: QueryDict | None, held: dict[str, Any]) -> QueryDict | None:
    """What was typed, with what is held of each field that did not come: silence wipes nothing."""
    if not typed:
        return None
    whole = typed.copy()
    whole.setdefault("progress", held["progress"])
    parts = ("day", "month", "year")
    if held["done_on"] and not any(f"done_on_{part}" in whole for part in parts):
        whole.update({f"done_on_{part}": getattr(held["done_on"], part) for part in parts})
    return whole


class ReviewForm(forms.Form):
    """Whether one level finds the plan enough."""

    level = forms.ChoiceField(label="Which level reviewed it?")
    sufficient = forms.TypedChoiceField(
        label="Is the plan sufficient?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        coerce=lambda said: said == "yes",
        error_messages={"required": "Select whether the plan is sufficient"},
    )
    words = PrintedText(
        label="What was said about it?",
        help_text="If it is not sufficient, say what is missing. The accountable manager gets a notice.",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, levels: Iterable[Level], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "level", forms.ChoiceField).choices = [
            (each.value, each.label) for each in levels
        ]
