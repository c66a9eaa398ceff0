"""What is filled in about a unit: what it is called, where it stands, and from which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue

from core.clock import localdate
from core.forms import DayField, PrintedText, field_of
from organisation.models.units import Unit
from organisation.rules import UnitTier

CODE = RegexValidator(
    r"^[A-Za-z0-9_-]{1,40}$", "Use letters, figures, hyphens and underscores, up to 40"
)


def code_field(**options: Any) -> forms.CharField:
    return forms.CharField(
        label="Code",
        max_length=40,
        validators=[CODE],
        help_text="Such as HW-NORTH. Addresses and files use it, so it cannot be changed later.",
        **options,
    )


def name_field(label: str = "Name") -> PrintedText:
    return PrintedText(label=label, max_length=200)


class HasCodeAndName(Protocol):
    """A unit, a branch of the tree, or a body."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...


def named_apart(named: Iterable[HasCodeAndName]) -> list[tuple[str, str]]:
    """The code and the name of each; where several have one name, with the code behind it."""
    rows = list(named)
    times = Counter(row.name.casefold() for row in rows)
    return [
        (row.code, f"{row.name} ({row.code})" if times[row.name.casefold()] > 1 else row.name)
        for row in rows
    ]


class NamesApart(ModelChoiceIterator):
    """What there is to choose from; where several have one name, each with its code."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield "", str(self.field.empty_label)
        rows = list(self.queryset.all())
        for row, (_, name) in zip(rows, named_apart(rows), strict=True):
            yield ModelChoiceIteratorValue(self.field.prepare_value(row), row), name


class UnitChoice(forms.ModelChoiceField):
    """One unit; two of one name are told apart by their codes."""

    iterator = NamesApart


class UnitForm(forms.Form):
    """Of which unit, and all below it, a list is; else of the whole council."""

    unit = UnitChoice(
        Unit.objects.order_by("name"),
        label="Unit",
        to_field_name="code",
        empty_label="The whole council",
        required=False,
    )


class UnitChoices(forms.ModelMultipleChoiceField):
    """Several units; two of one name are told apart by their codes."""

    iterator = NamesApart


class NamedOnceForm(forms.Form):
    """A form for something new with a name. A name that stands already is asked about: it may be the same thing."""

    is_another = forms.BooleanField(label="This is another of the same name", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked = self.fields["is_another"]
        if "is_another" not in self.data:  # asked only where the name stands
            del self.fields["is_another"]

    def standing(self, name: str) -> tuple[str, str] | None:
        """The name and code of what has this name already."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.pop("is_another", False) or not given.get("name"):
            return given
        if (stands := self.standing(given["name"])) is not None:
            self.fields["is_another"] = self._asked
            self.order_fields(self.field_order)
            name, code = stands
            self.add_error(
                "name",
                f"{name} exists already, with the code {code}: use that, or tick that this is another",
            )
        return given


def unit_field(label: str, **options: Any) -> forms.ModelChoiceField:
    return UnitChoice(
        Unit.objects.none(),
        label=label,
        to_field_name="code",
        empty_label="Choose a unit",
        **options,
    )


class NewUnitForm(NamedOnceForm):
    """A unit that is to stand from a day on."""

    field_order = ("name", "is_another", "code", "tier", "parent", "starts_on")
    name = name_field()
    code = code_field()
    tier = forms.ChoiceField(
        label="Tier",
        choices=[(tier.value, tier.label) for tier in UnitTier if tier is not UnitTier.COUNCIL],
        widget=forms.RadioSelect,
    )
    parent = unit_field("Part of which unit?")
    starts_on = DayField(what="the day from which it exists", label="From when?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = Unit.objects.not_closed(localdate()).exclude(tier=UnitTier.TEAM)
        field_of(self, "parent", forms.ModelChoiceField).queryset = parents.order_by("name")

    def standing(self, name: str) -> tuple[str, str] | None:
        stand = Unit.objects.not_closed(localdate()).filter(name__iexact=name)
        return stand.values_list("name", "code").first()

    def clean_tier(self) -> UnitTier:
        return UnitTier(self.cleaned_data["tier"])


class RenameUnitForm(forms.Form):
    """What a unit is called from a day on."""

    name = name_field("What is its new name?")
    starts_on = DayField(what="the day from which it is called so", label="From when?")


class MoveUnitForm(forms.Form):
    """Of which unit a unit is part from a day on."""

    parent = unit_field("Which unit will it be part of?")
    starts_on = DayField(what="the day from which it is part of that", label="From when?")

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        higher = [tier for tier in UnitTier if tier.depth < UnitTier(unit.tier).depth]
        stand = Unit.objects.not_closed(localdate()).filter(tier__in=higher)
        field_of(self, "parent", forms.ModelChoiceField).queryset = stand.order_by("name")

    def clean_parent(self) -> Unit:
        parent: Unit = self.cleaned_data["parent"]
        if self.unit.parent_id == parent.pk:
            raise forms.ValidationError(f"It is part of {parent.name} already: choose another")
        return parent


class MergeForm(forms.Form):
    """Units of one tier that become one from a day on."""

    units = UnitChoices(
        Unit.objects.none(),
        label="Which become one?",
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose the units that become one"},
    )
    into = UnitChoice(
        Unit.objects.none(),
        label="Into which?",
        to_field_name="code",
        empty_label="A new unit, named below",
        required=False,
        help_text="One of them may continue and take over from the others.",
    )
    name = PrintedText(label="Name of the new unit", max_length=200, required=False)
    code = code_field(required=False)
    starts_on = DayField(what="the day from which they are one", label="From when?")
    posts_go_along = forms.BooleanField(
        label="Move posts: people keep the same post in the new unit",
        help_text="Directors are not moved: each unit has its own. If you do not tick this, the posts end.",
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same = Unit.objects.not_closed(localdate()).filter(
            tier=unit.tier, successor=None, parent=unit.parent
        )
        field_of(self, "units", forms.ModelMultipleChoiceField).queryset = same.order_by("name")
        field_of(self, "into", forms.ModelChoiceField).queryset = same.order_by("name")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("into") is None:
            for name, what in (("name", "a name"), ("code", "a code")):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, f"Give the new unit {what}, or choose one that stays")
        return given


class SplitForm(forms.Form):
    """A unit that becomes two from a day on, between which its parts are shared."""

    first_name = name_field("Name of the first new unit")
    first_code = code_field()
    second_name = name_field("Name of the second new unit")
    second_code = code_field()
    second_parts = UnitChoices(
        Unit.objects.none(),
        label="Which parts go to the second?",
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="All others go to the first, with the unit’s own indicators.",
    )
    starts_on = DayField(what="the day from which they are two", label="From when?")
    posts_go_along = forms.BooleanField(
        label="Move posts to the first unit",
        help_text="Directors are not moved. If you do not tick this, the posts end.",
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = Unit.objects.filter(parent=unit).order_by("name")
        field_of(self, "second_parts", forms.ModelMultipleChoiceField).queryset = parts

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, second = given.get("first_code"), given.get("second_code")
        if first and second and first.casefold() == second.casefold():
            self.add_error("second_code", "Give the two new units different codes")
        return given


class CloseUnitForm(forms.Form):
    """A unit's last day, and which takes over."""

    ends_on = DayField(what="its last day", label="Its last day")
    successor = UnitChoice(
        Unit.objects.none(),
        label="Which unit takes over?",
        to_field_name="code",
        empty_label="None: its work ends",
        required=False,
    )
    posts_go_along = forms.BooleanField(
        label="Move posts: people keep the same post in that unit",
        help_text="Directors are not moved. If you do not tick this, the posts end.",
        required=False,
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_high = [tier for tier in UnitTier if tier.depth <= UnitTier(unit.tier).depth]
        stand = Unit.objects.not_closed(localdate()).filter(tier__in=as_high, successor=None)
        others = stand.exclude(Q(pk=unit.pk)).order_by("name")
        field_of(self, "successor", forms.ModelChoiceField).queryset = others
