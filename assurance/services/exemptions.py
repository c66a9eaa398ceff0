"""Keeping an item of a meeting from some of its readers: proposed, approved by somebody else, reviewed, lifted.

No act here records a word of what is kept back.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from assurance.models.exemptions import ItemExemption
from assurance.models.meetings import CallIn
from assurance.models.teams import Seat
from assurance.queries.exemptions import exemption_of
from assurance.rights import refuse_all_but_leads
from assurance.rules import CallInVerdict, SeatKind
from core import audit
from core.dates import as_date
from core.models.notices import Notice
from core.refusals import Refused
from core.rules.exemptions import Ground, refused_section
from core.services.notices import owe_notice
from organisation.models.people import User


@transaction.atomic
def propose_exemption(
    *,
    call_in: CallIn,
    ground: Ground,
    section: str = "",
    reason: str,
    review_on: date,
    title_too: bool = False,
    today: date,
    by: User,
) -> ItemExemption:
    """What is said of an item is kept back from now on, and the chair is asked to approve it.

    Proposing the same again changes nothing. Raises PermissionDenied for anybody but the chair and
    the supporting officers; Refused without a reason, for a section that does not go with the
    ground, a day of review that has come, and while another exemption of the item stands.
    """
    team = call_in.meeting.team
    refuse_all_but_leads(by, team)
    section = section.strip().upper()
    if call_in.verdict != CallInVerdict.CALLED_IN:
        raise Refused("Only what is called in can be exempt")
    if wrong := refused_section(ground, section):
        raise Refused(wrong, field="section")
    if not reason.strip():
        raise Refused("Say why it is exempt", field="reason")
    _refuse_past(review_on, today)
    CallIn.objects.select_for_update().get(pk=call_in.pk)  # two proposals wait for each other
    said = {
        "ground": ground,
        "section": section,
        "reason": reason.strip(),
        "review_on": review_on,
        "title_too": title_too,
    }
    standing = exemption_of(call_in)
    if standing is not None:
        if all(getattr(standing, name) == each for name, each in said.items()):
            return standing  # a button pressed twice
        raise Refused("The item is exempt already: lift that first", field="ground")
    row = ItemExemption.objects.create(call_in=call_in, proposed_by=by, proposed_on=today, **said)
    audit.record("proposed exemption", row, by=by, **_told(row))
    following = CallIn.objects.filter(came_from=call_in).first()
    while following is not None:  # it repeats what was decided
        exemption_goes_along(was=call_in, now=following)
        following = CallIn.objects.filter(came_from=following).first()
    chairs = Seat.objects.held_on(today).filter(team=team, kind=SeatKind.CHAIR).exclude(user=by)
    for seat in chairs.select_related("user"):
        owe_notice(
            key=f"exemption-{row.pk}-{seat.user_id}",
            recipient=seat.user,
            kind=Notice.Kind.TO_DECIDE,
            subject=f"An item of {call_in.meeting} is proposed to be exempt",
            body=f"{by} proposes it. Approve it, or lift it. Until then it is kept back.",
            address=call_in.get_absolute_url(),
        )
    return row


def exemption_goes_along(*, was: CallIn, now: CallIn) -> None:
    """What is exempt at one meeting is so at the next to which it is left or comes back, on the same terms.

    It repeats what was said; so nothing is sent of it before this is done.
    """
    standing = exemption_of(was)
    if standing is None or exemption_of(now) is not None:
        return
    kept = ("ground", "section", "reason", "title_too", "review_on", "proposed_by", "proposed_on")
    said = {name: getattr(standing, name) for name in (*kept, "approved_by", "approved_on")}
    row = ItemExemption.objects.create(call_in=now, **said)
    audit.record("exemption went along", row, by=None, **_told(row))


@transaction.atomic
def approve_exemption(*, exemption: ItemExemption, today: date, by: User) -> ItemExemption:
    """Somebody other than whoever proposed it has approved it. Approving it again changes nothing.

    Raises PermissionDenied for anybody but the chair and the supporting officers; Refused for whoever
    proposed it, once it is lifted, and where its day of review has come.
    """
    row = _locked(exemption, by)
    if row.is_approved:
        return row
    if row.proposed_by_id == by.pk:
        raise Refused("You proposed it: somebody else approves it")
    _refuse_past(row.review_on, today)
    row.approved_by, row.approved_on = by, today
    row.save(update_fields=["approved_by", "approved_on"])
    audit.record("approved exemption", row, by=by, **_told(row))
    return row


@transaction.atomic
def keep_exempt(
    *, exemption: ItemExemption, review_on: date, today: date, by: User
) -> ItemExemption:
    """Reviewed, an item is exempt until a later day. Keeping it to the same day again changes nothing.

    Raises PermissionDenied for anybody but the chair and the supporting officers; Refused before it
    is approved, once it is lifted, and for a day that has come.
    """
    row = _locked(exemption, by)
    if not row.is_approved:
        raise Refused("Nobody has approved it yet: approve it, or lift it", field="review_on")
    if row.review_on == review_on and review_on > today:
        return row
    _refuse_past(review_on, today)
    was, row.review_on = row.review_on, review_on
    row.save(update_fields=["review_on"])
    audit.record("kept exempt", row, by=by, was=was.isoformat(), **_told(row))
    return row


@transaction.atomic
def lift_exemption(
    *, exemption: ItemExemption, because: str, today: date, by: User
) -> ItemExemption:
    """An item is read by everybody who reads the papers again. Lifting it again changes nothing.

    Packs and documents of before stay as they were redacted; the next are whole. Raises
    PermissionDenied for anybody but the chair and the supporting officers, and Refused without a
    reason.
    """
    row = ItemExemption.objects.select_for_update(of=("self",)).get(pk=exemption.pk)
    refuse_all_but_leads(by, row.call_in.meeting.team)
    if row.lifted_on is not None:
        return row
    if not because.strip():
        raise Refused("Say why it need no longer be exempt", field="because")
    row.lifted_by, row.lifted_on, row.lifted_because = by, today, because.strip()
    row.save(update_fields=["lifted_by", "lifted_on", "lifted_because"])
    audit.record("lifted exemption", row, by=by, **_told(row))
    return row


def _locked(exemption: ItemExemption, by: User) -> ItemExemption:
    row = ItemExemption.objects.select_for_update(of=("self",)).get(pk=exemption.pk)
    refuse_all_but_leads(by, row.call_in.meeting.team)
    if row.lifted_on is not None:
        raise Refused(f"It was lifted on {as_date(row.lifted_on)}: propose it again")
    return row


def _refuse_past(review_on: date, today: date) -> None:
    if review_on <= today:
        raise Refused("Enter a day after today on which it is reviewed", field="review_on")


def _told(row: ItemExemption) -> dict[str, str]:
    """What the record says of an exemption: its ground and day, and none of anybody's words."""
    return {"ground": row.ground_in_words, "review_on": row.review_on.isoformat()}
