"""What people fill in about the strategy."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import RegexValidator
from django.utils.text import slugify

from core.forms import DayField, PrintedText, field_of, mark_one_of_several
from indicators.models.definitions import Indicator
from organisation.models.people import User
from strategy.models.plan import (
    Aim,
    Evaluation,
    Evidence,
    Measure,
    Milestone,
    PlanPart,
    Priority,
    Project,
    SuccessFactor,
    Theme,
)
from strategy.rules.plan import SLUG, Judgement, MeasureKind, read_financial_year


class MilestoneForm(forms.Form):
    """How a milestone is coming on. Its due date is not here: a promise is not changed."""

    forecast_on = DayField(
        label="When do you expect it to be done?", what="the forecast", required=False
    )
    done_on = DayField(label="When was it done?", what="the day it was done", required=False)
    progress = PrintedText(
        label="Progress",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="If it will be late, say why and what is being done.",
    )


class PartForm(forms.Form):
    """One part of the plan. Its fields are those of the part, by name.

    What is settled once stands in the form by which a part is added and not in the one that changes it.
    """

    settled: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, part: PlanPart | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if part is not None:
            for name in self.settled:
                del self.fields[name]


class NamedPartForm(PartForm):
    """A part with a name, and a short one for its address and for files."""

    settled = ("slug",)

    name = PrintedText(
        label="Name", max_length=200, error_messages={"required": "Enter what it is called"}
    )
    slug = forms.CharField(
        label="Code",
        required=False,
        max_length=60,
        validators=[RegexValidator(rf"^{SLUG}$", "Use small letters, figures and hyphens")],
        help_text="Used in addresses and files, so it cannot be changed later. Leave it empty to make it from the name.",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "slug" in self.fields and not given.get("slug") and "slug" not in self.errors:
            given["slug"] = slugify(given.get("name", ""))[:60].strip("-")
            if not given["slug"] and "name" in given:
                self.add_error("slug", "Enter a code of small letters, figures and hyphens")
        return given


def description_field() -> PrintedText:
    return PrintedText(
        label="Description",
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def first_day_field() -> DayField:
    return DayField(
        label="First day",
        what="the first day",
        required=False,
        help_text="Leave it empty if it has been there since the plan began.",
    )


def _place(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=9_999,
        help_text="Leave it empty to put it last. If you enter the place of another, the two swap.",
        error_messages={
            "invalid": "Enter its place as a whole number, such as 3",
            "min_value": "Enter a place from 1 to 9999",
            "max_value": "Enter a place from 1 to 9999",
        },
    )


def _whole(form: forms.Form, name: str, part: PlanPart | None) -> int | None:
    """A place that was left empty: when a part is changed, it keeps the one it has."""
    given: int | None = form.cleaned_data[name]
    return getattr(part, name) if given is None and part is not None else given


class AimForm(NamedPartForm):
    """What the plan is for."""

    description = description_field()
    position = _place("Place among the aims")
    starts_on = first_day_field()
    field_order = ("name", "slug")

    def __init__(self, *args: Any, part: Aim | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        self.part = part

    def clean_position(self) -> int | None:
        return _whole(self, "position", self.part)


class ThemeForm(NamedPartForm):
    """A part of the plan, and which aims it serves."""

    aims = forms.ModelMultipleChoiceField(
        Aim.objects.none(),
        label="Which aims does it serve?",
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    description = description_field()
    position = _place("Place among the themes")
    starts_on = first_day_field()
    field_order = ("name", "slug")

    def __init__(self, *args: Any, part: Theme | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        self.part = part
        held = part.aims.all() if part else Aim.objects.none()
        field_of(self, "aims", forms.ModelMultipleChoiceField).queryset = offered(Aim, held)

    def clean_position(self) -> int | None:
        return _whole(self, "position", self.part)


class PriorityForm(NamedPartForm):
    """A strategic priority, who speaks for it, and to which themes it belongs."""

    number = _place("Number")
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.none(),
        label="To which themes does it belong?",
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    sponsor = PrintedText(
        label="Sponsor",
        max_length=200,
        required=False,
        help_text="The office of its sponsor, such as “Cabinet Member for Children”.",
    )
    description = description_field()
    starts_on = first_day_field()
    field_order = ("name", "slug")

    def __init__(self, *args: Any, part: Priority | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        self.part = part
        held = part.themes.all() if part else Theme.objects.none()
        field_of(self, "themes", forms.ModelMultipleChoiceField).queryset = offered(Theme, held)

    def clean_number(self) -> int | None:
        return _whole(self, "number", self.part)


def offered(model: Any, held: Any) -> Any:
    """What may be chosen: all that go on, and what was chosen before."""
    return (model.objects.filter(ends_on=None) | model.objects.filter(pk__in=held)).distinct()


def _priority(label: str, *, required: bool = True) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Priority.objects.none(),
        label=label,
        to_field_name="slug",
        empty_label="Choose a priority" if required else "None",
        required=required,
        error_messages={"required": "Choose the priority"},
    )


class SuccessFactorForm(PartForm):
    """What will have been delivered for a priority by the end of a financial year."""

    settled = ("priority",)

    priority = _priority("For which priority?")
    by_year = forms.CharField(
        label="By which financial year?",
        max_length=12,
        help_text="For example, 2014/15.",
        error_messages={"required": "Enter the financial year, such as 2014/15"},
    )
    wording = PrintedText(
        label="We will have delivered …",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what will have been delivered"},
    )
    starts_on = first_day_field()

    def __init__(self, *args: Any, part: SuccessFactor | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        if part is None:
            field_of(self, "priority", forms.ModelChoiceField).queryset = Priority.objects.filter(
                ends_on=None
            )

    def clean_by_year(self) -> int:
        try:
            return read_financial_year(self.cleaned_data["by_year"])
        except ValueError as refusal:
            said = str(refusal)
            raise forms.ValidationError(said[:1].upper() + said[1:]) from None


class MeasureForm(PartForm):
    """One way in which a priority is judged."""

    settled = ("priority", "kind", "indicator")

    priority = _priority("Of which priority?")
    kind = forms.ChoiceField(
        label="How is it judged?",
        choices=MeasureKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it is judged"},
    )
    indicator = forms.ModelChoiceField(
        Indicator.objects.none(),
        label="By which indicator?",
        to_field_name="reference",
        empty_label="None",
        required=False,
        help_text="Only if it is judged by an indicator.",
    )
    wording = PrintedText(
        label="In words",
        max_length=300,
        required=False,
        help_text="The name of the survey, inspection or evaluation. Leave it empty for an indicator.",
    )
    starts_on = first_day_field()

    def __init__(self, *args: Any, part: Measure | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        if part is None:
            field_of(self, "priority", forms.ModelChoiceField).queryset = Priority.objects.filter(
                ends_on=None
            )
            field_of(
                self, "indicator", forms.ModelChoiceField
            ).queryset = Indicator.objects.order_by("reference")

    def clean_kind(self) -> MeasureKind:
        return MeasureKind(self.cleaned_data["kind"])


class PlannedMilestoneForm(PartForm):
    """A dated thing to be done, for a priority or by a project, and who answers for it."""

    settled = ("priority", "project")

    title = PrintedText(
        label="What is to be done?",
        max_length=300,
        error_messages={"required": "Say what is to be done"},
    )
    priority = _priority("For which priority?", required=False)
    project = forms.ModelChoiceField(
        Project.objects.none(),
        label="Or by which project?",
        to_field_name="slug",
        empty_label="None",
        required=False,
        help_text="Choose a priority or a project, not both.",
    )
    due_on = DayField(
        label="By which day?",
        what="the day by which it is to be done",
        help_text="Once there is an update on the milestone, this day moves only by an approved re-baselining.",
    )
    accountable_manager = forms.ModelChoiceField(
        User.objects.none(),
        label="Who answers for it?",
        to_field_name="email",
        empty_label="Choose a person",
        error_messages={"required": "Choose who answers for it"},
    )
    starts_on = first_day_field()

    def __init__(self, *args: Any, part: Milestone | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        whose = User.objects.filter(is_active=True)
        if part is not None:
            whose |= User.objects.filter(pk=part.accountable_manager_id)
        field_of(self, "accountable_manager", forms.ModelChoiceField).queryset = whose.distinct()
        if part is None:
            field_of(self, "priority", forms.ModelChoiceField).queryset = Priority.objects.filter(
                ends_on=None
            )
            field_of(self, "project", forms.ModelChoiceField).queryset = Project.objects.filter(
                ends_on=None
            )
            for name in ("priority", "project"):
                mark_one_of_several(self.fields[name])


class ProgrammeForm(NamedPartForm):
    """A programme of change, an enabler or capital works, and who speaks for it."""

    sponsor = PrintedText(
        label="Sponsor",
        max_length=200,
        required=False,
        help_text="The office of its sponsor, such as “Cabinet Member for Children”.",
    )
    description = description_field()
    starts_on = first_day_field()
    field_order = ("name", "slug")


class EvidenceForm(PartForm):
    """What was found out about a priority that is no figure."""

    settled = ("priority",)

    priority = _priority("About which priority?")
    title = PrintedText(
        label="What is it?",
        max_length=200,
        help_text="A survey, an inspection, what residents said.",
        error_messages={"required": "Say what it is"},
    )
    gathered_on = DayField(label="When was it gathered?", what="the day it was gathered")
    finding = PrintedText(
        label="What was found?",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say what was found"},
    )
    source = PrintedText(label="Source", max_length=300, required=False)

    def __init__(self, *args: Any, part: Evidence | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        if part is None:
            field_of(self, "priority", forms.ModelChoiceField).queryset = Priority.objects.filter(
                ends_on=None
            )


class EvaluationForm(PartForm):
    """What a formal evaluation of a priority found, and who judged."""

    settled = ("priority",)

    priority = _priority("Of which priority?")
    judged_on = DayField(label="When was it judged?", what="the day it was judged")
    judgement = forms.ChoiceField(
        label="What was the judgement?",
        choices=Judgement.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the judgement"},
    )
    finding = PrintedText(
        label="What was found?",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say what was found"},
    )
    judged_by = PrintedText(
        label="Who judged?",
        max_length=200,
        help_text="The body or the office.",
        error_messages={"required": "Say who judged"},
    )

    def __init__(self, *args: Any, part: Evaluation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        if part is None:
            field_of(self, "priority", forms.ModelChoiceField).queryset = Priority.objects.filter(
                ends_on=None
            )

    def clean_judgement(self) -> Judgement:
        return Judgement(self.cleaned_data["judgement"])


class EndPartForm(forms.Form):
    """A last day, or none."""

    ends_on = DayField(
        label="Last day",
        what="the last day",
        required=False,
        help_text="Leave it empty if there is none.",
    )
