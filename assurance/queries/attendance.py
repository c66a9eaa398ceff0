"""Who is expected at a meeting and who was there, whether it was quorate, and who has an interest in what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from assurance.models.attendance import Attendance, DecidedInterest
from assurance.models.exemptions import ItemExemption
from assurance.models.invitations import Invitation
from assurance.models.meetings import CallIn, Meeting
from assurance.queries.seats import seats_on
from assurance.rules import APART, Attended, DeputyState, SeatKind, Standing
from organisation.models.people import Appointment, Post, User
from organisation.queries import tree_on
from organisation.rules import PostKind, Tree, UnitTier


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody who is to be at a meeting, or was: by what right, and what is known of it."""

    user: User
    standing: Standing
    as_what: str  # "Chair", "Answers for PI-7", "In place of Ann Other"
    counts: bool  # towards the quorum
    attendance: Attendance | None = None
    in_place_of: User | None = None

    @property
    def said(self) -> str:
        """There, Sent apologies, Not there; nothing where nobody has said yet."""
        return self.attendance.get_attended_display() if self.attendance else ""


@dataclass(frozen=True, slots=True)
class AttendanceSheet:
    """Who is expected at a meeting or was there, and its quorum."""

    meeting: Meeting
    expected: tuple[Expected, ...]

    def of(self, attended: Attended) -> tuple[Expected, ...]:
        return tuple(
            each
            for each in self.expected
            if each.attendance and each.attendance.attended == attended
        )

    @property
    def there(self) -> tuple[Expected, ...]:
        return self.of(Attended.THERE)

    @property
    def apologies(self) -> tuple[Expected, ...]:
        return self.of(Attended.APOLOGIES)

    @property
    def absent(self) -> tuple[Expected, ...]:
        return self.of(Attended.ABSENT)

    @property
    def is_recorded(self) -> bool:
        return bool(self.there)

    @property
    def quorum_in_words(self) -> str:
        """Whether enough with a seat were there. Empty where the terms ask for none, or nobody has said who was."""
        wanted = self.meeting.team.quorum
        if wanted is None or not self.is_recorded:
            return ""
        number = sum(each.counts for each in self.there)
        were = f"{number} of those who count towards the quorum {'was' if number == 1 else 'were'} there"
        if number >= wanted:
            return f"Quorate: {were}, and its terms ask for {wanted}."
        return f"Not quorate: {were}, and its terms ask for {wanted}."

    @property
    def is_inquorate(self) -> bool:
        return self.quorum_in_words.startswith("Not")


def attendance_sheet(meeting: Meeting) -> AttendanceSheet:
    """Everybody with a seat on the day, everybody called in or the deputy in their place, and whoever else was there."""
    recorded = {
        each.user_id: each for each in meeting.attendances.select_related("user", "in_place_of")
    }
    found: dict[int, Expected] = {}
    for seat in seats_on(meeting.team, meeting.meets_on):
        kind = SeatKind(seat.kind)
        as_what = f"{kind.label}, {seat.unit.name}" if seat.unit else kind.label
        found[seat.user_id] = Expected(
            seat.user, Standing.SEAT, as_what, kind in APART, recorded.get(seat.user_id)
        )
    answering: dict[int, list[CallIn]] = defaultdict(list)
    agenda = meeting.call_ins.on_agenda().with_matters().select_related("invitation__deputy")
    people: dict[int, tuple[User, User | None]] = {}
    for call_in in agenda.order_by("at", "id"):
        comes, instead = who_comes(call_in)
        people.setdefault(comes.pk, (comes, instead))
        answering[comes.pk].append(call_in)
    nameless = set(
        ItemExemption.objects.standing()
        .filter(call_in__meeting=meeting, title_too=True)
        .values_list("call_in", flat=True)
    )
    for pk, (person, instead) in people.items():
        if pk in found:
            continue
        items = " and ".join(
            "an exempt item" if each.pk in nameless else each.called for each in answering[pk]
        )
        as_what = f"In place of {instead}, for {items}" if instead else f"Answers for {items}"
        standing = Standing.DEPUTY if instead else Standing.ANSWERS
        found[pk] = Expected(person, standing, as_what, False, recorded.get(pk), instead)
    for pk, row in recorded.items():
        if pk in found:
            continue
        standing = Standing(row.standing)
        as_what = standing.label if not row.reason else f"{standing.label}: {row.reason}"
        found[pk] = Expected(row.user, standing, as_what, False, row, row.in_place_of)
    return AttendanceSheet(meeting, tuple(found.values()))


def who_comes(call_in: CallIn) -> tuple[User, User | None]:
    """Who attends for an item, and in whose place where a deputy was agreed."""
    invitation = invitation_of(call_in)
    if invitation is not None and invitation.stands_in and invitation.deputy is not None:
        return invitation.deputy, call_in.answered_by
    return call_in.answered_by, None


def invitation_of(call_in: CallIn) -> Invitation | None:
    """What was sent to whoever answers for an item; None for what was called in before anything was sent."""
    try:
        return call_in.invitation
    except Invitation.DoesNotExist:
        return None


def attends_for(user: User, call_in: CallIn) -> bool:
    """Whether somebody answers for an item, or comes in the manager's place as the chair agreed."""
    if call_in.answered_by == user:
        return True
    invitation = invitation_of(call_in)
    return (
        invitation is not None
        and invitation.deputy_id == user.pk
        and invitation.deputy_state == DeputyState.AGREED
    )


@dataclass(frozen=True, slots=True)
class Interest:
    """Somebody with a seat who answers for, or works in, what an item is about; and what the chair decided."""

    call_in: CallIn
    user: User
    why: str  # "directs Highways"
    decided: DecidedInterest | None

    @property
    def in_words(self) -> str:
        follows = (
            self.decided.get_course_display().lower()
            if self.decided
            else "the chair has not decided what follows"
        )
        return f"{self.user} {self.why}: {follows}."


def interests(meeting: Meeting, call_ins: Sequence[CallIn] | None = None) -> tuple[Interest, ...]:
    """Who of a meeting's seats is interested in which item, by the posts that they hold that day.

    Whoever directs a service, below the whole council, answers for what is in it; whoever has any
    other post in it works in it. Asked for one item or for all, it is the same few queries.
    """
    if call_ins is None:
        call_ins = list(meeting.call_ins.on_agenda().with_matters().order_by("at", "id"))
    seats = [each for each in seats_on(meeting.team, meeting.meets_on) if each.kind in APART]
    users = {seat.user_id for seat in seats}
    posts: dict[int, list[Post]] = defaultdict(list)
    held = Appointment.objects.held_on(meeting.meets_on).filter(user__in=users)
    for each in held.select_related("post__unit"):
        posts[each.user_id].append(each.post)
    tree = tree_on(meeting.meets_on)
    decided = {
        (row.call_in_id, row.user_id): row
        for row in DecidedInterest.objects.filter(call_in__in=[each.pk for each in call_ins])
    }
    return tuple(
        Interest(call_in, seat.user, why, decided.get((call_in.pk, seat.user_id)))
        for call_in in call_ins
        for seat in seats
        if (why := why_interested(call_in, seat.user, posts[seat.user_id], tree))
    )


DIRECTS = {
    PostKind.DIRECTOR,
    PostKind.MANAGING_DIRECTOR,
    PostKind.DEPUTY_MANAGING_DIRECTOR,
}


def why_interested(call_in: CallIn, user: User, posts: Sequence[Post], tree: Tree) -> str:
    """Why somebody is interested in an item, as it follows their name; empty where they are not."""
    if call_in.answered_by == user:
        return "answers for it"
    unit = call_in.belongs_to
    if unit is None:
        return ""
    over = list(tree.above(unit.pk))
    for post in posts:
        branch = tree.branches.get(post.unit_id)
        if branch is None or branch.tier is UnitTier.COUNCIL:
            continue
        if post.unit_id in over:
            return f"directs {branch.name}" if post.kind in DIRECTS else f"works in {branch.name}"
        if unit.pk in set(tree.above(post.unit_id)):
            return f"works in {branch.name}"
    return ""
