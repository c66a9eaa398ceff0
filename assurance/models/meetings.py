"""Meetings, what was called in to them, and what came of it."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from assurance.models.matters import (
    MATTERS,
    Matter,
    address_of_matter,
    answers_for,
    called,
    kind_of,
    page_of,
    reference_of,
    related,
    title_of,
    unit_of,
)
from assurance.models.teams import Team
from assurance.rules import (
    CallInVerdict,
    Eligibility,
    Judged,
    MatterKind,
    MeetingState,
    Outcome,
    log_closes_on,
)
from core.clock import now
from core.dates import as_date, in_full
from core.fields import QuarterField
from escalation.models.plans import ActionPlan
from indicators.models.definitions import Indicator
from organisation.models.people import User
from organisation.models.units import Unit
from strategy.models.plan import Milestone, Project
from strategy.models.risks import Risk
from strategy.models.savings import Saving

NAMELESS = "Exempt item"  # what stands in place of a title that is exempt itself


class Meeting(models.Model):
    """One meeting of a team, and the quarter whose performance it has before it."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="meetings")
    meets_on = models.DateField()
    begins_at = models.TimeField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True, default="")
    times_moved = models.PositiveSmallIntegerField(
        default=0, help_text="By which a calendar knows the newer of two invitations."
    )
    quarter = QuarterField()
    state = models.CharField(
        max_length=10, choices=MeetingState.choices, default=MeetingState.PLANNED
    )
    cancelled_because = models.CharField(max_length=500, blank=True, default="")
    carried_to = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried_from",
        help_text="The meeting to which the agenda of a cancelled one went.",
    )

    class Meta:
        ordering = ["team", "-meets_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "meets_on"], name="one_meeting_of_a_team_a_day"
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(MeetingState)), name="meeting_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=~Q(cancelled_because="") & Q(state="cancelled")
                | Q(cancelled_because="") & ~Q(state="cancelled") & Q(carried_to__isnull=True),
                name="a_cancelled_meeting_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team.short}, {as_date(self.meets_on)}"

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.team.code, self.meets_on])

    @property
    def when_and_where(self) -> str:
        """Thursday 20 October 2011 at 10:00, Sessions House: as far as it is known."""
        at = f" at {self.begins_at:%H:%M}" if self.begins_at else ""
        return f"{in_full(self.meets_on)}{at}" + (f", {self.place}" if self.place else "")

    @property
    def log_closes_on(self) -> date:
        """The last day on which its log takes entries."""
        return log_closes_on(self.meets_on)

    @property
    def is_held(self) -> bool:
        return self.state == MeetingState.HELD

    @property
    def is_cancelled(self) -> bool:
        return self.state == MeetingState.CANCELLED

    @property
    def is_to_come(self) -> bool:
        """Whether its day and its agenda may still change."""
        return not (self.is_held or self.is_cancelled)


class CallInQuerySet(models.QuerySet["CallIn"]):
    def on_agenda(self) -> Self:
        """What is called in to meetings that take place: a cancelled one has no agenda."""
        called_in = self.filter(verdict=CallInVerdict.CALLED_IN)
        return called_in.exclude(meeting__state=MeetingState.CANCELLED)

    def of(self, matter: Matter) -> Self:
        """What was decided about calling one thing in."""
        return self.filter(**{kind_of(matter).value: matter})

    def at(self, address: str) -> Self:
        """What stands at an address of `address_of_matter`."""
        kind, colon, number = address.partition(":")
        if not colon:
            return self.filter(indicator__address=address)
        if kind not in set(MatterKind) or not number.isdigit():
            return self.none()
        return self.filter(**{f"{kind}_id": number})

    def with_matters(self) -> Self:
        """Each with what it is about, and who answers for it."""
        return self.select_related(*related())


class LogEntry(models.Model):
    """Something said at a meeting, as its log keeps it.

    The log takes entries until some working days after the meeting; then the database refuses more,
    and what was wrong is put right by a dated correction beside it.
    """

    recorded_on = models.DateField(editable=False)
    log_closes_on = models.DateField(editable=False)

    class Meta:
        abstract = True


def _just_one_of(fields: Sequence[str]) -> Q:
    """Exactly one of some columns is filled."""
    one = Q()
    for filled in fields:
        one |= Q(**{f"{each}__isnull": each != filled for each in fields})
    return one


def while_the_log_is_open(what: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(recorded_on__lte=F("log_closes_on")),
        name=f"{what}_is_recorded_while_the_log_is_open",
    )


class CallIn(models.Model):
    """What the chair decided about calling one thing in to one meeting: an indicator, or something
    else that comes before a team.

    `why` keeps the sentence that stood on the board when the chair decided; `reason` is the
    chair's own, without which nothing is deferred, declined, withdrawn or called in exceptionally.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="call_ins")
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="call_ins"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="call_ins")
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, null=True, blank=True, related_name="call_ins"
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="call_ins"
    )
    saving = models.ForeignKey(
        Saving, models.PROTECT, null=True, blank=True, related_name="call_ins"
    )
    risk = models.ForeignKey(Risk, models.PROTECT, null=True, blank=True, related_name="call_ins")
    answerer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who answered for it when it was called in; none for an indicator, which says so itself.",
    )
    verdict = models.CharField(max_length=10, choices=CallInVerdict.choices)
    eligibility = models.CharField(max_length=14, choices=Eligibility.choices)
    why = models.TextField()
    reason = models.TextField(blank=True)
    called_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="decided by"
    )
    at = models.DateTimeField()
    came_from = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="went_to",
        help_text="What was left for this meeting by an earlier one.",
    )

    # Of a row read for somebody (assurance/queries/exemptions.py): what is said in place of what they
    # may not read, and whether they may not know what it is about either.
    withheld = ""
    is_nameless = False

    objects = CallInQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "at", "id"]
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["meeting", kind.value],
                    name=f"one_call_in_of_{kind.with_article}_to_a_meeting",
                )
                for kind in MatterKind
            ),
            models.CheckConstraint(
                condition=_just_one_of([kind.value for kind in MatterKind]),
                name="call_in_is_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(indicator__isnull=False) | Q(answerer__isnull=False),
                name="call_in_has_somebody_who_answers",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=list(CallInVerdict)), name="call_in_has_a_known_verdict"
            ),
            models.CheckConstraint(
                condition=Q(eligibility__in=list(Eligibility)),
                name="call_in_has_a_known_eligibility",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="call_in_says_why_it_is_here"),
            models.CheckConstraint(
                condition=Q(verdict="called_in") | ~Q(reason=""),
                name="not_calling_in_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(eligibility="stated_reason") | ~Q(reason=""),
                name="an_exceptional_call_in_states_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.called} at {self.meeting}"

    def get_absolute_url(self) -> str:
        meeting = self.meeting
        if self.is_nameless:
            return meeting.get_absolute_url()
        return reverse("called_in", args=[meeting.team.code, meeting.meets_on, self.address])

    @property
    def kind(self) -> MatterKind:
        return next(kind for kind in MATTERS if getattr(self, f"{kind}_id") is not None)

    @property
    def matter(self) -> Matter:
        """What was called in."""
        found: Matter = getattr(self, self.kind.value)
        return found

    @property
    def title(self) -> str:
        return NAMELESS if self.is_nameless else title_of(self.matter)

    @property
    def reference(self) -> str:
        """Its reference; where it has none, what kind of thing it is."""
        return "" if self.is_nameless else reference_of(self.matter) or self.kind.label

    @property
    def called(self) -> str:
        """What it is called in a sentence."""
        return "an exempt item" if self.is_nameless else called(self.matter)

    @property
    def address(self) -> str:
        return address_of_matter(self.matter)

    @property
    def page(self) -> str:
        """The address of the page of what was called in."""
        return page_of(self.matter)

    @property
    def belongs_to(self) -> Unit | None:
        return unit_of(self.matter)

    @property
    def answered_by(self) -> User:
        """Whoever answers for it, and so is asked to the meeting: today, or when it was called in."""
        person = answers_for(self.matter) or self.answerer
        assert person is not None, "A check of the database holds that somebody answers"
        return person


class Challenge(LogEntry):
    """What was asked about a called-in indicator, and what was answered.

    The team asked; a name stands beside it only where somebody wishes it.
    """

    call_in = models.ForeignKey(CallIn, models.PROTECT, related_name="challenges")
    text = models.TextField()
    answer = models.TextField(blank=True)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["call_in", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="challenge_says_what_was_asked"),
            while_the_log_is_open("challenge"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def asked_by(self) -> str:
        """PAT, or whoever wished to be named."""
        return self.raised_by.name if self.raised_by else self.call_in.meeting.team.short


class Decision(LogEntry):
    """What was decided about a called-in indicator, and which action plan it agrees, if any.

    Decisions of before kinds were kept have none.
    """

    call_in = models.ForeignKey(CallIn, models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")
    returns_on = models.DateField("comes back on", null=True, blank=True)
    text = models.TextField()
    agreed_plan = models.ForeignKey(
        ActionPlan, models.PROTECT, null=True, blank=True, related_name="agreed_by"
    )
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["call_in", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="decision_says_what_was_decided"),
            models.CheckConstraint(
                condition=Q(kind__in=["", *Outcome]), name="decision_is_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="return_on", returns_on__isnull=False)
                | ~Q(kind="return_on") & Q(returns_on__isnull=True),
                name="what_comes_back_has_its_day",
            ),
            while_the_log_is_open("decision"),
        ]

    def __str__(self) -> str:
        return self.text


class AgreedActionQuerySet(models.QuerySet["AgreedAction"]):
    def arising_at(self, meeting: Meeting) -> Self:
        """What earlier meetings of a team agreed and is not done by then, or not judged: the earliest due first."""
        earlier = self.filter(
            call_in__meeting__team=meeting.team_id, call_in__meeting__meets_on__lt=meeting.meets_on
        )
        unsettled = Q(done_on__isnull=True) | Q(done_on__gt=meeting.meets_on)
        unjudged = ~Q(judged=Judged.ACCEPTED) & ~Q(evidence="")
        return earlier.filter(unsettled | unjudged).order_by("due_on", "pk")


class AgreedAction(LogEntry):
    """Who does what by when, as agreed at a meeting. Tracked until it is done, and judged by who asked.

    What is done says what shows it. Found not enough, it is open again, and says so.
    """

    call_in = models.ForeignKey(CallIn, models.PROTECT, related_name="agreed_actions")
    what = models.CharField(max_length=500)
    owner = models.CharField(max_length=200, help_text="As it was agreed")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    progress = models.CharField(max_length=500, blank=True)
    evidence = models.CharField("what shows that it is done", max_length=1000, blank=True)
    judged = models.CharField(max_length=12, choices=Judged.choices, blank=True, default="")
    judged_words = models.CharField(max_length=500, blank=True, default="")
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    judged_on = models.DateField(null=True, blank=True)

    objects = AgreedActionQuerySet.as_manager()

    class Meta:
        ordering = ["call_in", "due_on", "id"]
        constraints = [
            while_the_log_is_open("agreed_action"),
            models.CheckConstraint(
                condition=Q(judged="", judged_by__isnull=True, judged_on__isnull=True)
                | Q(
                    judged="accepted",
                    judged_by__isnull=False,
                    judged_on__isnull=False,
                    done_on__isnull=False,
                )
                | Q(judged="not_enough", judged_by__isnull=False, judged_on__isnull=False)
                & ~Q(judged_words=""),
                name="an_action_is_judged_by_somebody_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(what="") & ~Q(owner=""), name="agreed_action_says_who_does_what"
            ),
        ]

    def __str__(self) -> str:
        return self.what


class LogCorrection(models.Model):
    """What was wrong in the log of a meeting, put right after the log was closed. It stands beside the entry."""

    call_in = models.ForeignKey(CallIn, models.PROTECT, related_name="corrections")
    challenge = models.ForeignKey(
        Challenge, models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    agreed_action = models.ForeignKey(
        AgreedAction, models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    text = models.TextField()
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    corrected_on = models.DateField()

    class Meta:
        ordering = ["call_in", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="correction_says_what_is_right"),
            models.CheckConstraint(
                condition=Q(decision__isnull=True, agreed_action__isnull=True)
                | Q(challenge__isnull=True, agreed_action__isnull=True)
                | Q(challenge__isnull=True, decision__isnull=True),
                name="correction_is_of_one_entry_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"Correction of {as_date(self.corrected_on)}: {self.text}"
