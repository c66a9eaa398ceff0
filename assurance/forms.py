"""What people fill in for PAT and DAT."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from assurance.models.matters import Matter
from assurance.models.teams import MOST_IN_QUORUM, MOST_NEDS, NEDS, Team
from assurance.queries.boards import BoardLine, CallInBoard, Offered
from assurance.rules import (
    Attended,
    CallInVerdict,
    Course,
    DocumentKind,
    Eligibility,
    Judged,
    MatterKind,
    Nth,
    Outcome,
    SeatKind,
    TeamCode,
)
from core.forms import ClockField, DayField, PrintedText, field_of
from core.quarters import Quarter
from core.rules.exemptions import Ground
from escalation.models.plans import ActionPlan
from organisation.forms.naming import NamesWho, outsider_field, who_field
from organisation.forms.units import UnitChoice
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import Colleagues, tree_on
from organisation.rules import PostKind, UnitTier

QUARTERS_OFFERED = 8
SHORT = {"rows": 3}


class VerdictForm(forms.Form):
    """The chair's decision on one line of the call-in board. One form a line."""

    matter: Matter  # whose line it is, known once it is posted

    reason = PrintedText(
        label="Your reason",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Give a reason to defer, decline or withdraw it.",
    )
    verdict = forms.ChoiceField(choices=CallInVerdict.choices, widget=forms.HiddenInput)


class SeveralForm(forms.Form):
    """The chair's one decision on the ticked lines of the call-in board."""

    items = forms.MultipleChoiceField(
        error_messages={
            "required": "Tick what you decide on",
            "invalid_choice": "Something that you ticked can no longer be decided here: tick again",
        },
    )
    reason = PrintedText(
        label="Your reason, for all that are ticked",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed to defer or decline them.",
    )
    several = forms.ChoiceField(
        choices=[
            (each.value, each.label)
            for each in (CallInVerdict.CALLED_IN, CallInVerdict.DEFERRED, CallInVerdict.DECLINED)
        ],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, board: CallInBoard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "items", forms.MultipleChoiceField).choices = [
            (each.address, each.title) for each in board.lines if not each.is_called_in
        ]

    @property
    def ticked(self) -> list[str]:
        """What stays ticked when the form comes back."""
        return self.data.getlist("items") if isinstance(self.data, QueryDict) else []


class BoardFilterForm(forms.Form):
    """Which lines of the call-in board are shown."""

    kind = forms.ChoiceField(label="What", required=False)
    why = forms.ChoiceField(label="Why it is here", required=False)
    directorate = forms.ChoiceField(label="Directorate", required=False)
    decided = forms.ChoiceField(
        label="Decided",
        required=False,
        choices=[("", "Either"), ("no", "Not yet"), ("yes", "Decided")],
    )

    def __init__(self, *args: Any, board: CallInBoard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = {each.kind for each in board.lines}
        reasons = {each.eligibility for each in board.lines}
        directorates = sorted({each.directorate for each in board.lines if each.directorate})
        offered: dict[str, tuple[str, list[tuple[str, str]]]] = {
            "kind": (
                "Everything",
                [(each.value, each.label) for each in MatterKind if each in kinds],
            ),
            "why": (
                "Any reason",
                [(each.value, each.label) for each in Eligibility if each in reasons],
            ),
            "directorate": ("All", [(each, each) for each in directorates]),
        }
        for name, (everything, choices) in offered.items():
            field_of(self, name, forms.ChoiceField).choices = [("", everything), *choices]

    def narrowed(self, board: CallInBoard) -> tuple[BoardLine, ...]:
        """The lines that are asked for; of what is asked for and not offered, nothing is narrowed."""
        self.full_clean()
        said = self.cleaned_data
        return tuple(
            each
            for each in board.lines
            if said.get("kind", "") in ("", each.kind)
            and said.get("why", "") in ("", each.eligibility)
            and said.get("directorate", "") in ("", each.directorate)
            and (
                not said.get("decided") or (said["decided"] == "yes") == (each.call_in is not None)
            )
        )

    @property
    def offers_choice(self) -> bool:
        """Whether there is anything to choose between."""
        return any(len(field_of(self, name, forms.ChoiceField).choices) > 2 for name in self.fields)  # type: ignore[arg-type]


class ExceptionalCallInForm(forms.Form):
    """Calling in what no rule makes eligible."""

    item = forms.ChoiceField(
        label="What do you call in?",
        error_messages={
            "required": "Select what to call in",
            "invalid_choice": "Select what to call in from the list",
        },
    )
    reason = PrintedText(
        label="Why is it called in?",
        max_length=1000,
        widget=forms.Textarea(attrs=SHORT),
        error_messages={"required": "Say why you call it in: no rule makes it eligible"},
    )

    def __init__(self, *args: Any, offered: Sequence[Offered], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "item", forms.ChoiceField).choices = [
            ("", "Select an item"),
            *((each.heading, each.choices) for each in offered),
        ]


class AskingForm(forms.Form):
    """A form with the day of a meeting, which somebody may be asked about."""

    def ask_about(self, questions: Collection[str]) -> bool:
        """Whether something has still to be asked; it is asked at the day, with a box to say yes."""
        if not questions or "is_meant" in self.data:
            return False
        self.fields["is_meant"] = forms.BooleanField(label="This is the right day", required=False)
        self.add_error(
            "meets_on", f"{' '.join(questions)} Choose another day, or tick the box below"
        )
        return True


class PlanMeetingForm(AskingForm):
    """When a team meets next, and on which quarter."""

    meets_on = DayField(label="When does it meet?", what="the day of the meeting")
    quarter = forms.TypedChoiceField(
        label="Which quarter’s performance does it look at?",
        coerce=Quarter.parse,
        error_messages={"required": "Select the quarter that it looks at"},
    )
    begins_at = ClockField(label="At what time?", required=False, help_text="For example, 10:00")
    place = PrintedText(label="Where?", max_length=200, required=False)

    def __init__(self, *args: Any, latest: Quarter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = latest.back(QUARTERS_OFFERED - 1)
        field_of(self, "quarter", forms.TypedChoiceField).choices = [
            (each.key, str(each)) for each in reversed(list(first.until(latest)))
        ]


class RoundChallengeForm(forms.Form):
    """What is asked of something that is proposed in the annual round."""

    text = PrintedText(
        label="What do you challenge?",
        max_length=2000,
        help_text="The directorate gets a notice and answers before anybody decides.",
        widget=forms.Textarea(attrs=SHORT),
        error_messages={"required": "Enter what you challenge"},
    )


class UsualDayForm(forms.Form):
    """On which weekday of the month a team meets, from which month on."""

    nth = forms.ChoiceField(label="Which one of the month?", choices=Nth.choices)
    weekday = forms.TypedChoiceField(
        label="Which weekday?",
        coerce=int,
        choices=[
            *((0, "Monday"), (1, "Tuesday"), (2, "Wednesday")),
            *((3, "Thursday"), (4, "Friday")),
        ],
    )
    first = forms.TypedChoiceField(label="From which month on?", coerce=date.fromisoformat)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = [divmod(today.year * 12 + today.month - 1 + number, 12) for number in range(18)]
        days = [max(today, date(year, month + 1, 1)) for year, month in months]
        field_of(self, "first", forms.TypedChoiceField).choices = [
            (each.isoformat(), f"{each:%B %Y}") for each in days
        ]

    def clean_nth(self) -> Nth:
        return Nth(self.cleaned_data["nth"])


class YearDayForm(forms.Form):
    """One meeting of a year: whether it is planned, when, and on which quarter."""

    is_wanted = forms.BooleanField(label="Plan it", required=False)
    meets_on = forms.DateField(
        label="Day",
        widget=forms.DateInput(
            format="%-d %B %Y", attrs={"class": "govuk-input--width-10", "autocomplete": "off"}
        ),
        input_formats=["%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%d %m %Y", "%Y-%m-%d"],
        error_messages={
            "required": "Enter the day of the meeting, or untick it",
            "invalid": "Enter the day of the meeting like 15 August 2023",
        },
    )
    quarter = forms.TypedChoiceField(
        label="Looks at",
        coerce=Quarter.parse,
        error_messages={"required": "Select the quarter that it looks at"},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        latest = Quarter.containing(today)
        field_of(self, "quarter", forms.TypedChoiceField).choices = [
            (each.key, str(each))
            for each in latest.back(4).until(Quarter.from_ordinal(latest.ordinal + 7))
        ]


class MoveMeetingForm(AskingForm):
    """Another day for a planned meeting, another time or place, and why."""

    meets_on = DayField(label="When does it meet?", what="the day of the meeting")
    begins_at = ClockField(label="At what time?", required=False, help_text="For example, 10:00")
    place = PrintedText(label="Where?", max_length=200, required=False)
    reason = PrintedText(
        label="Why is it moved?",
        max_length=500,
        widget=forms.Textarea(attrs=SHORT),
        error_messages={"required": "Say why it is moved"},
    )


class CancelMeetingForm(forms.Form):
    """Why a planned meeting does not take place."""

    reason = PrintedText(
        label="Why is it cancelled?",
        max_length=500,
        widget=forms.Textarea(attrs=SHORT),
        help_text="Those with a seat, and the managers who were to attend, are told it in these words.",
        error_messages={"required": "Say why it is cancelled"},
    )


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
        empty_label="The team",
        required=False,
        help_text="Name somebody only if they wish it.",
        error_messages={"invalid_choice": "Select who asked from the list"},
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
    """What came of a called-in indicator."""

    kind = forms.TypedChoiceField(
        label="What came of it?",
        coerce=Outcome,
        choices=Outcome.choices(),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what came of it"},
    )
    returns_on = DayField(
        label="On which day does it come back?",
        what="the day on which it comes back",
        required=False,
        help_text="Only where it comes back on a day. It is then on the agenda of the first meeting from that day on.",
    )
    text = PrintedText(
        label="What was decided, in a sentence?",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs=SHORT),
        help_text="Not needed for what was left for the next meeting, or not reached.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    agrees_plan = forms.BooleanField(label="The action plan is agreed", required=False)

    def __init__(self, *args: Any, plan: ActionPlan | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if plan is None:
            del self.fields["agrees_plan"]
        else:
            self.fields["agrees_plan"].label = f"Action plan {plan.number} is agreed"


class ExemptionForm(forms.Form):
    """What is said of an item is to be kept from some who read the papers."""

    ground = forms.TypedChoiceField(
        label="On what ground is it exempt?",
        coerce=Ground,
        choices=[("", "Select a ground"), *Ground.choices()],
        error_messages={"required": "Select the ground"},
        help_text="Schedule 12A is that to the Local Government Act 1972.",
    )
    section = forms.CharField(
        label="Which section of the Freedom of Information Act?",
        max_length=3,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-2"}),
        help_text="Only where that Act is the ground. For example, 43",
    )
    reason = PrintedText(
        label="Why is it exempt?",
        max_length=1000,
        widget=forms.Textarea(attrs=SHORT),
        help_text=(
            "Why keeping it back is more in the public interest than telling it. Read by those alone"
            " who read the item."
        ),
        error_messages={"required": "Say why it is exempt"},
    )
    review_on = DayField(label="On which day is that reviewed?", what="the day of review")
    title_too = forms.BooleanField(
        label="Its title is exempt too: others read “Exempt item”", required=False
    )


class KeepExemptForm(forms.Form):
    """Reviewed, an item is exempt until a later day."""

    review_on = DayField(label="On which day is it reviewed next?", what="the next day of review")


class LiftExemptionForm(forms.Form):
    """An item is read by everybody who reads the papers again."""

    because = PrintedText(
        label="Why need it no longer be exempt?",
        max_length=1000,
        widget=forms.Textarea(attrs=SHORT),
        error_messages={"required": "Say why it need no longer be exempt"},
    )


class AgreedActionForm(NamesWho):
    """Who does what by when."""

    what = PrintedText(
        label="What will be done?",
        max_length=500,
        error_messages={"required": "Enter what will be done"},
    )
    owner = who_field(required=True)
    is_outsider = outsider_field()
    due_on = DayField(label="By when?", what="the day by which it will be done")

    def __init__(self, *args: Any, colleagues: Colleagues, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = colleagues


class ReportForm(forms.Form):
    """How far an agreed action has got."""

    progress = PrintedText(
        label="Progress", max_length=500, required=False, widget=forms.Textarea(attrs=SHORT)
    )
    done_on = DayField(label="When was it done?", what="the day it was done", required=False)
    evidence = PrintedText(
        label="What shows that it is done?",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs=SHORT),
        help_text="A document, a figure, who checked it: whoever asked for it judges by this.",
    )


class DocumentForm(forms.Form):
    """What a brief, a note after a meeting or the formal report says."""

    text = PrintedText(
        label="What it says",
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text="Begun from the record. An empty line begins a paragraph; a line that begins with # is a heading.",
        error_messages={"required": "Enter what it says"},
    )
    met_on = DayField(
        label="When did you meet the Cabinet Member over it?",
        what="the day on which you met",
        required=False,
        help_text="Leave it empty if you have not met.",
    )

    def __init__(self, *args: Any, kind: DocumentKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind is DocumentKind.REPORT:
            del self.fields["met_on"]


class JudgeForm(forms.Form):
    """Whether what shows that an action is done is enough."""

    judged = forms.TypedChoiceField(
        label="Is it done?",
        coerce=Judged,
        choices=Judged.choices(),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether it is done"},
    )
    words = PrintedText(
        label="What is missing?",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs=SHORT),
        help_text="Whoever does it is told this.",
    )


class CorrectionForm(forms.Form):
    """What is right, beside an entry of a log that is closed."""

    entry = forms.ChoiceField(label="What is to be corrected?", required=False)
    text = PrintedText(
        label="What is right?",
        max_length=2000,
        widget=forms.Textarea(attrs=SHORT),
        error_messages={"required": "Enter what is right"},
    )

    def __init__(self, *args: Any, entries: Collection[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "entry", forms.ChoiceField).choices = [
            ("", "Something that is missing"),
            *entries,
        ]


class AttendanceForm(forms.Form):
    """Whether one person was at a meeting."""

    attended = forms.ChoiceField(
        label="Was there?", choices=[("", "Not said yet"), *Attended.choices()], required=False
    )


class AlsoThereForm(forms.Form):
    """Somebody without a seat who was at a meeting, and why."""

    user = forms.ModelChoiceField(
        User.objects.none(),
        label="Who else was there?",
        empty_label="Nobody else",
        required=False,
        error_messages={"invalid_choice": "Choose who was there from the list"},
    )
    reason = PrintedText(
        label="Why were they there?",
        max_length=500,
        required=False,
        help_text="Attendance by exception stands on record with its reason.",
    )

    def __init__(self, *args: Any, besides: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).exclude(pk__in=besides).order_by("name")
        field_of(self, "user", forms.ModelChoiceField).queryset = people


class InterestForm(forms.Form):
    """What follows for somebody with an interest in an item."""

    course = forms.ChoiceField(
        label="What follows", choices=[("", "Not decided yet"), *Course.choices()], required=False
    )


class ManagersPaperForm(forms.Form):
    """What an accountable manager puts before a meeting."""

    cause = PrintedText(
        label="What caused it?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Enter what caused it"},
    )
    obstacles = PrintedText(
        label="What stands in the way?",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs=SHORT),
    )
    asked = PrintedText(
        label="What do you ask of the team?",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs=SHORT),
    )
    brings_plan = forms.BooleanField(label="Bring the action plan", required=False)

    def __init__(self, *args: Any, plan: ActionPlan | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if plan is None:
            del self.fields["brings_plan"]
        else:
            self.fields["brings_plan"].label = f"Bring action plan {plan.number}"


class AskToBringForm(forms.Form):
    """What a manager is asked to bring, and by which day."""

    bring = PrintedText(
        label="What should be brought?",
        max_length=2000,
        widget=forms.Textarea(attrs=SHORT),
        error_messages={"required": "Enter what is to be brought"},
    )
    bring_by = DayField(label="By which day?", what="the day by which it is to be brought")


class DeputyForm(forms.Form):
    """Who attends in an accountable manager's place, and why."""

    deputy = forms.ModelChoiceField(
        User.objects.none(),
        label="Who should come in your place?",
        empty_label="Choose a person",
        error_messages={
            "required": "Choose who should come in your place",
            "invalid_choice": "Choose who should come from the list",
        },
    )
    reason = PrintedText(
        label="Why can you not come?",
        max_length=500,
        error_messages={"required": "Say why you cannot come"},
    )

    def __init__(self, *args: Any, besides: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).exclude(pk=besides).order_by("name")
        field_of(self, "deputy", forms.ModelChoiceField).queryset = people


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


class TeamForm(forms.Form):
    """What a team is called, which post chairs it, how many NEDs it seats, and what it is for."""

    name = PrintedText(
        label="Name", max_length=200, error_messages={"required": "Enter what it is called"}
    )
    chaired_by = forms.ChoiceField(
        label="Which post chairs it?",
        choices=PostKind.choices,
        error_messages={"required": "Choose the post that chairs it"},
        help_text="Whoever holds that post can be seated as its chair.",
    )
    neds = forms.IntegerField(
        label="How many seats for non-executive directors (NEDs)?",
        min_value=0,
        max_value=MOST_NEDS,
        initial=NEDS,
        help_text="Front-line staff: different people on each team.",
        error_messages={
            "required": "Enter how many seats there are for NEDs, 0 if none",
            "invalid": "Enter the number of seats for NEDs in figures, such as 2",
            "min_value": f"Enter a number of seats for NEDs from 0 to {MOST_NEDS}",
            "max_value": f"Enter a number of seats for NEDs from 0 to {MOST_NEDS}",
        },
    )
    quorum = forms.IntegerField(
        label="How many with a seat must be there (quorum)?",
        min_value=1,
        max_value=MOST_IN_QUORUM,
        required=False,
        help_text="Leave it empty if its terms ask for none.",
        error_messages={
            "invalid": "Enter the quorum in figures, such as 4, or leave it empty",
            "min_value": f"Enter a quorum from 1 to {MOST_IN_QUORUM}, or leave it empty",
            "max_value": f"Enter a quorum from 1 to {MOST_IN_QUORUM}, or leave it empty",
        },
    )
    meets_at = ClockField(
        label="When do its meetings begin?",
        required=False,
        help_text="Each meeting is planned with it. For example, 10:00",
    )
    place = PrintedText(label="Where does it meet?", max_length=200, required=False)
    terms = PrintedText(
        label="Terms of reference",
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="What the team is for, what it looks at and what it may decide.",
    )

    def clean_chaired_by(self) -> PostKind:
        return PostKind(self.cleaned_data["chaired_by"])


class NewTeamForm(TeamForm):
    """A team that is to stand, from a day on or since ever."""

    code = forms.ChoiceField(
        label="Which team?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose which team it is"},
    )
    name = PrintedText(
        label="Name",
        max_length=200,
        required=False,
        help_text="Leave it empty to use the name above.",
    )
    chaired_by = forms.ChoiceField(
        label="Which post chairs it?",
        choices=[
            ("", "The Deputy managing director for PAT, the Managing director for DAT"),
            *PostKind.choices(),
        ],
        required=False,
        help_text="Whoever holds that post can be seated as its chair.",
    )
    starts_on = DayField(
        label="First day",
        what="its first day",
        required=False,
        help_text="Leave it empty if the team has always existed.",
    )
    field_order = (
        *("code", "name", "chaired_by", "neds", "quorum"),
        *("meets_at", "place", "terms", "starts_on"),
    )

    def __init__(self, *args: Any, codes: Iterable[TeamCode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "code", forms.ChoiceField).choices = [
            (code.value, f"{code.label} ({code.short})") for code in codes
        ]

    def clean_code(self) -> TeamCode:
        return TeamCode(self.cleaned_data["code"])

    def clean_chaired_by(self) -> PostKind | None:  # type: ignore[override] # as the papers have it
        given = self.cleaned_data["chaired_by"]
        return PostKind(given) if given else None


class EndForm(forms.Form):
    """A last day, or none."""

    ends_on = DayField(
        label="Last day",
        what="the last day",
        required=False,
        help_text="Leave it empty if there is none.",
    )


class SeatForm(forms.Form):
    """Who sits on which team, in which seat, and between which days."""

    team = forms.ModelChoiceField(
        Team.objects.none(),
        label="Which team?",
        to_field_name="code",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choose the team"},
    )
    kind = forms.ChoiceField(
        label="In which seat?",
        choices=SeatKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the seat"},
    )
    user = forms.ModelChoiceField(
        User.objects.none(),
        label="Who?",
        empty_label="Choose a person",
        error_messages={"required": "Choose who is seated"},
    )
    unit = UnitChoice(
        Unit.objects.none(),
        label="For which directorate?",
        to_field_name="code",
        empty_label="None",
        required=False,
        help_text="Only for a nominated director.",
    )
    starts_on = DayField(label="First day", what="the first day")
    ends_on = DayField(
        label="Last day",
        what="the last day",
        required=False,
        help_text="Leave it empty if there is none.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "team", forms.ModelChoiceField).queryset = Team.objects.exclude(
            ends_on__lt=today
        )
        field_of(self, "user", forms.ModelChoiceField).queryset = User.objects.filter(
            is_active=True
        )
        tree = tree_on(today)
        directorates = [
            each.unit for each in tree.branches.values() if each.tier is UnitTier.DIRECTORATE
        ]
        field_of(self, "unit", forms.ModelChoiceField).queryset = Unit.objects.filter(
            pk__in=directorates
        ).order_by("name")

    def clean_kind(self) -> SeatKind:
        return SeatKind(self.cleaned_data["kind"])


class SeatDaysForm(forms.Form):
    """Between which days somebody has a seat."""

    starts_on = DayField(label="First day", what="the first day")
    ends_on = DayField(
        label="Last day",
        what="the last day",
        required=False,
        help_text="Leave it empty if there is none.",
    )


class LastDayInSeatForm(forms.Form):
    """Somebody's last day in a seat."""

    ends_on = DayField(label="Last day", what="the last day")
