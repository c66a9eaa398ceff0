"""What is filled in about people and the posts they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.clock import localdate
from core.forms import DayField, PrintedText, field_of
from core.post import is_post_set_up
from core.words import Word
from organisation.forms.units import UnitChoice
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.rules import PostKind, UnitTier

NOT_OF_A_PART = {
    PostKind.PERFORMANCE_OFFICER: "A performance officer is the council’s: for one directorate choose"
    " “Directorate’s performance officer”, or the council as unit",
    PostKind.AUDITOR: "An auditor reads everything: choose the council as unit",
    PostKind.MANAGING_DIRECTOR: "The managing director is the council’s: choose it as unit",
}


class WayIn(Word):
    """How somebody is told that they may come in."""

    EMAIL = "email", "Send an e-mail with a link"
    LETTER = "letter", "Print a letter with a link"
    LATER = "later", "Not now"


NO_POST = (
    "This service cannot send e-mail yet. Print the letter and hand it over, or set e-mail up"
    " (EMAIL_URL, in the guide to operations)."
)


def say_how_they_can_be_told(form: forms.Form, ways: Sequence[WayIn] = tuple(WayIn)) -> None:
    """Where no e-mail leaves the service, none is offered: the letter comes first, and it is said why."""
    way = field_of(form, "way", forms.ChoiceField)
    if not is_post_set_up():
        ways = [each for each in ways if each is not WayIn.EMAIL]
        way.help_text = NO_POST
    way.choices = [(each.value, each.label) for each in ways]
    way.initial = ways[0].value


class PostForm(forms.Form):
    """A post of a unit, and between which days somebody holds it."""

    kind = forms.ChoiceField(label="Post", choices=[("", "Choose a post"), *PostKind.choices()])
    unit = UnitChoice(
        Unit.objects.none(),
        label="Of which unit?",
        to_field_name="code",
        empty_label="Choose a unit",
    )
    title = PrintedText(
        label="What is the post called?",
        max_length=200,
        required=False,
        help_text="Such as “Head of Highways”. Without it, the kind of post and the unit.",
    )
    starts_on = DayField(what="the first day", label="First day")
    ends_on = DayField(
        what="the last day",
        label="Last day",
        required=False,
        help_text="An auditor needs one. For any other post, leave it empty if you do not know it yet.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stand = Unit.objects.not_closed(localdate())
        field_of(self, "unit", forms.ModelChoiceField).queryset = stand.order_by("name")

    def clean_kind(self) -> PostKind:
        return PostKind(self.cleaned_data["kind"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kind, unit = given.get("kind"), given.get("unit")
        starts_on, ends_on = given.get("starts_on"), given.get("ends_on")
        if kind in NOT_OF_A_PART and unit is not None and unit.tier != UnitTier.COUNCIL:
            self.add_error("unit", NOT_OF_A_PART[kind])
        if kind is PostKind.DIRECTORATE_OFFICER and unit is not None and unit.parent_id is None:
            self.add_error(
                "unit",
                "Choose the directorate. For the whole council, choose “Performance officer” instead",
            )
        if kind is PostKind.AUDITOR and ends_on is None and "ends_on" not in self.errors:
            self.add_error("ends_on", "Enter the last day: an auditor’s post always has one")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "The last day cannot be before the first")
        return given


class PersonForm(forms.Form):
    """What a person is called, and their one address."""

    name = PrintedText(label="Name", max_length=200)
    email = forms.EmailField(label="E-mail address", max_length=254)
    is_another = forms.BooleanField(label="This is somebody else of the same name", required=False)
    field_order: Sequence[str] = ("name", "is_another", "email")

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self._asked = self.fields["is_another"]
        if "is_another" not in self.data:  # asked only of whoever names somebody's namesake
            del self.fields["is_another"]

    def _others(self) -> QuerySet[User]:
        return User.objects.exclude(pk=self.person.pk) if self.person else User.objects.all()

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        holder = self._others().filter(email__iexact=email).first()
        if holder is not None:
            raise forms.ValidationError(f"{email} is {holder.name}’s: a person has one address")
        return email

    def clean(self) -> dict[str, Any]:
        """One of the same name may be the same person, with a second address: that is asked."""
        given = super().clean() or {}
        if given.pop("is_another", False) or not given.get("name"):
            return given
        twin = self._others().filter(name__iexact=given["name"]).first()
        if twin is not None:
            self.fields["is_another"] = self._asked
            self.order_fields(self.field_order)
            self.add_error(
                "name",
                f"{twin.name} is registered already, as {twin.email}: use that, or tick that this is"
                " somebody else",
            )
        return given


class InviteForm(PersonForm, PostForm):
    """Somebody who comes in, as what, and how they are told."""

    way = forms.ChoiceField(
        label="How do they get their link?",
        choices=WayIn.choices,
        widget=forms.RadioSelect,
        initial=WayIn.EMAIL.value,
    )
    field_order = (
        "name",
        "is_another",
        "email",
        "kind",
        "unit",
        "title",
        "starts_on",
        "ends_on",
        "way",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_how_they_can_be_told(self)

    def clean_way(self) -> WayIn:
        return WayIn(self.cleaned_data["way"])


class AppointForm(PostForm):
    """Somebody who is here already, and a post that they take up."""

    person = forms.ModelChoiceField(
        User.objects.none(), label="Who?", empty_label="Choose a person"
    )
    field_order = ("person", "kind", "unit", "title", "starts_on", "ends_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = User.objects.filter(is_active=True)
        field_of(self, "person", forms.ModelChoiceField).queryset = active


class LastDayForm(forms.Form):
    """The last day of a post, a place or a body, or none."""

    ends_on = DayField(
        what="the last day",
        label="Last day",
        required=False,
        help_text="Leave it empty if there is none.",
    )


class ReasonForm(forms.Form):
    """Why something is done, for the record."""

    reason = PrintedText(
        label="Why?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="It is recorded.",
        error_messages={"required": "Say why"},
    )


class WayInForm(forms.Form):
    """How somebody is told that they may come in."""

    way = forms.ChoiceField(
        label="How do they get their link?",
        choices=WayIn.choices,
        widget=forms.RadioSelect,
        initial=WayIn.EMAIL.value,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_how_they_can_be_told(self, (WayIn.EMAIL, WayIn.LETTER))
