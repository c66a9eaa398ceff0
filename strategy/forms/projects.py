"""What people fill in about projects."""

from typing import Any

from django import forms

from core.forms import DayField, PrintedText, field_of
from organisation.forms.accounts import PersonField
from organisation.models.people import User
from strategy.forms.plan import NamedPartForm, PartForm, description_field, first_day_field, offered
from strategy.forms.savings import PoundsField
from strategy.models.plan import Programme, Project
from strategy.models.projects import Dependency
from strategy.rules.projects import Confidence, ProjectKind


def _prose(label: str, hint: str = "") -> PrintedText:
    return PrintedText(
        label=label,
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=hint,
    )


class ProjectForm(NamedPartForm):
    """One piece of a programme, as its initiation document has it."""

    programme = forms.ModelChoiceField(
        Programme.objects.none(),
        label="Of which programme?",
        to_field_name="slug",
        empty_label="Choose a programme",
        error_messages={"required": "Choose the programme"},
    )
    kind = forms.ChoiceField(
        label="What kind of project is it?",
        choices=[("", "Not said"), *ProjectKind.choices()],
        required=False,
    )
    description = description_field()
    objective = _prose("Objective")
    scope = _prose("Scope", "What it does, and what it leaves out.")
    benefits = _prose("Benefits")
    sponsor = PrintedText(
        label="Sponsor",
        max_length=200,
        required=False,
        help_text="The office of its sponsor, such as “Director of Highways”.",
    )
    lead = PersonField(
        User.objects.none(),
        label="Who leads it?",
        to_field_name="email",
        empty_label="Nobody yet",
        required=False,
        help_text="They report on it.",
    )
    baseline_start = DayField(label="Baseline start", what="the baseline start", required=False)
    baseline_finish = DayField(
        label="Baseline finish",
        what="the baseline finish",
        required=False,
        help_text="Once the project has a report, this moves only by an approved re-baselining.",
    )
    budget = PoundsField(label="Budget", required=False, help_text="In whole pounds.")
    starts_on = first_day_field()
    field_order = ("name", "slug")

    def __init__(self, *args: Any, part: Project | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        held = Programme.objects.filter(pk__in=[part.programme_id] if part else [])
        field_of(self, "programme", forms.ModelChoiceField).queryset = offered(Programme, held)
        leads = User.objects.filter(is_active=True)
        if part is not None and part.lead is not None:
            leads |= User.objects.filter(pk=part.lead.pk)
        field_of(self, "lead", PersonField).queryset = leads.distinct().order_by("name")

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        start, finish = given.get("baseline_start"), given.get("baseline_finish")
        if start and finish and finish < start:
            self.add_error("baseline_finish", "It cannot finish before it starts")
        return given


class DependencyForm(PartForm):
    """Something that a project needs from elsewhere."""

    settled = ("project",)

    project = forms.ModelChoiceField(
        Project.objects.none(),
        label="Which project needs it?",
        to_field_name="slug",
        empty_label="Choose a project",
        error_messages={"required": "Choose the project"},
    )
    what = PrintedText(
        label="What does it need?",
        max_length=300,
        error_messages={"required": "Say what it needs"},
    )
    on_project = forms.ModelChoiceField(
        Project.objects.none(),
        label="From which project?",
        to_field_name="slug",
        empty_label="From outside these projects",
        required=False,
    )
    needed_by = DayField(
        label="By which day?", what="the day by which it is needed", required=False
    )
    met_on = DayField(label="When was it met?", what="the day it was met", required=False)
    starts_on = first_day_field()

    def __init__(self, *args: Any, part: Dependency | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        held = Project.objects.filter(pk__in=[part.on_project_id] if part else [])
        field_of(self, "on_project", forms.ModelChoiceField).queryset = offered(Project, held)
        if part is None:
            field_of(self, "project", forms.ModelChoiceField).queryset = Project.objects.filter(
                ends_on=None
            )


class ReportProjectForm(forms.Form):
    """How a project stands. Its baseline is not here: it moves by re-baselining alone."""

    as_at = DayField(label="As at which day?", what="the day of this report")
    confidence = forms.TypedChoiceField(
        label="How confident are you that it delivers, by its day and within its budget?",
        choices=Confidence.choices,
        coerce=Confidence,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how confident you are"},
    )
    started_on = DayField(label="When did it start?", what="the day it started", required=False)
    forecast_finish = DayField(
        label="When do you expect it to finish?", what="the forecast finish", required=False
    )
    finished_on = DayField(label="When did it finish?", what="the day it finished", required=False)
    spent = PoundsField(
        label="How much is spent so far?", required=False, help_text="In whole pounds."
    )
    forecast_cost = PoundsField(
        label="How much do you expect it to cost in all?",
        required=False,
        help_text="With what is spent already.",
    )
    achieved = _prose("What was achieved since the last report?")
    next_steps = _prose("What comes next?")


class RebaselineForm(forms.Form):
    """Another day, as a body approved it."""

    becomes = DayField(label="What is the new day?", what="the new day")
    approved_by = PrintedText(
        label="Who approved it?",
        max_length=200,
        help_text="The body or the office, with its minute if there is one.",
        error_messages={"required": "Say who approved it"},
    )
    approved_on = DayField(label="When was it approved?", what="the day it was approved")
    reason = PrintedText(
        label="Why?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say why the day moves"},
    )
