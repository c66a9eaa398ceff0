"""What people fill in for PAT and DAT."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from assurance.rules import CallInVerdict
from core.forms import DayField, PrintedText, field_of
from core.quarters import Quarter
from escalation.models.plans import ActionPlan
from indicators.models.definitions import Indicator
from organisation.models.people import User

QUARTERS_OFFERED = 8
SHORT = {"rows": 3}


class VerdictForm(forms.Form):
    """The chair's decision on one line of the call-in board. One form a line."""

    indicator: Indicator  # whose line it is, known once it is posted

    reason = PrintedText(
        label="Your reason",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed to defer, to decline or to withdraw.",
    )
    verdict = forms.ChoiceField(choices=CallInVerdict.choices, widget=forms.HiddenInput)


class ExceptionalCallInForm(forms.Form):
    """Calling in an indicator that no rule makes eligible."""

    indicator = forms.ModelChoiceField(
        Indicator.objects.none(),
        label="Indicator",
        to_field_name="reference",
        empty_label="Select an indicator",
        error_messages={
            "required": "Select the indicator to call in",
            "invalid_choice": "Select the indicator to call in from the list",
        },
    )
    reason = PrintedText(
        label="Why is it called in?",
        max_length=1000,
        widget=forms.Textarea(attrs=SHORT),
        error_messages={"required": "Say why it is called in: no rule makes it eligible"},
    )

    def __init__(self, *args: Any, indicators: QuerySet[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "indicator", forms.ModelChoiceField).queryset = indicators


class PlanMeetingForm(forms.Form):
    """When a team meets next, and on which quarter."""

    meets_on = DayField(label="When does it meet?", what="the day of the meeting")
    quarter = forms.TypedChoiceField(
        label="Which quarter’s performance is before it?",
        coerce=Quarter.parse,
        error_messages={"required": "Select the quarter whose performance is before it"},
    )

    def __init__(self, *args: Any, latest: Quarter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = latest.back(QUARTERS_OFFERED - 1)
        field_of(self, "quarter", forms.TypedChoiceField).choices = [
            (each.key, str(each)) for each in reversed(list(first.until(latest)))
        ]


class ChallengeForm(forms.Form):
    """What was asked about a called-in indicator."""

    text = PrintedText(
        label="What was asked?",
        max_length=2000,
        widget=forms.Textarea(attrs=SHORT),
        error_messages={"required": "Enter what was asked"},
    )
    raised_by = forms.ModelChoiceField(
        User.objects.none(),
        label="Who asked?",
        empty_label="Select a person",
        error_messages={
            "required": "Select who asked",
            "invalid_choice": "Select who asked from the list",
        },
    )
    answer = PrintedText(
        label="What was answered?",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs=SHORT),
    )

    def __init__(self, *args: Any, people: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        raised_by = field_of(self, "raised_by", forms.ModelChoiceField)
        raised_by.queryset = User.objects.filter(pk__in=people)


class DecisionForm(forms.Form):
    """What was decided about a called-in indicator."""

    text = PrintedText(
        label="What was decided?",
        max_length=2000,
        widget=forms.Textarea(attrs=SHORT),
        error_messages={"required": "Enter what was decided"},
    )
    agrees_plan = forms.BooleanField(label="The action plan is agreed", required=False)

    def __init__(self, *args: Any, plan: ActionPlan | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if plan is None:
            del self.fields["agrees_plan"]
        else:
            self.fields["agrees_plan"].label = f"Action plan {plan.number} is agreed"


class AgreedActionForm(forms.Form):
    """Who does what by when."""

    what = PrintedText(
        label="What will be done?",
        max_length=500,
        error_messages={"required": "Enter what will be done"},
    )
    owner = PrintedText(
        label="Who will do it?",
        max_length=200,
        error_messages={"required": "Enter who will do it"},
    )
    due_on = DayField(label="By when?", what="the day by which it will be done")


class ReportForm(forms.Form):
    """How far an agreed action has got."""

    progress = PrintedText(
        label="Progress", max_length=500, required=False, widget=forms.Textarea(attrs=SHORT)
    )
    done_on = DayField(label="When was it done?", what="the day it was done", required=False)


class PaperForm(forms.Form):
    """Something tabled at a meeting."""

    LARGEST = 20  # megabytes

    title = PrintedText(label="Title", max_length=200)
    text = PrintedText(
        label="Text", max_length=20000, required=False, widget=forms.Textarea(attrs={"rows": 8})
    )
    file = forms.FileField(label="File", required=False, help_text="A PDF, 20 MB at most.")

    def clean_file(self) -> UploadedFile | None:
        given = self.cleaned_data["file"]
        if given is None:
            return None
        if given.size > self.LARGEST * 1024 * 1024:
            raise forms.ValidationError(f"The file must be smaller than {self.LARGEST} MB")
        start = given.read(5)
        given.seek(0)
        if start != b"%PDF-":
            raise forms.ValidationError("The file must be a PDF")
        if not given.name.lower().endswith(".pdf"):
            raise forms.ValidationError("The file's name must end in .pdf")
        return given
