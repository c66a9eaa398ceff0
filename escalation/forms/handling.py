"""What a level did with what was referred to it, as its people fill it in."""

from typing import Any

from django import forms

from core.forms import DayField, PrintedText, field_of
from escalation.models.escalations import Handling
from sorp.lexicon import Level

Kind = Handling.Kind


class HandlingForm(forms.Form):
    """Noted, plan agreed, referred up or sent back; when, and why. Only what can be done is offered."""

    kind = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": "Select what was done with it"},
    )
    words = PrintedText(
        label="Reason, or what was said",
        help_text="Needed to refer it up or send it back. Everybody who can see the indicator "
        "can read this. A referral to PAT or Cabinet is published with its reason.",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    level = forms.TypedChoiceField(
        label="If it is referred up, to which level?", coerce=Level, required=False
    )
    why_past = PrintedText(
        label="If it skips a level, why?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    handled_on = DayField(label="When was this?", what="the day it was dealt with")

    def __init__(
        self, *args: Any, at: Level, above: list[Level], may_agree: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kinds = [Kind.NOTED]
        kinds += [Kind.PLAN_AGREED] if may_agree else []
        kinds += [Kind.REFERRED_UP] if above else []
        kinds += [Kind.SENT_BACK]
        self.fields["kind"].label = f"What did the {at.label} do with it?"
        field_of(self, "kind", forms.ChoiceField).choices = [
            (each.value, each.label) for each in kinds
        ]
        if above:
            offered = [(each.value, each.label) for each in above]
            field_of(self, "level", forms.TypedChoiceField).choices = [
                ("", "Choose a level"),
                *offered,
            ]
        else:
            del self.fields["level"], self.fields["why_past"]

    def clean(self) -> dict[str, Any]:
        """Where it goes, and past whom, is said of a referral up and of nothing else."""
        given = super().clean() or self.cleaned_data
        kind = given.get("kind")
        if kind == Kind.REFERRED_UP and not given.get("level") and "level" not in self.errors:
            self.add_error("level", "Choose the level to which it is referred up")
        elif kind and kind != Kind.REFERRED_UP:
            for name in ("level", "why_past"):
                if given.get(name):
                    self.add_error(name, "Leave this empty unless it is referred up")
        return given
