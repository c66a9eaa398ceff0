"""The assurance teams themselves: that there is one, what it is for, and until when."""

from __future__ import annotations

from datetime import date, time

from django.core.exceptions import PermissionDenied
from django.db import transaction

from assurance.models.teams import MOST_NEDS, NEDS, Team
from assurance.queries.seats import teams_of_council
from assurance.rights import is_secretariat
from assurance.rules import TeamCode
from assurance.services.seats import end_seat
from core import audit
from core.dates import as_date
from core.own_words import word
from core.refusals import Refused
from organisation.models.people import User
from organisation.rules import PostKind

CHAIRED_BY = {
    TeamCode.PAT: PostKind.DEPUTY_MANAGING_DIRECTOR,
    TeamCode.DAT: PostKind.MANAGING_DIRECTOR,
}


@transaction.atomic
def establish_team(
    *,
    code: TeamCode,
    chaired_by: PostKind | None = None,
    name: str = "",
    neds: int = NEDS,
    quorum: int | None = None,
    meets_at: time | None = None,
    place: str = "",
    terms: str = "",
    starts_on: date | None = None,
    by: User | None,
) -> Team:
    """PAT or DAT exists, from a day on if one is given. As agreed in June 2011 the Deputy Managing
    Director chairs PAT and the Managing Director DAT, unless another post is given. Establishing it
    again changes nothing. Raises Refused for a team that the council says it does not have."""
    _refuse_unauthorised(by)
    _refuse_too_many(neds)
    wanted = teams_of_council()
    if code not in wanted:
        has = "one assurance team for both tasks" if wanted else "no assurance team"
        raise Refused(f"The council’s page says that it has {has}: change that first", field="code")
    team, is_new = Team.objects.get_or_create(
        code=code,
        defaults={
            "name": name or word(f"{code.value}_in_full"),
            "chaired_by": chaired_by or CHAIRED_BY[code],
            "neds": neds,
            "quorum": quorum,
            "meets_at": meets_at,
            "place": place,
            "terms": terms,
            "starts_on": starts_on,
        },
    )
    if is_new:
        audit.record(
            "established team",
            team,
            by=by,
            chaired_by=PostKind(team.chaired_by).label,
            neds=neds,
            starts_on=starts_on.isoformat() if starts_on else None,
        )
    return team


@transaction.atomic
def change_team(
    *,
    team: Team,
    name: str,
    chaired_by: PostKind,
    neds: int,
    quorum: int | None,
    meets_at: time | None,
    place: str,
    terms: str,
    by: User | None,
) -> Team:
    """A team is called otherwise, is chaired by another post, has other seats or other terms.

    When and where it meets is what its next meetings are planned with: those planned stay. Nobody loses a seat by it: whose seat no longer fits is said on the team's page. Saying the same
    again changes and records nothing.
    """
    _refuse_unauthorised(by)
    _refuse_too_many(neds)
    row = Team.objects.select_for_update().get(pk=team.pk)
    given = {
        "name": name,
        "chaired_by": chaired_by.value,
        "neds": neds,
        "quorum": quorum,
        "meets_at": meets_at,
        "place": place,
        "terms": terms,
    }
    was = {each: getattr(row, each) for each in given}
    changed = [each for each in given if was[each] != given[each]]
    if not changed:
        return row
    for each in changed:
        setattr(row, each, given[each])
    row.save(update_fields=changed)
    audit.record(
        "changed team",
        row,
        by=by,
        **{each: {"was": _kept(was[each]), "is": _kept(given[each])} for each in changed},
    )
    return row


def _kept(value: object) -> object:
    """A value as the record keeps it: a time as 10:00."""
    return f"{value:%H:%M}" if isinstance(value, time) else value


@transaction.atomic
def end_team(*, team: Team, ends_on: date | None, by: User | None) -> Team:
    """A team has a last day, and every seat on it ends by then; or, without a day, it goes on.

    Raises Refused for a day before its first, before a meeting that is planned, or before a seat
    begins. A team that goes on again has the seats that it is given anew.
    """
    _refuse_unauthorised(by)
    row = Team.objects.select_for_update().get(pk=team.pk)
    if row.ends_on == ends_on:
        return row
    if ends_on is not None:
        if row.starts_on is not None and ends_on < row.starts_on:
            said = (
                f"{row.short} exists from {as_date(row.starts_on)}: enter that day or a later one"
            )
            raise Refused(said, field="ends_on")
        meeting = row.meetings.filter(meets_on__gt=ends_on).order_by("-meets_on").first()
        if meeting is not None:
            said = f"{row.short} meets on {as_date(meeting.meets_on)}: give that day or a later one"
            raise Refused(said, field="ends_on")
        for seat in row.seats.select_related("user").order_by("pk"):
            if seat.starts_on > ends_on:
                raise Refused(
                    f"{seat.user} takes a seat after that, on {as_date(seat.starts_on)}: change "
                    f"the days of that seat first",
                    field="ends_on",
                )
            if seat.ends_on is None or seat.ends_on > ends_on:
                end_seat(seat=seat, ends_on=ends_on, by=by)
    was, row.ends_on = row.ends_on, ends_on
    row.save(update_fields=["ends_on"])
    audit.record(
        "ended team" if ends_on else "let team go on",
        row,
        by=by,
        ends_on=ends_on.isoformat() if ends_on else None,
        was=was.isoformat() if was else None,
    )
    return row


def _refuse_unauthorised(by: User | None) -> None:
    if by is not None and not is_secretariat(by):
        raise PermissionDenied("Performance officers set up the assurance teams")


def _refuse_too_many(neds: int) -> None:
    if neds > MOST_NEDS:
        raise Refused(f"Give at most {MOST_NEDS} seats for NEDs", field="neds")
