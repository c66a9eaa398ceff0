"""What is filled in to have one indicator judged otherwise for a time, and to decide on it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from core.fields import Digits
from core.forms import LongText, PrintedText, field_of, mark_one_of_several
from core.quarters import Quarter
from core.refusals import Refused
from indicators.models.definitions import VALUE
from indicators.queries.variations import REGISTER_STATES
from indicators.services.variations import LONGEST_VARIATION, VariedWindow
from sorp.lexicon import RatingMethod
from sorp.rules.conditions.base import MOST_QUARTERS, Condition

AS_IT_IS, OTHERWISE, NOT_AT_ALL = "", "otherwise", "never"
QUARTERS_OFFERED = 4  # in which a variation may begin
PARAGRAPH: LongText = {"widget": forms.Textarea(attrs={"rows": 3}), "max_length": 2000}


def _figure(label: str, example: str, digits: Digits = VALUE) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        error_messages={"invalid": f"Enter the {label.lower()} as a number, such as {example}"},
        **digits,
    )


def _whole(label: str, most: int, advice: str) -> forms.IntegerField:
    messages = dict.fromkeys(("invalid", "min_value", "max_value"), advice)
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=most, error_messages=messages
    )


# What may be judged otherwise, beside triggers, and the questions that each needs.
VARIED: dict[str, tuple[str, tuple[str, ...]]] = {
    "target": ("Its target or its floor standard", ("target", "floor")),
    "method": (
        "How it is rated: by its floor standard, or by a tolerance",
        ("method", "tolerance"),
    ),
    "recovery": ("When it recovers", ("exit_quarters",)),
}


class VaryForm(forms.Form):
    """What is to be judged otherwise: the form after it asks for nothing else."""

    vary = forms.MultipleChoiceField(
        label="What is to be judged otherwise?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Select at least one thing to be judged otherwise",
            "invalid_choice": "Select from the list what is to be judged otherwise",
        },
    )

    def __init__(self, *args: Any, triggers: Sequence[Condition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "vary", forms.MultipleChoiceField).choices = [
            *((key, label) for key, (label, _) in VARIED.items()),
            *(
                (f"trigger-{each.key}", f"When it is referred up: {each.sentence}")
                for each in triggers
            ),
        ]


class VariationForm(forms.Form):
    """A proposal: what is judged otherwise, why, and for which quarters.

    `vary` names what was chosen to be judged otherwise; where nothing was, everything is asked.
    """

    what = PrintedText(
        label="What is to be judged differently?",
        help_text="A sentence for everybody who reads the indicator.",
        error_messages={"required": "Say in a sentence what is judged differently"},
        **PARAGRAPH,
    )
    reason = PrintedText(
        label="Why?",
        error_messages={"required": "Say why the SORP does not suit this indicator"},
        **PARAGRAPH,
    )
    clause = PrintedText(
        label="Which clause of the SORP does this depart from?",
        help_text="Its number, such as 4.1.",
        required=False,
        max_length=20,
    )
    from_quarter = forms.TypedChoiceField(
        label="From which quarter?",
        coerce=Quarter.parse,
        error_messages={
            "required": "Select the first quarter judged differently",
            "invalid_choice": "Select a quarter from the list: those before it are closed",
        },
    )
    until_quarter = forms.TypedChoiceField(
        label="Until which quarter?",
        coerce=Quarter.parse,
        help_text="The last quarter judged differently. A variation always ends.",
        error_messages={
            "required": "Select the last quarter judged differently",
            "invalid_choice": "Select the last quarter from the list",
        },
    )
    method = forms.ChoiceField(
        label="How is it rated?",
        required=False,
        choices=[
            ("", "As it is now"),
            *((each.value, each.label) for each in (RatingMethod.FLOOR, RatingMethod.TOLERANCE)),
        ],
        widget=forms.RadioSelect,
    )
    tolerance = _figure(
        "Tolerance, in per cent of the target", "7.5", {"max_digits": 6, "decimal_places": 3}
    )
    target = _figure("Target", "82.5")
    floor = _figure("Floor standard", "75")
    exit_quarters = _whole(
        "How many green quarters running does it need to recover?",
        8,
        "Enter a whole number from 1 to 8",
    )

    # What may be judged otherwise: at least one of them is, and any of them may be.
    OTHERWISE = ("method", "tolerance", "target", "floor", "exit_quarters")

    def __init__(
        self,
        *args: Any,
        first: Quarter,
        triggers: Sequence[Condition],
        vary: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if vary:
            triggers = [each for each in triggers if f"trigger-{each.key}" in vary]
            for key, (_, names) in VARIED.items():
                for name in names if key not in vary else ():
                    del self.fields[name]
        last = Quarter.from_ordinal(first.ordinal + QUARTERS_OFFERED + LONGEST_VARIATION - 2)
        offered = [(each.key, str(each)) for each in first.until(last)]
        field_of(self, "from_quarter", forms.TypedChoiceField).choices = offered[:QUARTERS_OFFERED]
        until = field_of(self, "until_quarter", forms.TypedChoiceField)
        until.choices = [("", "Select a quarter"), *offered]
        self.conditions = tuple(triggers)
        for number, condition in enumerate(self.conditions):
            self._add_trigger(f"trigger_{number}", condition)

        for name in set(self.OTHERWISE) & set(self.fields):
            mark_one_of_several(self.fields[name])

    def _add_trigger(self, name: str, condition: Condition) -> None:
        self.fields[name] = forms.ChoiceField(
            label=f"“{condition.name}”",
            help_text=condition.sentence,
            required=False,
            choices=[
                (AS_IT_IS, "As the SORP has it"),
                (OTHERWISE, "Counts other quarters"),
                (NOT_AT_ALL, "Does not apply"),
            ],
            widget=forms.RadioSelect,
        )
        advice = f"Enter a whole number of quarters from 1 to {MOST_QUARTERS}"
        self.fields[f"{name}_at_least"] = _whole(
            f"“{condition.name}”: in at least how many quarters?", MOST_QUARTERS, advice
        )
        self.fields[f"{name}_within"] = _whole(
            f"“{condition.name}”: of the last how many?", MOST_QUARTERS, advice
        )
        for part in (name, f"{name}_at_least", f"{name}_within"):
            mark_one_of_several(self.fields[part])

    @property
    def rating_fields(self) -> list[BoundField]:
        """What is asked of how it is rated."""
        names = ("method", "tolerance", "target", "floor")
        return [self[name] for name in names if name in self.fields]

    @property
    def trigger_fields(self) -> Iterator[tuple[BoundField, BoundField, BoundField]]:
        """Each trigger's three fields, for the page."""
        for number in range(len(self.conditions)):
            name = f"trigger_{number}"
            yield self[name], self[f"{name}_at_least"], self[f"{name}_within"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for number, condition in enumerate(self.conditions):
            name = f"trigger_{number}"
            numbers = [given.get(f"{name}_at_least"), given.get(f"{name}_within")]
            chosen = given.get(name)
            if chosen == OTHERWISE and None in numbers and not self._has_wrong_numbers(name):
                self.add_error(name, f"“{condition.name}”: enter both numbers of quarters")
            elif chosen != OTHERWISE and numbers != [None, None]:
                self.add_error(
                    name,
                    f"“{condition.name}”: choose “Counts other quarters”, or clear the numbers",
                )
        return given

    def _has_wrong_numbers(self, name: str) -> bool:
        return f"{name}_at_least" in self.errors or f"{name}_within" in self.errors

    @property
    def proposed(self) -> dict:
        """What was filled in, as the service takes it."""
        given = self.cleaned_data
        named = (
            *("what", "reason", "clause", "from_quarter", "until_quarter"),
            *("method", "tolerance", "target", "floor", "exit_quarters"),
        )
        asked = {name: given[name] for name in named if name in given}
        return asked | {"triggers": list(self._triggers())}

    def _triggers(self) -> Iterator[VariedWindow]:
        for number, condition in enumerate(self.conditions):
            name = f"trigger_{number}"
            chosen = self.cleaned_data[name]
            if chosen == OTHERWISE:
                numbers = (self.cleaned_data[f"{name}_{each}"] for each in ("at_least", "within"))
                yield VariedWindow(condition.key, *numbers)
            elif chosen == NOT_AT_ALL:
                yield VariedWindow(condition.key)

    def field_of(self, refusal: Refused) -> str | None:
        """The field that a refusal speaks of, by what the service says of it."""
        if refusal.field != "triggers":
            return refusal.field if refusal.field in self.fields else None
        for number, condition in enumerate(self.conditions):
            if f"“{condition.name}”" in str(refusal):
                return f"trigger_{number}"
        return None


class DecisionForm(forms.Form):
    """Agreeing to a variation, or refusing it."""

    verdict = forms.ChoiceField(
        label="What do you decide?",
        choices=[("agree", "Agree to it"), ("refuse", "Refuse it")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether you agree to it or refuse it"},
    )
    decision = PrintedText(
        label="Your comment",
        help_text="Everybody who reads the indicator sees this. Needed to refuse.",
        required=False,
        **PARAGRAPH,
    )


class EndVariationForm(forms.Form):
    """Ending an agreed variation before its last quarter."""

    until_quarter = forms.TypedChoiceField(
        label="Which is its last quarter?",
        coerce=Quarter.parse,
        error_messages={
            "required": "Select its last quarter",
            "invalid_choice": "Select the last quarter from the list",
        },
    )
    reason = PrintedText(
        label="Why does it end early?",
        error_messages={"required": "Say why it ends early"},
        **PARAGRAPH,
    )

    def __init__(self, *args: Any, first: Quarter, last: Quarter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        until = field_of(self, "until_quarter", forms.TypedChoiceField)
        until.choices = [(each.key, str(each)) for each in first.until(last)]


class VariationFilterForm(forms.Form):
    """Which variations the register shows."""

    state = forms.ChoiceField(
        label="Show", required=False, choices=[("", "All of them"), *REGISTER_STATES.items()]
    )
