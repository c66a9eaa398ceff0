"""PAT's and DAT's rows, valid by default."""

from datetime import UTC, date, datetime

import factory
from django.utils.text import slugify
from factory.django import DjangoModelFactory

from assurance.models.exemptions import ItemExemption
from assurance.models.invitations import Invitation, ManagersPaper
from assurance.models.meetings import (
    AgreedAction,
    CallIn,
    Challenge,
    Decision,
    LogCorrection,
    Meeting,
)
from assurance.models.packs import MeetingDocument, Pack, Paper, RedactedPack, SentPack
from assurance.models.teams import Seat, Team
from assurance.rules import (
    CallInVerdict,
    DocumentKind,
    Eligibility,
    Outcome,
    SeatKind,
    TeamCode,
    pack_digest,
)
from core.quarters import Quarter
from core.rules.exemptions import Ground
from escalation.models.escalations import Escalation
from escalation.models.plans import Action, ActionPlan
from organisation.rules import PostKind
from sorp.lexicon import Level
from sorp.models.statement import Version
from tests.factories import CouncilFactory, IndicatorFactory, UserFactory, holder

LONG_AGO = date(2009, 4, 1)


class TeamFactory(DjangoModelFactory):
    """PAT, chaired by the Deputy Managing Director: one, however often it is asked for."""

    class Meta:
        model = Team
        django_get_or_create = ("code",)

    code = TeamCode.PAT
    name = factory.LazyAttribute(lambda team: TeamCode(team.code).label)
    chaired_by = PostKind.DEPUTY_MANAGING_DIRECTOR

    class Params:
        dat = factory.Trait(code=TeamCode.DAT, chaired_by=PostKind.MANAGING_DIRECTOR)


class SeatFactory(DjangoModelFactory):
    """An officer's seat on PAT since 2009, with no last day."""

    class Meta:
        model = Seat

    team = factory.SubFactory(TeamFactory)
    user = factory.LazyFunction(lambda: holder(PostKind.STAFF))
    kind = SeatKind.OFFICER
    starts_on = LONG_AGO


def chair_of(team):
    """Whoever chairs a team since 2009: they hold its chair's post and its chair's seat."""
    seat = Seat.objects.filter(team=team, kind=SeatKind.CHAIR).first()
    if seat is None:
        person = holder(team.chaired_by, unit=CouncilFactory())
        seat = SeatFactory(team=team, user=person, kind=SeatKind.CHAIR)
    return seat.user


class MeetingFactory(DjangoModelFactory):
    """PAT's planned meeting of 14 November 2011, on Q2 2011/12: one, however often asked for."""

    class Meta:
        model = Meeting
        django_get_or_create = ("team", "meets_on")

    team = factory.SubFactory(TeamFactory)
    meets_on = date(2011, 11, 14)
    quarter = Quarter(2011, 2)


class CallInFactory(DjangoModelFactory):
    """An indicator red in Q2 2011/12, called in by the chair to the meeting of 14 November."""

    class Meta:
        model = CallIn

    meeting = factory.SubFactory(MeetingFactory)
    indicator = factory.SubFactory(IndicatorFactory)
    verdict = CallInVerdict.CALLED_IN
    eligibility = Eligibility.RED_NOW
    why = "Red in Q2 2011/12."
    called_in_by = factory.LazyAttribute(lambda call_in: chair_of(call_in.meeting.team))
    at = datetime(2011, 11, 1, 9, tzinfo=UTC)


class InvitationFactory(DjangoModelFactory):
    """The accountable manager is asked to bring a paper by 7 November 2011."""

    class Meta:
        model = Invitation

    call_in = factory.SubFactory(CallInFactory)
    bring = "What caused it, and your action plan."
    bring_by = date(2011, 11, 7)
    sent_at = datetime(2011, 11, 1, 9, tzinfo=UTC)


class LogEntryFactory(DjangoModelFactory):
    """Something recorded on the day of its meeting, while the log was open."""

    class Meta:
        abstract = True

    recorded_on = factory.LazyAttribute(lambda entry: entry.call_in.meeting.meets_on)
    log_closes_on = factory.LazyAttribute(lambda entry: entry.call_in.meeting.log_closes_on)


class ChallengeFactory(LogEntryFactory):
    class Meta:
        model = Challenge

    call_in = factory.SubFactory(CallInFactory)
    text = "Why has it not recovered?"
    raised_by = factory.SubFactory(UserFactory)


class DecisionFactory(LogEntryFactory):
    class Meta:
        model = Decision

    call_in = factory.SubFactory(CallInFactory)
    kind = Outcome.NO_ACTION
    text = "Come back next month"


class AgreedActionFactory(LogEntryFactory):
    """An agreed action due on 1 December 2011 and not yet done."""

    class Meta:
        model = AgreedAction

    call_in = factory.SubFactory(CallInFactory)
    what = "Recruit two engineers"
    owner = "Head of Highways"
    due_on = date(2011, 12, 1)


class ManagersPaperFactory(DjangoModelFactory):
    """The first version of what a manager puts before a meeting."""

    class Meta:
        model = ManagersPaper

    call_in = factory.SubFactory(CallInFactory)
    number = 1
    cause = "Two engineers left"
    written_by = factory.SelfAttribute("call_in.indicator.accountable_manager")
    written_at = datetime(2011, 11, 7, 9, tzinfo=UTC)


class LogCorrectionFactory(DjangoModelFactory):
    class Meta:
        model = LogCorrection

    call_in = factory.SubFactory(CallInFactory)
    text = "It was in June"
    corrected_by = factory.SubFactory(UserFactory)
    corrected_on = date(2011, 11, 22)


class PaperFactory(DjangoModelFactory):
    class Meta:
        model = Paper

    meeting = factory.SubFactory(MeetingFactory)
    position = factory.Sequence(lambda n: n + 1)
    title = "Quarterly performance report"
    text = "As published"


class MeetingDocumentFactory(DjangoModelFactory):
    """The draft of the chair's brief."""

    class Meta:
        model = MeetingDocument

    meeting = factory.SubFactory(MeetingFactory)
    kind = DocumentKind.BRIEF
    number = 1
    text = "Two items."
    written_by = factory.SubFactory(UserFactory)
    written_at = datetime(2011, 11, 7, 9, tzinfo=UTC)


class PackFactory(DjangoModelFactory):
    """A pack that is frozen and not yet drawn."""

    class Meta:
        model = Pack
        exclude = ("serial",)

    meeting = factory.SubFactory(MeetingFactory)
    number = 1
    serial = factory.Sequence(lambda n: n)
    document = factory.LazyAttribute(
        lambda pack: {
            "kind": "assurance pack",
            "serial": pack.serial,
            "team": {"code": pack.meeting.team.code, "name": pack.meeting.team.name},
            "meeting": {"date": pack.meeting.meets_on.isoformat()},
            "agenda": [],
            "papers": [],
        }
    )
    sha256 = factory.LazyAttribute(lambda pack: pack_digest(pack.document))
    frozen_at = datetime(2011, 11, 7, 9, tzinfo=UTC)
    frozen_by = factory.SubFactory(UserFactory)


class SentPackFactory(DjangoModelFactory):
    """A pack that was sent and not opened yet."""

    class Meta:
        model = SentPack

    pack = factory.SubFactory(PackFactory)
    recipient = factory.SubFactory(UserFactory)
    as_what = "Chair"
    sent_at = datetime(2011, 11, 7, 10, tzinfo=UTC)


class EscalationFactory(DjangoModelFactory):
    """Open at PAT since Q1 2011/12, opened at the close of Q2. Needs a SORP version."""

    class Meta:
        model = Escalation

    indicator = factory.SubFactory(IndicatorFactory)
    level = Level.PAT
    trigger = "Red for two quarters"
    trigger_key = factory.LazyAttribute(lambda row: slugify(row.trigger))
    sorp_version = factory.LazyFunction(lambda: Version.objects.latest("from_quarter"))
    since = Quarter(2011, 1)
    opened_in = Quarter(2011, 2)
    recorded_in = Quarter(2011, 2)
    reason = "Red in both of the last two quarters"


class ActionPlanFactory(DjangoModelFactory):
    """The first and latest plan for an indicator, by its accountable manager."""

    class Meta:
        model = ActionPlan

    indicator = factory.SubFactory(IndicatorFactory)
    cause = "Two engineers left"
    written_by = factory.SelfAttribute("indicator.accountable_manager")
    written_at = datetime(2011, 11, 7, 9, tzinfo=UTC)


class ActionFactory(DjangoModelFactory):
    class Meta:
        model = Action

    plan = factory.SubFactory(ActionPlanFactory)
    position = factory.Sequence(lambda n: n + 1)
    description = "Recruit two engineers"
    owner = "Head of Highways"
    due_on = date(2011, 12, 1)


class ItemExemptionFactory(DjangoModelFactory):
    """An item proposed to be exempt as somebody's business affairs, and to be reviewed in a year."""

    class Meta:
        model = ItemExemption

    call_in = factory.SubFactory(CallInFactory)
    ground = Ground.BUSINESS
    reason = "A contract is being negotiated"
    proposed_by = factory.SubFactory(UserFactory)
    proposed_on = date(2011, 11, 1)
    review_on = date(2012, 11, 1)


class RedactedPackFactory(DjangoModelFactory):
    """A pack as it was drawn for those who read nothing exempt."""

    class Meta:
        model = RedactedPack

    pack = factory.SubFactory(PackFactory)
    sha256 = "a" * 64
    html = "<p>Redacted</p>"
    pdf = b"%PDF-1.7"
    drawn_at = datetime(2011, 11, 7, 9, tzinfo=UTC)
